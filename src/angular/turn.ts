/**
 * What a `CallSignal` is to do: its request, and whether it is asked for the first time, again, or no more.
 *
 * Every turn is an object of its own: what comes of an earlier one is known by that.
 */
export interface Turn<Request> extends Asked<Request> {
  readonly kind: 'call' | 'reload' | 'cancel';
}

/** What the request function gave: a request, undefined for none, or an error. */
export interface Asked<Request> {
  readonly request: Request | undefined;
  readonly failure: { readonly error: unknown } | undefined;
}

export const NOTHING: Asked<never> = { request: undefined, failure: undefined };

/** Asks for the request; it may read any signals. */
export function asked<Request>(request: () => Request | undefined): Asked<Request> {
  try {
    return { request: request(), failure: undefined };
  } catch (error) {
    return { request: undefined, failure: { error } };
  }
}

/** A request that is set to the same value is no new one. */
export function isSame(one: Asked<unknown>, other: Asked<unknown>): boolean {
  return !one.failure && !other.failure && Object.is(one.request, other.request);
}

import type { Observable } from 'rxjs';
import type { CallOptions } from '../call/call-options.js';

/**
 * Whatever calls can be made of: a service, or several made into one.
 *
 * `shareInFlight`, `fallback`, `balance` and `hedge` take such things and give such things, so that they
 * nest and stand wherever a service stands.
 *
 * @example
 * const model: Callable<string, string> = fallback([balance([east, west]), local]);
 */
export interface Callable<Request, Response> {
  /** Who it is: a service's name, or `fallback(a, b)` for what is made of a and b. */
  readonly name: string;
  // Properties rather than methods, so that one that needs more in a request cannot stand for one that
  // needs less.
  /** Makes one call: a cold Observable of its responses. Unsubscribing cancels it. */
  readonly call: (request: Request, options?: CallOptions) => Observable<Response>;
  /** Makes one call at once: a promise of its last response; `NoResponseError` when there is none. */
  readonly callAsync: (request: Request, options?: CallOptions) => Promise<Response>;
  /** Milliseconds until a call would start, by what is known now; Infinity while that is unknown, or never. */
  readonly expectedWait: (request: Request, options?: CallOptions) => number;
}

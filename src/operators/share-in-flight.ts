import { defer, type Observable, of, ReplaySubject, share } from 'rxjs';
import type { CallOptions } from '../call/call-options.js';
import { parseCallable } from '../options/callable.js';
import { parseShareInFlightOptions } from '../options/share-in-flight.js';
import type { Callable } from './callable.js';
import { composite } from './composite.js';

/** Options of `shareInFlight`. */
export interface ShareInFlightOptions<Request> {
  /**
   * What makes calls the same: any value, compared as a `Map` compares its keys (`===`, and NaN is NaN).
   * What it throws goes to that caller alone.
   */
  readonly keyOf: (request: Request) => unknown;
}

/**
 * Lets identical calls that are in flight at the same time share one.
 *
 * The first caller of a key makes the call. Whoever subscribes with the same key before it has ended, be it
 * queued or in flight, joins it: hears the responses so far at once, then the rest. It is no cache: when
 * the call has ended, by an error too, it is forgotten, and the next caller makes a new one.
 *
 * ```text
 * first caller          ^------------
 * second caller         ------^------
 * the one call          ---a---b|
 * first hears           ---a---b|
 * second hears          ------ab|      (a at once, when it comes)
 * ```
 *
 * - A caller who leaves harms nobody; when the last one leaves, the call is cancelled and forgotten.
 * - The shared call has the options of the first caller: its priority, its timeouts. Only `signal` is each
 *   caller's own: it ends that caller's subscription, with the signal's reason as error.
 * - All responses of a call are kept while it is in flight.
 * - `expectedWait` is 0 for what is in flight, otherwise that of the callable.
 *
 * @example
 * const answers = shareInFlight(service, { keyOf: (prompt) => prompt });
 * merge(answers.call('hi'), answers.call('hi')).subscribe(show); // one call, shown twice
 *
 * @throws InvalidOptionError for what cannot be called, and without `keyOf`. The Observable errors with
 * what the shared call errors with, what `keyOf` throws, or the reason of `options.signal`.
 */
export function shareInFlight<Request, Response>(
  callable: Callable<Request, Response>,
  options: ShareInFlightOptions<Request>,
): Callable<Request, Response> {
  parseCallable('callable', callable);
  const { keyOf } = parseShareInFlightOptions(options);
  const inFlight = new Map<unknown, Observable<Response>>();
  return composite({
    kind: 'shareInFlight',
    of: [callable],
    start: (request, callOptions) => {
      const key = keyOf(request);
      const call$ = () => callable.call(request, withoutSignal(callOptions));
      return inFlight.get(key) ?? shareAs(key, defer(call$), inFlight);
    },
    expectedWait: (request, callOptions) =>
      inFlight.has(keyOf(request)) ? 0 : callable.expectedWait(request, callOptions),
  });
}

/** Shares a call under its key until it ends, or nobody is left who listens. */
function shareAs<Response>(
  key: unknown,
  call$: Observable<Response>,
  inFlight: Map<unknown, Observable<Response>>,
): Observable<Response> {
  // Forgotten before anybody hears the end, and before the teardown: who calls again then starts anew, and
  // under the same key another call may be in flight already.
  const forget = () => {
    if (inFlight.get(key) === shared$) inFlight.delete(key);
    return of('forgotten');
  };
  const shared$ = call$.pipe(
    share({
      connector: () => new ReplaySubject<Response>(Infinity),
      resetOnComplete: forget,
      resetOnError: forget,
      resetOnRefCountZero: forget,
    }),
  );
  inFlight.set(key, shared$);
  return shared$;
}

/** The shared call is not the first caller's alone to cancel. */
function withoutSignal(options: CallOptions | undefined): CallOptions | undefined {
  return options && { ...options, signal: undefined };
}

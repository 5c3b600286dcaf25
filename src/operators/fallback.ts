import { defer, type Observable, throwError } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { parseCallables } from '../options/callable.js';
import { parseFallbackOptions } from '../options/fallback.js';
import type { Callable } from './callable.js';
import { catchUnanswered } from './catch-unanswered.js';
import { composite } from './composite.js';

/** Options of `fallback`. */
export interface FallbackOptions {
  /**
   * Whether the next one is worth a try after this error. Default: after every error but
   * `InvalidOptionError`. Never asked when the caller's own signal has fired. What it throws goes to the
   * caller.
   */
  readonly when?: (error: unknown) => boolean;
  /**
   * One that is expected to start the call later than in so many ms is passed over, unless it is the last: a
   * service that waits for its quota or its gate gives no error. Default Infinity.
   */
  readonly maxWaitMs?: number;
}

/**
 * Makes a call of the first, and on an error of the next, until one responds.
 *
 * Each is called with the same request and options, when the one before it has failed and has been torn
 * down. Once there was a response an error passes to the caller, whose answer would be mixed otherwise.
 *
 * ```text
 * first                            --#
 * second                             ---b-c|
 * fallback([first, second])        -----b-c|
 *
 * first                            --a--#
 * fallback([first, second])        --a--#
 * ```
 *
 * - The error of the last one passes to the caller as it is, and so does one that `when` wants no other for.
 * - Completing without a response is no error: the next one is not called.
 * - `timeout`, and a `deadline` in ms, count anew for each that is called.
 * - A service that waits, or tries again, gives no error yet: `maxWaitMs` passes over one whose wait is longer,
 *   and `timeout`, `queueTimeout` or `deadline` of the call end a wait.
 * - `expectedWait` is that of the first.
 *
 * @example
 * const model = fallback([cloud, local], { maxWaitMs: 2_000 });
 * model.call('hi').subscribe(show);
 *
 * @throws InvalidOptionError for an empty list, what cannot be called, and an option that is unknown or not
 * allowed. The Observable errors with what the last one called errors with, what `when` throws, or the
 * reason of `options.signal`.
 */
export function fallback<Request, Response>(
  callables: readonly Callable<Request, Response>[],
  options: FallbackOptions = {},
): Callable<Request, Response> {
  const all = [...parseCallables(callables)];
  const before = all.slice(0, -1);
  const last = all.at(-1) as Callable<Request, Response>;
  const { when = isWorthAnother, maxWaitMs = Infinity } = parseFallbackOptions(options);
  return composite({
    kind: 'fallback',
    of: all,
    start: (request, callOptions) => {
      const goesOn = (error: unknown) => !callOptions?.signal?.aborted && when(error);
      const callOf = (one: Callable<Request, Response>) => one.call(request, callOptions);
      const isBusy = (one: Callable<Request, Response>) =>
        maxWaitMs < Infinity && one.expectedWait(request, callOptions) > maxWaitMs;
      const orNext = (one: Callable<Request, Response>, next$: Observable<Response>) => {
        const handler = (error: unknown) => (goesOn(error) ? next$ : throwError(() => error));
        return defer(() =>
          isBusy(one) ? next$ : defer(() => callOf(one)).pipe(catchUnanswered(handler)),
        );
      };
      const last$ = defer(() => callOf(last));
      return before.reduceRight((next$, one) => orNext(one, next$), last$);
    },
    expectedWait: (request, callOptions) => all[0]?.expectedWait(request, callOptions) ?? Infinity,
  });
}

/** What was wrong at the first door is wrong at the next. */
function isWorthAnother(error: unknown): boolean {
  return !(error instanceof InvalidOptionError);
}

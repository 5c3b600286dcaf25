import {
  BehaviorSubject,
  defer,
  filter,
  map,
  mergeMap,
  NEVER,
  type Observable,
  race,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import { parseCallable } from '../options/callable.js';
import { parseHedgeOptions } from '../options/hedge.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import { LONGEST_TIMER_MS } from '../time/wake-up.js';
import type { Callable } from './callable.js';
import { catchUnanswered } from './catch-unanswered.js';
import { composite } from './composite.js';

/** Options of `hedge`. */
export interface HedgeOptions<Request, Response> {
  /** How long the first call has to respond before a second is made, in ms; 0 or more. */
  readonly delayMs: number;
  /** Who gets the second call. Default: the same as the first. */
  readonly to?: Callable<Request, Response>;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Makes a second call of a request when the first is slow to respond; the first to respond wins.
 *
 * A response is a value, or completing without one. Whoever responds first is heard to its end, and the
 * other is cancelled at once.
 *
 * ```text
 * first                            ---------a|
 * delayMs                          -----|
 * second                                --b-c|
 * hedge(first, { delayMs, to })    -------b-c|
 * first is cancelled               -------!
 * ```
 *
 * - An error within `delayMs` passes at once, and no second call is made. While the other call is running
 *   an error is kept back; when both have failed, the error of the first passes. The winner's own error
 *   passes.
 * - `delayMs` counts from when somebody subscribes, so waiting in a queue is within it: without `to`, let it
 *   be longer than calls wait.
 * - Both calls are charged. Put `shareInFlight` around a hedge, not into it, where the second would join
 *   the first.
 * - `expectedWait` is that of the first.
 *
 * @example
 * const model = hedge(east, { delayMs: 2_000, to: west });
 * model.call('hi').subscribe(show);
 *
 * @throws InvalidOptionError for what cannot be called, and for an option that is unknown, missing or out of
 * range. The Observable errors with what the first call errors with, what the second does when it had
 * responded, or the reason of `options.signal`.
 */
export function hedge<Request, Response>(
  callable: Callable<Request, Response>,
  options: HedgeOptions<Request, Response>,
): Callable<Request, Response> {
  parseCallable('callable', callable);
  const { delayMs, to, scheduler = monotonicScheduler } = parseHedgeOptions(options);
  const other = to ?? callable;
  return composite({
    kind: 'hedge',
    of: to ? [callable, to] : [callable],
    start: (request, callOptions) =>
      raceBoth(
        defer(() => callable.call(request, callOptions)),
        defer(() => other.call(request, callOptions)),
        after(delayMs, scheduler),
      ),
    expectedWait: (request, callOptions) => callable.expectedWait(request, callOptions),
  });
}

function raceBoth<Response>(
  first$: Observable<Response>,
  second$: Observable<Response>,
  delay$: Observable<unknown>,
): Observable<Response> {
  const isSecondRunning$ = new BehaviorSubject(false);
  const unlessSecondResponds = (error: unknown) =>
    isSecondRunning$.pipe(
      filter((isRunning) => !isRunning),
      map(() => {
        throw error;
      }),
    );
  const untilFirstEnds = () =>
    defer(() => {
      isSecondRunning$.next(false);
      return NEVER;
    });
  const late$ = delay$.pipe(
    tap(() => {
      isSecondRunning$.next(true);
    }),
    mergeMap(() => second$),
  );
  return race(
    first$.pipe(catchUnanswered(unlessSecondResponds)),
    late$.pipe(catchUnanswered(untilFirstEnds)),
  );
}

/** One timer after the other where the delay is longer than one can be. */
function after(delayMs: number, scheduler: SchedulerLike): Observable<unknown> {
  if (delayMs <= LONGEST_TIMER_MS) return timer(delayMs, scheduler);
  const rest$ = defer(() => after(delayMs - LONGEST_TIMER_MS, scheduler));
  return timer(LONGEST_TIMER_MS, scheduler).pipe(mergeMap(() => rest$));
}

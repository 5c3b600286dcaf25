import {
  defer,
  map,
  NEVER,
  type Observable,
  repeat,
  type SchedulerLike,
  startWith,
  switchMap,
  timer,
} from 'rxjs';
import { LONGEST_TIMER_MS } from '../time/wake-up.js';

/**
 * Emits when a window may hold something else: on subscribing, on each change, and when a charge leaves.
 *
 * Its timer runs only while it is observed and something is in the window.
 *
 * ```text
 * changes$            --a----------
 * leaves 5 after        a----x
 * whenUsageChanges    x-x----x-----
 * ```
 */
export function whenUsageChanges(
  changes$: Observable<void>,
  waitUntilNextLeaves: () => number,
  scheduler: SchedulerLike,
): Observable<void> {
  const leaves$ = defer(() => {
    const wait = waitUntilNextLeaves();
    return wait === Infinity
      ? NEVER
      : timer(Math.min(Math.ceil(wait), LONGEST_TIMER_MS), scheduler);
  });
  return changes$.pipe(
    startWith(undefined),
    switchMap(() => leaves$.pipe(repeat(), startWith(0))),
    map(() => undefined),
  );
}

import {
  concat,
  concatMap,
  dematerialize,
  NEVER,
  type Observable,
  type ObservableNotification,
  of,
  type SchedulerLike,
  timer,
} from 'rxjs';
import type { MarbleMessage } from './parse-marbles.js';

/**
 * An Observable that emits as drawn, from when it is subscribed to, in the time of the scheduler.
 *
 * What is drawn at the very beginning comes synchronously. A diagram without an end never ends.
 */
export function playMarbles<T>(
  messages: readonly MarbleMessage[],
  scheduler: SchedulerLike,
): Observable<T> {
  const steps = messages.map(({ frame, notification }, index) => {
    const ms = frame - (messages[index - 1]?.frame ?? 0);
    const step$ = of(notification as ObservableNotification<T>);
    return ms > 0 ? timer(ms, scheduler).pipe(concatMap(() => step$)) : step$;
  });
  return concat(...steps, NEVER).pipe(dematerialize());
}

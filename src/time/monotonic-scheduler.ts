import { asyncScheduler, type SchedulerAction, type SchedulerLike } from 'rxjs';

/** When the clock of `performance` began, in ms since the epoch. */
const START_MS = performance.timeOrigin;

/** Clocks that agree within this are the same clock, read twice. */
const SAME_CLOCK_MS = 100;

/**
 * The default source of time: RxJS timers on a clock that no step of the wall clock moves.
 *
 * `now()` is in ms since the epoch as it was when the process started, plus what has really passed since.
 * Inside `TestScheduler.run` the clock of RxJS is virtual; it is seen by its disagreeing with the wall
 * clock, and then its virtual time is what counts. So the same default is right in both.
 *
 * @example
 * const service = new EchoService({ modelName: 'echo-1', scheduler: monotonicScheduler }); // the default
 */
export const monotonicScheduler: SchedulerLike = {
  now() {
    const monotonicNow = START_MS + performance.now();
    const rxjsNow = asyncScheduler.now();
    if (Math.abs(rxjsNow - monotonicNow) < SAME_CLOCK_MS) return monotonicNow;
    // Either the wall clock was set, or RxJS is not on the wall clock.
    return Math.abs(rxjsNow - Date.now()) < SAME_CLOCK_MS ? monotonicNow : rxjsNow;
  },
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) {
    return asyncScheduler.schedule(work, delay, state);
  },
};

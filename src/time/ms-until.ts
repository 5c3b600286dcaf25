import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { monotonicScheduler } from './monotonic-scheduler.js';

/**
 * Milliseconds until an instant that somebody read from a calendar.
 *
 * The default scheduler does not follow the wall clock, which may have been set since; what somebody means by
 * a date is that clock's.
 */
export function msUntil(instant: Date, scheduler: SchedulerLike): number {
  const wallClock = scheduler === monotonicScheduler ? asyncScheduler : scheduler;
  return instant.getTime() - wallClock.now();
}

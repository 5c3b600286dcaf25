import type { SchedulerLike } from 'rxjs';

/**
 * Reads a scheduler's time and never goes back.
 *
 * A scheduler whose clock is stepped back (RxJS's own follow the wall clock) is taken to have stood still
 * for that moment: otherwise what is in a window would stay there for as long as the step was.
 *
 * ```text
 * scheduler   0 10 20  5 15
 * clock       0 10 20 20 30
 * ```
 */
export class Clock {
  private readonly scheduler: Pick<SchedulerLike, 'now'>;
  private last = -Infinity;
  private offset = 0;

  constructor(scheduler: Pick<SchedulerLike, 'now'>) {
    this.scheduler = scheduler;
  }

  /** The scheduler's time in ms, plus all the steps back that it has made. */
  now(): number {
    const now = this.scheduler.now();
    // Rounded up, so that whole milliseconds stay whole: a window's edge is then met exactly.
    if (now < this.last) this.offset = Math.ceil(this.last + this.offset) - now;
    this.last = now;
    return now + this.offset;
  }
}

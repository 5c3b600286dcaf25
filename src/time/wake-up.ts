import { Subscription, type SchedulerLike } from 'rxjs';

/** A longer delay overflows the platform's timer, which then fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One timer that is set anew rather than added to.
 *
 * The work must look at the time again: a timer of the platform may fire a little early, and one that is
 * longer than 2^31-1 ms (24.8 days) is cut there. Whoever is woken too soon sets it again.
 */
export class WakeUp {
  private timer = Subscription.EMPTY;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly work: () => void,
  ) {}

  /** Forgets the earlier timer and wakes after `delayMs`; Infinity sets none. */
  set(delayMs: number): void {
    this.clear();
    if (delayMs === Infinity) return;
    const delay = Math.min(Math.ceil(delayMs), LONGEST_TIMER_MS);
    this.timer = this.scheduler.schedule(() => {
      this.work();
    }, delay);
  }

  clear(): void {
    this.timer.unsubscribe();
    this.timer = Subscription.EMPTY;
  }
}

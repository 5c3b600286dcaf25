import { asapScheduler, type SchedulerLike, Subscription } from 'rxjs';
import { monotonicScheduler } from './monotonic-scheduler.js';

/**
 * Does its work, once, when the code that runs now has come to its end, at the same instant of time.
 *
 * ```text
 * code that runs   s s        c
 * work                w
 * ```
 */
export class NextTurn {
  private readonly scheduler: SchedulerLike;
  private readonly work: () => void;
  private timer = Subscription.EMPTY;
  private isSet = false;

  constructor(scheduler: SchedulerLike, work: () => void) {
    this.work = work;
    // A microtask; inside `TestScheduler.run` it is virtual, as all of the default scheduler is.
    this.scheduler = scheduler === monotonicScheduler ? asapScheduler : scheduler;
  }

  set(): void {
    if (this.isSet) return;
    this.isSet = true;
    this.timer = this.scheduler.schedule(() => {
      this.isSet = false;
      this.work();
    }, 0);
    // RxJS drops what is left of a microtask in which somebody else's action throws: it must not be lost by that.
    if (this.scheduler === asapScheduler)
      this.timer.add(() => {
        this.setAgain();
      });
  }

  clear(): void {
    if (!this.isSet) return;
    this.isSet = false;
    this.timer.unsubscribe();
  }

  private setAgain(): void {
    if (!this.isSet) return;
    this.isSet = false;
    this.set();
  }
}

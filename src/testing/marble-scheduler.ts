import { type SchedulerAction, Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { EndlessRunError } from './endless-run-error.js';
import { Expectations } from './expectations.js';
import { VirtualTime } from './virtual-time.js';

/** More than any marble test needs, and few enough to fire in seconds. */
const MOST_FIRED = 500_000;
/** RxJS looks at all of its timers when one of them fires: with more at once a run takes minutes. */
const MOST_TIMERS = 10_000;

/**
 * RxJS's `TestScheduler` on timers of our own, as its own cost by the square of how many are set; it ends runs that
 * would not end, and says where what was expected is not so.
 */
export class MarbleScheduler extends TestScheduler {
  readonly expectations = new Expectations();
  private readonly time = new VirtualTime();
  private endless: EndlessRunError | undefined;

  constructor() {
    super(() => undefined);
    this.assertDeepEqual = (actual: unknown, expected: unknown) => {
      if (!this.endless) this.expectations.compare(actual, expected);
    };
    // What `now` reads, and what notifications are stamped with.
    Object.defineProperty(this, 'frame', { get: () => this.time.elapsedMs, set: () => undefined });
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    const { fired, timers, elapsedMs } = this.time;
    // Not thrown here, where whoever sets the timer could catch it.
    if (timers > MOST_TIMERS) this.endless ??= new EndlessRunError(fired, timers, elapsedMs);
    return this.endless ? Subscription.EMPTY : this.time.schedule(work, delay, state);
  }

  /** RxJS sets hot Observables up, does what is due, and compares: what is due is one action, that of our own time. */
  override flush(): void {
    super.schedule(() => {
      this.time.flush(MOST_FIRED);
    });
    super.flush();
    if (this.endless) throw this.endless;
    this.expectations.check();
  }
}

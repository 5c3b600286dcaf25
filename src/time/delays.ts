import type { SchedulerLike } from 'rxjs';
import type { Clock } from './clock.js';
import { WakeUp } from './wake-up.js';

/** Those who wait for a while, each for its own. */
export class Delays<T> implements Iterable<T> {
  private readonly waiting = new Map<T, WakeUp>();

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly clock: Clock,
    /** Told of each whose time has come. */
    private readonly onOver: (one: T) => void,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.waiting.keys();
  }

  add(one: T, delayMs: number): void {
    const until = this.clock.now() + delayMs;
    const wakeUp = new WakeUp(this.scheduler, () => {
      const left = until - this.clock.now();
      if (left > 0) wakeUp.set(left);
      else {
        this.delete(one);
        this.onOver(one);
      }
    });
    this.waiting.set(one, wakeUp);
    wakeUp.set(delayMs);
  }

  /** It waits no more. */
  delete(one: T): void {
    if (this.size === 0) return;
    this.waiting.get(one)?.clear();
    this.waiting.delete(one);
  }
}

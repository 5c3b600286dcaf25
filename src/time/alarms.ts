import type { SchedulerLike } from 'rxjs';
import { IndexedHeap } from '../heap/indexed-heap.js';
import type { Clock } from './clock.js';
import { WakeUp } from './wake-up.js';

/** What is to happen at an instant. */
export interface Alarm {
  /** When it rings, in ms. */
  readonly at: number;
  /** Those of one instant ring in the order in which they were set. */
  readonly order: number;
  readonly ring: () => void;
  /** Done for all of one instant before any of them rings; answers whether it had something to do. */
  readonly prepare: () => boolean;
  isSet: boolean;
}

/**
 * Any number of instants on one timer: setting and clearing an alarm is O(log n), and while none is set there
 * is no timer.
 *
 * An alarm rings after all else that is due at its instant: an answer that is just in time is in time.
 */
export class Alarms {
  private readonly heap = new IndexedHeap<Alarm>(isBefore);
  private readonly wakeUp: WakeUp;
  private lastOrder = 0;
  /** Whether the timer is set for now. */
  private isHurrying = false;
  /** Once more in the same instant, behind whatever else is due. */
  private readonly lastCall: WakeUp;

  constructor(
    scheduler: SchedulerLike,
    private readonly clock: Clock,
    /** What rings at one instant is one turn. */
    inOneTurn: (work: () => void) => void = (work) => {
      work();
    },
  ) {
    this.lastCall = new WakeUp(scheduler, () => {
      inOneTurn(() => {
        this.ring();
      });
    });
    this.wakeUp = new WakeUp(scheduler, () => {
      this.wake();
    });
  }

  set(at: number, ring: () => void, prepare: () => boolean = () => false): Alarm {
    const alarm = { at, order: ++this.lastOrder, ring, prepare, isSet: true };
    this.heap.add(alarm);
    if (this.heap.top === alarm || this.isOverdue) this.sleep();
    return alarm;
  }

  clear(alarm: Alarm): void {
    alarm.isSet = false;
    this.heap.remove(alarm);
    // With others left the timer may come too early, and is set anew then.
    if (!this.heap.top) this.sleep();
  }

  private get waitMs(): number {
    return (this.heap.top?.at ?? Infinity) - this.clock.now();
  }

  /** The clock has been set past the first, whose timer does not know: those behind it must not wait for that. */
  private get isOverdue(): boolean {
    return !this.isHurrying && this.waitMs < 0;
  }

  private sleep(): void {
    const wait = this.heap.top ? Math.max(0, this.waitMs) : Infinity;
    this.isHurrying = wait === 0;
    this.lastCall.clear();
    this.wakeUp.set(wait);
  }

  private wake(): void {
    if (this.waitMs > 0) this.sleep();
    else this.lastCall.set(0);
  }

  /** Those that had something to prepare ring first. */
  private ring(): void {
    const due = this.takeDue();
    const prepared = new Set(due.filter((alarm) => alarm.prepare()));
    const others = due.filter((alarm) => !prepared.has(alarm));
    for (const alarm of [...prepared, ...others]) if (alarm.isSet) alarm.ring();
    this.sleep();
  }

  private takeDue(): Alarm[] {
    const now = this.clock.now();
    const due: Alarm[] = [];
    for (let alarm = this.heap.top; alarm && alarm.at <= now; alarm = this.heap.top) {
      this.heap.remove(alarm);
      due.push(alarm);
    }
    return due;
  }
}

function isBefore(one: Alarm, other: Alarm): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

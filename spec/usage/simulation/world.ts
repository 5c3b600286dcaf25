import { BehaviorSubject } from 'rxjs';
import {
  InMemoryRateTracker,
  type Quota,
  quota,
  sharedQuota,
  TimeBoundedUsageTracker,
} from '../../../src/index.js';
import { VirtualTime } from '../../support/virtual-time.js';
import type { Draw } from './draw.js';

/** What was charged for one call; it changes when the call ends. */
export interface Charge {
  /** When it counts from. */
  at: number;
  /** The limit that let it in; none for what was only counted. */
  readonly quota?: NaiveQuota;
  amount: number;
  /** How much later than at its reservation it was made to count. */
  delayedMs?: number;
}

/** A window as a list that is walked anew each time. */
export class NaiveWindow {
  readonly charges: Charge[] = [];

  constructor(
    readonly lengthMs: number,
    readonly isShared: boolean,
  ) {}

  /** Makes a charge count from then on, or from the next time at which anything else was charged. */
  delay(charge: Charge, at: number): void {
    const times = this.charges.map((other) => other.at).filter((time) => time >= at);
    charge.at = times.length > 0 ? Math.min(...times) : at;
  }

  total(now: number, counts: (charge: Charge) => boolean = () => true): number {
    const inside = this.charges.filter((charge) => now < charge.at + this.lengthMs);
    return inside.filter(counts).reduce((sum, { amount }) => sum + amount, 0);
  }
}

/** A limit over a window, as its trackers see it. */
export interface NaiveQuota {
  readonly unit: string;
  readonly windowMs: number;
  readonly window: NaiveWindow;
  readonly limit$: BehaviorSubject<number>;
}

export interface NaiveTracker {
  readonly tracker: InMemoryRateTracker;
  readonly quotas: readonly NaiveQuota[];
  isOpen: boolean;
  /** When its gate last reopened, as it told. */
  reopenedAt: number;
}

interface Made extends NaiveQuota {
  readonly quota: Quota;
}

const UNITS = ['requests', 'tokens', 'x'];
/** So much for more than a few calls, which cost up to 8. */
const LEAST = 8;
const GATE = { baseMs: 4, maxMs: 30, maxRetryAfterMs: 40 };

/** Two to four trackers, which share quotas, or a `TimeBoundedUsageTracker`, in part. */
export class World {
  readonly time = new VirtualTime();
  readonly trackers: NaiveTracker[] = [];
  readonly counter: { readonly tracker: TimeBoundedUsageTracker; readonly window: NaiveWindow };

  constructor(private readonly draw: Draw) {
    const windowMs = draw.int(3, 30);
    this.counter = {
      tracker: new TimeBoundedUsageTracker({ windowMs, scheduler: this.time }),
      window: new NaiveWindow(windowMs, true),
    };
    const shared = Array.from({ length: draw.int(1, 4) }, () => this.makeQuota(true));
    const count = draw.int(2, 4);
    while (this.trackers.length < count) this.addTracker(shared);
  }

  get quotas(): readonly NaiveQuota[] {
    return [...new Set(this.trackers.flatMap(({ quotas }) => quotas))];
  }

  get longestMs(): number {
    const lengths = this.quotas.map(({ window }) => window.lengthMs);
    return Math.max(...lengths.filter((length) => length < Infinity), 1);
  }

  private addTracker(shared: readonly Made[]): void {
    const { draw, time } = this;
    const gate = { ...GATE, random: draw.random };
    if (draw.chance(0.2)) {
      this.addOver(gate);
      return;
    }
    const own = Array.from({ length: draw.int(0, 2) }, () => this.makeQuota(false));
    const quotas = [...draw.some(shared, 0.7), ...own];
    const tracker = new InMemoryRateTracker({
      quotas: quotas.map((made) => made.quota),
      scheduler: time,
      gate,
    });
    this.trackers.push({ tracker, quotas, isOpen: true, reopenedAt: -Infinity });
  }

  private addOver(gate: typeof GATE): void {
    const limit$ = new BehaviorSubject(this.draw.int(LEAST, 30));
    const { tracker: rateTracker, window } = this.counter;
    const tracker = new InMemoryRateTracker({ rateLimit: limit$, rateTracker, gate });
    const quotas = [{ unit: 'tokens', windowMs: rateTracker.windowMs, window, limit$ }];
    this.trackers.push({ tracker, quotas, isOpen: true, reopenedAt: -Infinity });
  }

  private makeQuota(isShared: boolean): Made {
    const { draw } = this;
    const windowMs = draw.chance(0.1) ? Infinity : draw.int(2, 40);
    const marginMs = draw.int(0, 5);
    const unit = draw.oneOf(UNITS);
    const limit$ = new BehaviorSubject(draw.int(LEAST, 30));
    const options = quota({ unit, limit: limit$, windowMs, marginMs });
    const window = new NaiveWindow(windowMs + marginMs, isShared);
    return { unit, windowMs, window, limit$, quota: isShared ? sharedQuota(options) : options };
  }
}

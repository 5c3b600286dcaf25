import type { SchedulerLike, Subject } from 'rxjs';
import type { QuotaExceededError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { QuotaMeter } from './quota-meter.js';
import type { QuotaState } from './rate-tracker.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';
import type { WindowEntry } from './usage-window.js';

/** What a ledger reads and tells: its meters, its clock, and who hears of changes. */
export interface LedgerParts {
  readonly meters: readonly QuotaMeter[];
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** Emits after each change of what is charged. */
  readonly changes: Subject<void>;
}

/** Several quotas charged together, all or nothing, at the time of its clock. It never waits. */
export class Ledger {
  constructor(readonly parts: LedgerParts) {}

  neverFits(cost: Usage): QuotaExceededError | undefined {
    for (const meter of this.parts.meters) {
      const error = meter.neverFits(cost);
      if (error) return error;
    }
    return undefined;
  }

  /** Milliseconds until the cost fits into every quota; 0 when it does. */
  waitFor(cost: Usage): number {
    const now = this.parts.clock.now();
    let wait = 0;
    for (const meter of this.parts.meters) wait = Math.max(wait, meter.waitFor(cost, now));
    return wait;
  }

  /** Charges the cost; whoever calls it has seen that it fits. */
  reserve(cost: Usage): Reservation {
    const now = this.parts.clock.now();
    const entries = this.parts.meters.map((meter) => meter.charge(cost, now));
    this.parts.changes.next();
    return new LedgerReservation(cost, this.parts, entries);
  }

  /** Milliseconds until the next charge leaves any window. */
  waitUntilNextLeaves(): number {
    const now = this.parts.clock.now();
    return Math.min(...this.parts.meters.map((meter) => meter.waitUntilNextLeaves(now)));
  }

  get quotas(): readonly QuotaState[] {
    const now = this.parts.clock.now();
    return this.parts.meters.map((meter) => meter.state(now));
  }
}

class LedgerReservation implements Reservation {
  private isOpen = true;

  constructor(
    readonly cost: Usage,
    private readonly parts: LedgerParts,
    private readonly entries: readonly WindowEntry[],
  ) {}

  settle(usage: Usage): void {
    this.close((meter, entry, now) => {
      meter.settle(entry, this.cost, usage, now);
    });
  }

  giveBack(): void {
    this.close((meter, entry, now) => {
      meter.giveBack(entry, this.cost, now);
    });
  }

  private close(correct: (meter: QuotaMeter, entry: WindowEntry, now: number) => void): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const now = this.parts.clock.now();
    this.parts.meters.forEach((meter, index) => {
      const entry = this.entries[index];
      if (entry) correct(meter, entry, now);
    });
    this.parts.changes.next();
  }
}

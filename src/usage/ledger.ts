import type { SchedulerLike, Subject } from 'rxjs';
import type { QuotaExceededError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { QuotaMeter } from './quota-meter.js';
import type { QuotaState } from './rate-tracker.js';
import { readUsage } from './read-usage.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';
import type { WindowEntry } from './window/sliding-window.js';

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

  /** Charges the cost if it fits into every quota now; otherwise the milliseconds until it does. */
  reserve(cost: Usage): Reservation | number {
    const now = this.parts.clock.now();
    const wait = this.waitAt(now, cost);
    if (wait > 0) return wait;
    const entries: WindowEntry[] = [];
    for (const meter of this.parts.meters) entries.push(meter.charge(cost, now));
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

  private waitAt(now: number, cost: Usage): number {
    let wait = 0;
    for (const meter of this.parts.meters) wait = Math.max(wait, meter.waitFor(cost, now));
    return wait;
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
    this.close(readUsage(usage, [], 'settle(usage)'));
  }

  giveBack(): void {
    this.close(undefined);
  }

  private close(usage: Usage | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    let hasChanged = false;
    for (let index = 0; index < this.entries.length; index++) {
      hasChanged = this.correct(index, usage) || hasChanged;
    }
    if (hasChanged) this.parts.changes.next();
  }

  private correct(index: number, usage: Usage | undefined): boolean {
    const meter = this.parts.meters[index];
    const entry = this.entries[index];
    const delta = meter?.difference(this.cost, usage) ?? 0;
    if (delta !== 0 && entry) meter?.correct(entry, delta, this.parts.clock.now());
    return delta !== 0;
  }
}

import { QuotaExceededError } from '../errors.js';
import type { LiveNumber } from '../time/live-number.js';
import type { QuotaState } from './rate-tracker.js';
import type { Usage } from './usage.js';
import type { UsageWindow, WindowEntry } from './usage-window.js';

/** One quota at work: what its window holds against its limit. Time is an argument. */
export class QuotaMeter {
  constructor(
    readonly unit: string,
    readonly limit: LiveNumber,
    private readonly window: UsageWindow,
    private readonly windowMs: number,
  ) {}

  /** What the usage says in this meter's unit; a request that nobody counted is one. */
  amountIn(usage: Usage): number | undefined {
    return usage[this.unit] ?? (this.unit === 'requests' ? 1 : undefined);
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    const amount = this.amountIn(cost);
    const limit = this.limit.value;
    if (amount === undefined || limit === undefined || amount <= limit) return undefined;
    return new QuotaExceededError(this.unit, amount, limit);
  }

  /** Milliseconds until the cost fits: 0 when it does, Infinity while only a change of the limit helps. */
  waitFor(cost: Usage, now: number): number {
    const limit = this.limit.value;
    if (limit === undefined) return Infinity;
    const amount = this.amountIn(cost);
    return amount === undefined
      ? this.window.waitUntilBelow(limit, now)
      : this.window.waitUntilAtMost(limit - amount, now);
  }

  charge(cost: Usage, now: number): WindowEntry {
    return this.window.charge(this.amountIn(cost) ?? 0, now);
  }

  /** Replaces what the cost charged by what the usage says. */
  settle(entry: WindowEntry, cost: Usage, usage: Usage, now: number): void {
    const charged = this.amountIn(cost) ?? 0;
    const used = usage[this.unit] ?? charged;
    if (used !== charged) this.window.correct(entry, used - charged, now);
  }

  giveBack(entry: WindowEntry, cost: Usage, now: number): void {
    this.window.correct(entry, -(this.amountIn(cost) ?? 0), now);
  }

  waitUntilNextLeaves(now: number): number {
    return this.window.waitUntilNextLeaves(now);
  }

  state(now: number): QuotaState {
    const { unit, windowMs } = this;
    const limit = this.limit.value;
    const used = this.window.total(now);
    return { unit, limit, windowMs, used, remaining: Math.max(0, (limit ?? 0) - used) };
  }
}

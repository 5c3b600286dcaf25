import { QuotaExceededError } from '../errors.js';
import type { LiveNumber } from '../time/live-number.js';
import type { QuotaState } from './rate-tracker.js';
import type { Usage } from './usage.js';
import type { SlidingWindow, WindowEntry } from './window/sliding-window.js';

/** Fractions that fill a limit on paper may miss it by a rounding: 0.1 and 0.2 of 0.3. */
const ROUNDING = 1e-12;

/** One quota at work: what its window holds against its limit. Time is an argument. */
export class QuotaMeter {
  constructor(
    readonly unit: string,
    readonly limit: LiveNumber,
    private readonly window: SlidingWindow,
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
    if (amount === undefined) return this.window.waitUntilBelow(limit, now);
    return this.window.waitUntilAtMost(limit - amount + limit * ROUNDING, now);
  }

  charge(cost: Usage, now: number): WindowEntry {
    return this.window.charge(this.amountIn(cost) ?? 0, now);
  }

  /** How much more than the cost the usage says; all of it is less where there is no usage. */
  difference(cost: Usage, usage: Usage | undefined): number {
    const charged = this.amountIn(cost) ?? 0;
    return usage ? (usage[this.unit] ?? charged) - charged : -charged;
  }

  correct(entry: WindowEntry, delta: number, now: number): void {
    this.window.correct(entry, delta, now);
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

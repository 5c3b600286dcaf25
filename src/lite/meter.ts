import { QuotaExceededError } from '../errors.js';
import type { Usage } from '../usage/usage.js';
import { ChargeLog, type WindowEntry } from '../usage/window/charge-log.js';
import { ExactSum } from '../usage/window/exact-sum.js';
import type { FixedQuota } from './quota.js';
import type { QuotaState } from './service-state.js';

/** Fractions that fill a limit on paper may miss it by a rounding: 0.1 and 0.2 of 0.3. */
const ROUNDING = 1 + 1e-12;
/** What one call can have used at the most, so that no sum overflows. */
const MOST = 1e290;
/** Providers count at their own clock; this covers what the network adds and takes. */
const DEFAULT_MARGIN_MS = 250;

/** What one call has taken of one quota. */
export interface Charge {
  readonly entry: WindowEntry;
  readonly amount: number;
}

/** One quota at work: what its window holds against its limit. Time is an argument. */
export class Meter {
  readonly quota: FixedQuota;
  readonly #window: ChargeLog;
  readonly #reserved = new ExactSum();

  constructor(quota: FixedQuota) {
    this.quota = quota;
    this.#window = new ChargeLog(quota.windowMs + (quota.marginMs ?? DEFAULT_MARGIN_MS));
  }

  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage): QuotaExceededError | undefined {
    const { unit, limit, windowMs } = this.quota;
    const amount = this.#amountIn(cost);
    // What is only reserved of a budget may come back; what is used never does, so that the time does not matter.
    const used = windowMs < Infinity ? undefined : this.#window.total(0) - this.#reserved.value;
    const fits =
      amount === undefined ? (used ?? 0) < limit : amount + (used ?? 0) <= limit * ROUNDING;
    return fits ? undefined : new QuotaExceededError(unit, amount ?? 0, limit, used);
  }

  /** Milliseconds until the cost fits: 0 when it does. */
  waitMs(cost: Usage, now: number): number {
    const { limit } = this.quota;
    const amount = this.#amountIn(cost);
    return amount === undefined
      ? this.#window.waitUntilBelow(limit, now)
      : this.#window.waitUntilAtMost(limit * ROUNDING - amount, now);
  }

  charge(cost: Usage, now: number): Charge {
    const amount = this.#amountIn(cost) ?? 0;
    this.#reserved.add(amount);
    return { entry: this.#window.charge(amount, now), amount };
  }

  /** Makes what was charged for a call what it has used: nothing without usage. Answers whether that differs. */
  settle({ entry, amount }: Charge, usage: Usage | undefined, now: number): boolean {
    this.#reserved.add(-amount);
    const used = usage ? (usage[this.quota.unit] ?? amount) : 0;
    this.#window.correct(entry, Math.min(used, MOST) - amount, now);
    // What was reserved of a budget might have come back; what is used does not.
    return used !== amount || (used > 0 && this.quota.windowMs === Infinity);
  }

  /** Milliseconds until less is charged; Infinity when nothing is. */
  waitUntilNextLeaves(now: number): number {
    return this.#window.waitUntilNextLeaves(now);
  }

  state(now: number): QuotaState {
    const { unit, limit, windowMs } = this.quota;
    const used = this.#window.total(now);
    return { unit, limit, windowMs, used, remaining: Math.max(0, limit - used) };
  }

  /** What the usage says in this quota's unit; a request that nobody counted is one. */
  #amountIn(usage: Usage): number | undefined {
    return usage[this.quota.unit] ?? (this.quota.unit === 'requests' ? 1 : undefined);
  }
}

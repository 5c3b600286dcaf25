import { QuotaExceededError } from '../errors.js';
import type { Usage } from '../usage/usage.js';
import { ChargeLog } from '../usage/window/charge-log.js';
import { ExactSum } from '../usage/window/exact-sum.js';
import type { FixedQuota } from './quota.js';
import type { QuotaState } from './service-state.js';

/** Fractions that fill a limit on paper may miss it by a rounding: 0.1 and 0.2 of 0.3. */
const ROUNDING = 1 + 1e-12;
/** What one call can have used at the most, so that no sum overflows. */
const MOST = 1e290;
/** Providers count at their own clock; this covers what the network adds and takes. */
const DEFAULT_MARGIN_MS = 250;

/** Makes what was charged for a call what it has used: nothing without usage. Answers whether that differs. */
export type Settle = (usage: Usage | undefined, now: number) => boolean;

/** One quota at work: what its window holds against its limit. Time is an argument. */
export interface Meter {
  readonly unit: string;
  readonly windowMs: number;
  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage): QuotaExceededError | undefined;
  /** Milliseconds until the cost fits: 0 when it does. */
  waitMs(cost: Usage, now: number): number;
  charge(cost: Usage, now: number): Settle;
  /** Milliseconds until less is charged; Infinity when nothing is. */
  waitUntilNextLeaves(now: number): number;
  state(now: number): QuotaState;
}

/** Puts a quota to work. A closure, as what is local is all that a minifier may rename. */
export function meterOf({
  unit,
  limit,
  windowMs,
  marginMs = DEFAULT_MARGIN_MS,
}: FixedQuota): Meter {
  const window = new ChargeLog(windowMs + marginMs);
  const reserved = new ExactSum();

  /** What the usage says in this unit; a request that nobody counted is one. */
  const amountIn = (usage: Usage) => usage[unit] ?? (unit === 'requests' ? 1 : undefined);

  const neverFits = (cost: Usage) => {
    const amount = amountIn(cost);
    // What is only reserved of a budget may come back; what is used never does, so that the time does not matter.
    const used = windowMs < Infinity ? undefined : window.total(0) - reserved.value;
    const sum = (amount ?? 0) + (used ?? 0);
    const fits = amount === undefined ? sum < limit : sum <= limit * ROUNDING;
    return fits ? undefined : new QuotaExceededError(unit, amount ?? 0, limit, used);
  };

  const waitMs = (cost: Usage, now: number) => {
    const amount = amountIn(cost);
    return amount === undefined
      ? window.waitUntilBelow(limit, now)
      : window.waitUntilAtMost(limit * ROUNDING - amount, now);
  };

  const charge = (cost: Usage, at: number): Settle => {
    const amount = amountIn(cost) ?? 0;
    const entry = window.charge(amount, at);
    reserved.add(amount);
    return (usage, now) => {
      const used = usage ? (usage[unit] ?? amount) : 0;
      reserved.add(-amount);
      window.correct(entry, Math.min(used, MOST) - amount, now);
      // What was reserved of a budget might have come back; what is used does not.
      return used !== amount || (used > 0 && windowMs === Infinity);
    };
  };

  return {
    unit,
    windowMs,
    neverFits,
    waitMs,
    charge,
    waitUntilNextLeaves: (now) => window.waitUntilNextLeaves(now),
    state: (now) => {
      const used = window.total(now);
      return { unit, limit, windowMs, used, remaining: Math.max(0, limit - used) };
    },
  };
}

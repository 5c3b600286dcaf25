import { QuotaExceededError } from '../errors.js';
import type { LiveNumber } from '../time/live-number.js';
import type { QuotaState } from './quota-state.js';
import type { RateLimit } from './rate-limit-reading.js';
import { windowMsOf } from './told-quota.js';
import { ToldLimit } from './told-limit.js';
import type { Usage } from './usage.js';
import { ExactSum } from './window/exact-sum.js';
import type { UsageWindow } from './window/usage-window.js';

/** Fractions that fill a limit on paper may miss it by a rounding: 0.1 and 0.2 of 0.3. */
const ROUNDING = 1e-12;

/** What a meter is made of. */
export interface QuotaMeterParts {
  readonly unit: string;
  readonly limit: LiveNumber;
  readonly window: UsageWindow;
  readonly windowMs: number;
  readonly marginMs: number;
  /** Whether what the provider tells may also raise the limit. Default false. */
  readonly isLearning?: boolean;
}

/** What one call has taken of one quota. */
export interface MeterEntry {
  readonly amount: number;
  /** Where the window keeps it. */
  readonly place: unknown;
  /** All that was charged until then, itself included. */
  readonly charged: number;
}

/** One quota at work: what its window holds against its limit. Time is an argument. */
export class QuotaMeter {
  readonly unit: string;
  readonly windowMs: number;
  readonly live: LiveNumber;
  private readonly told = new ToldLimit();
  private readonly reserved = new ExactSum();
  /** All that was ever charged, as it was estimated. */
  private charged = 0;
  private lastLimit: number | undefined;
  private users = 0;

  constructor(private readonly parts: QuotaMeterParts) {
    this.unit = parts.unit;
    this.windowMs = parts.windowMs;
    this.live = parts.limit;
  }

  /** Watches a live limit, for one more who uses it. */
  open(): void {
    if (this.users++ === 0) this.live.open();
  }

  /** Watches it no more when the last of them has closed it. */
  close(): void {
    if (--this.users === 0) this.live.close();
  }

  /** What the usage says in this meter's unit; a request that nobody counted is one. */
  amountIn(usage: Usage): number | undefined {
    return usage[this.unit] ?? (this.unit === 'requests' ? 1 : undefined);
  }

  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage): QuotaExceededError | undefined {
    const amount = this.amountIn(cost);
    const { limit } = this;
    if (amount === undefined || limit === undefined) return undefined;
    if (amount > limit) return new QuotaExceededError(this.unit, amount, limit);
    if (this.windowMs < Infinity) return undefined;
    // What is only reserved may come back; what is used never does, so that the time does not matter.
    const used = Math.max(0, this.parts.window.total(0) - this.reserved.value);
    const isSpent = amount + used > limit + limit * ROUNDING;
    return isSpent ? new QuotaExceededError(this.unit, amount, limit, used) : undefined;
  }

  /** Milliseconds until the cost fits: 0 when it does, Infinity while only a change of the limit helps. */
  waitFor(cost: Usage, now: number): number {
    const limit = this.limitAt(now);
    if (limit === undefined) return Infinity;
    const amount = this.amountIn(cost);
    const others = this.told.usedByOthers(now);
    const wait = this.waitBeside(others, amount, limit, now);
    if (others === 0 || wait === 0) return wait;
    const alone = this.waitBeside(0, amount, limit, now);
    return Math.min(wait, Math.max(alone, this.told.waitUntilOthersLeft(now)));
  }

  charge(cost: Usage, now: number): MeterEntry {
    const amount = this.amountIn(cost) ?? 0;
    this.charged += amount;
    this.reserved.add(amount);
    return { amount, place: this.parts.window.charge(amount, now), charged: this.charged };
  }

  /** Makes what was charged for a call what it has used: nothing without usage. Answers whether that differs. */
  settle({ amount, place }: MeterEntry, usage: Usage | undefined, now: number): boolean {
    this.reserved.add(-amount);
    const delta = (usage ? (usage[this.unit] ?? amount) : 0) - amount;
    if (delta !== 0) this.parts.window.correct(place, delta, now);
    return delta !== 0;
  }

  /** Whether this may be the quota that the provider tells of. */
  isMeant(told: RateLimit): boolean {
    if (told.windowMs !== undefined) return told.windowMs === this.windowMs;
    // What is full again only after the window has passed has a longer one.
    return (told.resetMs ?? 0) <= this.windowMs && this.windowMs <= windowMsOf(told);
  }

  /** Hears what the provider told in its answer to the call that was charged then. */
  hear(told: RateLimit, entry: MeterEntry | undefined, ticket: number, now: number): boolean {
    const sentSince = this.charged - (entry?.charged ?? this.charged);
    const used = Math.max(0, this.usedAt(now) - sentSince);
    const { windowMs, marginMs } = this.parts;
    return this.told.hear(told, used, ticket, (resetMs) => now + (resetMs ?? windowMs) + marginMs);
  }

  waitUntilNextLeaves(now: number): number {
    const others = this.told.waitUntilOthersLeft(now);
    return Math.min(this.parts.window.waitUntilNextLeaves(now), others > 0 ? others : Infinity);
  }

  state(now: number): QuotaState {
    const { unit, windowMs } = this;
    const limit = this.limitAt(now);
    const used = this.usedAt(now);
    const reserved = Math.min(used, Math.max(0, this.reserved.value));
    const usedByOthers = this.told.usedByOthers(now);
    const remaining = Math.max(0, (limit ?? 0) - used - usedByOthers);
    return { unit, limit, windowMs, used, reserved, usedByOthers, remaining };
  }

  /** The limit that holds: the user's, narrowed by the provider's, or the provider's where it is learned. */
  private get limit(): number | undefined {
    const own = this.live.value;
    const told = this.told.limit;
    if (told === undefined || own === undefined) return own;
    return this.parts.isLearning ? told : Math.min(own, told);
  }

  private usedAt(now: number): number {
    this.limitAt(now);
    return this.parts.window.total(now);
  }

  /** A window that refills at the pace of its limit must hear when that changes. */
  private limitAt(now: number): number | undefined {
    const { limit } = this;
    if (limit !== this.lastLimit) {
      this.lastLimit = limit;
      if (limit !== undefined) this.parts.window.limitChanged?.(limit, now);
    }
    return limit;
  }

  private waitBeside(
    others: number,
    amount: number | undefined,
    limit: number,
    now: number,
  ): number {
    const { window } = this.parts;
    if (amount === undefined) return window.waitUntilBelow(limit - others, now);
    return window.waitUntilAtMost(limit - others - amount + limit * ROUNDING, now);
  }
}

import { QuotaExceededError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import { instantAfter } from '../time/instant-after.js';
import { QuotaLimit } from './quota-limit.js';
import type { QuotaMeterParts, Sent } from './quota-meter-parts.js';
import type { QuotaState } from './quota-state.js';
import type { RateLimit } from './rate-limit-reading.js';
import { isSurelyMeant } from './told-quota.js';
import type { Usage } from './usage.js';
import { ExactSum } from './window/exact-sum.js';

/** Fractions that fill a limit on paper may miss it by a rounding: 0.1 and 0.2 of 0.3. */
const ROUNDING = 1e-12;

/** What one call can have used at the most, so that no sum overflows: what is no number would not become one again. */
const MOST = 1e290;
/** The same in whole limits, where it does not leave but has to be refilled: more would take ages, and nobody means it. */
const MOST_LIMITS = 100;

/** To which call a provider's answer was, and what is known beside it. */
export interface Hearing {
  readonly ticket: number;
  /** What the call has taken; undefined where that was before the quota was known. */
  readonly entry: MeterEntry | undefined;
  /** What was let out after the call. */
  readonly sentSince: number;
  /** For how long at most the provider wants others to count, in ms. */
  readonly othersMs: number;
}

/** What one call has taken of one quota. */
export interface MeterEntry {
  /** What it was estimated to take. */
  readonly amount: number;
  /** What is held for it while it is in flight. */
  held: number;
  /** Where the window keeps it. */
  place: unknown;
  /** How much later than at its reservation it counts. */
  delayedMs: number;
  /** All that was let out until then, itself included. */
  readonly sent: number;
  readonly at: number;
  /** Whether all before it were sent so long before that none can have come to the provider after it. */
  readonly isApart: boolean;
  /** When the next was let out. */
  nextAt?: number;
}

/** One quota at work: what its window holds against its limit. Time is an argument. */
export class QuotaMeter {
  readonly unit: string;
  readonly windowMs: number;
  readonly limit: QuotaLimit;
  private readonly reserved = new ExactSum();
  /** How many reservations have not ended. */
  private inFlight = 0;
  private readonly sent: Sent;
  private lastLimit: number | undefined;
  private last: MeterEntry | undefined;

  constructor(private readonly parts: QuotaMeterParts) {
    this.unit = parts.unit;
    this.windowMs = parts.windowMs;
    this.limit = new QuotaLimit(parts.limit, parts.isLearning ?? false);
    this.sent = parts.sent ?? { amount: 0 };
  }

  /** What the usage says in this meter's unit; a request that nobody counted is one. */
  amountIn(usage: Usage): number | undefined {
    return usage[this.unit] ?? (this.unit === 'requests' ? 1 : undefined);
  }

  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage, now: () => number): QuotaExceededError | undefined {
    const amount = this.amountIn(cost);
    const limit = this.limit.value;
    if (limit === undefined) return undefined;
    if (amount !== undefined && amount > limit) return this.tooLarge(amount, now());
    return this.windowMs === Infinity ? this.isSpent(amount, limit) : undefined;
  }

  /**
   * Milliseconds until the cost fits: 0 when it does, Infinity while only a change of the limit helps. With so
   * much ahead that is let out before it, at the earliest: parts of any size are taken for granted.
   */
  waitFor(cost: Usage, now: number, ahead = 0): number {
    const limit = this.limitAt(now);
    if (limit === undefined) return Infinity;
    const amount = this.amountIn(cost);
    const granted = this.limit.granted(limit, now);
    const wait = this.waitWithin(granted, amount, limit, now, ahead);
    if (wait === 0) return 0;
    const isAlone = granted === limit;
    const alone = isAlone ? wait : this.waitWithin(limit, amount, limit, now, ahead);
    const others = isAlone ? 0 : this.limit.waitUntilOthersLeft(now);
    const within = Math.min(wait, Math.max(alone, others));
    // What goes out window after window keeps hearing of the limit: only what waits for one may see it forgotten.
    const isLong = amount !== undefined && ahead + amount > limit;
    return isLong ? within : Math.min(within, this.limit.waitUntilOld(now));
  }

  charge(cost: Usage, now: number): MeterEntry {
    const amount = this.amountIn(cost) ?? 0;
    this.sent.amount += amount;
    this.reserved.add(amount);
    this.inFlight += 1;
    const place = this.parts.window.charge(amount, now);
    const { last } = this;
    if (last) last.nextAt = now;
    const isApart = !last || now - last.at > this.parts.marginMs;
    const sent = this.sent.amount;
    return (this.last = { amount, held: amount, place, delayedMs: 0, sent, at: now, isApart });
  }

  /** Charges what was let out before anybody knew of the quota. */
  chargeSent(amount: number, now: number): void {
    this.parts.window.charge(amount, now);
  }

  /** Makes what was charged for a call what it has used: nothing without usage. Answers whether that differs. */
  settle(entry: MeterEntry, usage: Usage | undefined, clock: Clock): boolean {
    this.reserved.add(-entry.held);
    // What rounding may have left of many fractions.
    if (--this.inFlight === 0) this.reserved.clear();
    // What was reserved of a budget might have come back; what is used does not.
    const isFinal = entry.held !== 0 && this.windowMs === Infinity;
    const used = usage ? (usage[this.unit] ?? entry.amount) : 0;
    return this.correct(entry, used, clock) || isFinal;
  }

  /** Holds for a call in flight what the usage names. Answers whether that differs. */
  revise(entry: MeterEntry, usage: Usage, clock: Clock): boolean {
    const held = usage[this.unit] ?? entry.held;
    this.reserved.add(held - entry.held);
    return this.correct(entry, held, clock);
  }

  /** What the margin does not cover of so much lateness is added to when it counts from, once. */
  delay(entry: MeterEntry, lateMs: number, now: number): void {
    const { window, marginMs } = this.parts;
    const ms = lateMs - marginMs - entry.delayedMs;
    if (!window.delay || !(ms > 0)) return;
    entry.delayedMs += ms;
    entry.place = window.delay(entry.place, entry.held, ms, now);
  }

  /** What was let out since the call that was charged then. */
  sentSince({ sent }: MeterEntry): number {
    return this.sent.amount - sent;
  }

  /** Hears what the provider told in an answer to a call; all that was let out since is not in it. */
  hear(told: RateLimit, hearing: Hearing, now: number): boolean {
    const { windowMs, marginMs } = this.parts;
    const { ticket, othersMs } = hearing;
    // Whatever the provider says: a whole window later nothing counts that is used now.
    const resetMs = told.resetMs !== null && told.resetMs > 0 ? told.resetMs : windowMs;
    const isNews = this.limit.hear(told, {
      ticket,
      used: Math.max(0, this.usedAt(now) - hearing.sentSince),
      isExact: this.isExact(hearing),
      isSure: isSurelyMeant(told, windowMs),
      limitUntil: now + windowMs + marginMs,
      othersUntil: now + Math.min(othersMs, Math.min(resetMs, windowMs) + marginMs),
    });
    this.limitAt(now);
    return isNews;
  }

  /** Whether no other call was so near to it that one can have overtaken the other on its way. */
  private isExact({ entry, sentSince }: Hearing): boolean {
    if (!entry) return sentSince === 0;
    const { at, nextAt = Infinity, isApart } = entry;
    return isApart && nextAt - at > this.parts.marginMs;
  }

  /** A live limit has changed: what refills does so at the new pace from now on. */
  limitChanged(now: number): void {
    this.limitAt(now);
  }

  waitUntilNextLeaves(now: number): number {
    const others = this.limit.waitUntilOthersLeft(now);
    const leaves = this.parts.window.waitUntilNextLeaves(now);
    return Math.min(leaves, others > 0 ? others : Infinity, this.limit.waitUntilOld(now));
  }

  state(now: number): QuotaState {
    const { unit, windowMs } = this;
    const limit = this.limitAt(now);
    const used = this.usedAt(now);
    const reserved = Math.min(used, Math.max(0, this.reserved.value));
    const usedByOthers = this.limit.usedByOthers(now);
    const granted = limit === undefined ? 0 : this.limit.granted(limit, now);
    const remaining = Math.max(0, granted - used);
    const resetAt = used > 0 || usedByOthers > 0 ? this.resetAt(now) : undefined;
    return { unit, limit, windowMs, used, reserved, usedByOthers, remaining, resetAt };
  }

  private resetAt(now: number): number | undefined {
    const others = this.limit.waitUntilOthersAreGone(now);
    return instantAfter(Math.max(this.parts.window.waitUntilEmpty(now), others), now);
  }

  private tooLarge(amount: number, now: number): QuotaExceededError | undefined {
    const limit = this.limitAt(now);
    const isTooLarge = limit !== undefined && amount > limit;
    return isTooLarge ? new QuotaExceededError(this.unit, amount, limit) : undefined;
  }

  /** Why a budget will never have room again; undefined while it may. */
  private isSpent(amount: number | undefined, limit: number): QuotaExceededError | undefined {
    // What is only reserved may come back; what is used never does, so that the time does not matter.
    const used = Math.max(0, this.parts.window.total(0) - this.reserved.value);
    const isSpent = amount === undefined ? used >= limit : amount + used > limit + limit * ROUNDING;
    return isSpent ? new QuotaExceededError(this.unit, amount ?? 0, limit, used) : undefined;
  }

  private usedAt(now: number): number {
    this.limitAt(now);
    return this.parts.window.total(now);
  }

  /** A window that refills at the pace of its limit must hear when that changes. */
  private limitAt(now: number): number | undefined {
    this.limit.forgetOld(now);
    const limit = this.limit.value;
    if (limit !== this.lastLimit) {
      this.lastLimit = limit;
      if (limit !== undefined) this.parts.window.limitChanged?.(limit, now);
    }
    return limit;
  }

  private correct(entry: MeterEntry, told: number, clock: Clock): boolean {
    const held = told > entry.held ? this.believable(told, entry) : told;
    const delta = held - entry.held;
    if (delta === 0) return false;
    this.parts.window.correct(entry.place, delta, clock.now());
    entry.held = held;
    return true;
  }

  private believable(used: number, { held }: MeterEntry): number {
    const { value: limit = Infinity } = this.limit;
    const most = this.parts.window.limitChanged ? limit * MOST_LIMITS : Infinity;
    return Math.max(held, Math.min(used, most, MOST));
  }

  private waitWithin(
    granted: number,
    amount: number | undefined,
    limit: number,
    now: number,
    ahead: number,
  ): number {
    const { window } = this.parts;
    if (amount === undefined) return window.waitUntilBelow(granted, now);
    const room = granted - amount + limit * ROUNDING;
    // What never fits does not do so later either.
    if (ahead === 0 || room < 0) return window.waitUntilAtMost(room, now);
    return window.waitBehind(ahead, amount, granted + limit * ROUNDING, now);
  }
}

import { ExactSum } from './exact-sum.js';
import { ChargeLog, type WindowEntry } from './charge-log.js';
import type { UsageWindow } from './usage-window.js';

/** What is less than this part of the limit, when the window has passed, is an error of rounding. */
const ROUNDING = 1e-9;

/** How many charges are told apart by their time; beyond, they are about a hundredth of the window apart. */
const MANY = 100;

/** One charge. Who charged it keeps it, to correct it later. */
class BucketEntry {
  constructor(
    /** What is charged, corrections included. */
    public amount: number,
    /** All that was charged about then. */
    readonly within: WindowEntry,
    /** All that was charged since the bucket was last full. */
    readonly sinceFull: ExactSum,
  ) {}
}

/**
 * What is missing from a bucket of `limit` that is refilled continuously, `limit` per `windowMs`.
 *
 * A request may arrive up to `marginMs` after it was sent, sooner or later than the ones before it. The total
 * is the most that can be missing from the provider's bucket when the next arrives: each charge begins to
 * come back `marginMs` later. So after a rest a call of the whole limit fits, what follows waits for the
 * refill and once for the margin, and a steady stream still gets all of the rate. Without debt the bucket is
 * full when `windowMs + marginMs` have passed since the last charge.
 *
 * ```text
 * charge(100) at 0   100 ─── 100 ─── 50 ─── 0
 *                    0       10      60     110    (limit 100, windowMs = 100, marginMs = 10)
 * ```
 *
 * Of what was charged too much, as much is free again as the provider has not long since refilled: what came
 * after the charge stays missing. What was charged too little is missing at once, all of it: also after a
 * rest, in which the provider has refilled some of it, the safe side.
 *
 * @example
 * const window = new TokenBucketWindow(60_000, 250);
 * window.limitChanged(30_000, 0);
 * const entry = window.charge(30_000, 0);
 * window.total(10_250); // 25_000
 * window.correct(entry, -20_000, 10_250); // really 10_000
 * window.total(10_250); // 5_000
 */
export class TokenBucketWindow implements UsageWindow<BucketEntry> {
  /** 0 while it is unknown: nothing comes back. */
  private limit = 0;
  private limitSince = -Infinity;
  /**
   * What is missing and, while it is late, may still be: multiplied by `windowMs`, so that whole amounts and
   * milliseconds stay whole numbers. In one millisecond exactly `limit` of it comes back.
   */
  private level = 0;
  private levelSince = 0;
  private chargedAt = 0;
  private sinceFull = new ExactSum();
  private readonly log: ChargeLog;

  constructor(
    private readonly windowMs: number,
    private readonly marginMs: number,
  ) {
    this.log = new ChargeLog(windowMs + marginMs, MANY);
  }

  /** The most that can be missing when a request that is sent at `now` arrives. */
  total(now: number): number {
    return Math.min(this.levelAt(now) / this.windowMs, this.sinceFull.value);
  }

  /** Charges an amount at `now`, and gives the entry with which it can be corrected. */
  charge(amount: number, now: number): BucketEntry {
    this.refill(now);
    this.level = this.afterCharge(this.level, amount);
    this.sinceFull.add(amount);
    this.chargedAt = now;
    return new BucketEntry(amount, this.log.charge(amount, now), this.sinceFull);
  }

  /** Adds `delta` to what was charged then; changes nothing once the window has passed since. */
  correct(entry: BucketEntry, delta: number, now: number): void {
    this.log.total(now);
    if (entry.within.hasLeft) return;
    this.refill(now);
    const others = Math.min(this.level, this.levelAfter(entry, now));
    this.level = Math.max(this.level + delta * this.windowMs, others);
    entry.amount += delta;
    this.log.correct(entry.within, delta, now);
    // What was charged before the bucket was full is in no sum that could become less.
    (delta > 0 ? this.sinceFull : entry.sinceFull).add(delta);
  }

  /** What came back in the meantime came back to nobody. */
  delay(entry: BucketEntry, amount: number, ms: number, now: number): BucketEntry {
    this.correct(entry, Math.min(amount, (ms * this.limit) / this.windowMs), now);
    return entry;
  }

  /** Milliseconds from `now` until the total is at most `amount`: 0 when it is, Infinity when never. */
  waitUntilAtMost(amount: number, now: number): number {
    return this.waitUntil((total) => total <= amount, amount, now);
  }

  /** Milliseconds from `now` until the total is less than `amount`: 0 when it is, Infinity when never. */
  waitUntilBelow(amount: number, now: number): number {
    return this.waitUntil((total) => total < amount, amount, now);
  }

  /** Milliseconds from `now` until the total is less by a hundredth of the limit, or 0; Infinity when it is. */
  waitUntilNextLeaves(now: number): number {
    const total = this.total(now);
    if (total === 0 || this.limit === 0) return Infinity;
    return Math.max(1, this.waitUntilAtMost(Math.max(0, total - this.limit / 100), now));
  }

  /** Milliseconds from `now` until the bucket is full; 0 when it is, Infinity while the limit is unknown. */
  waitUntilEmpty(now: number): number {
    return this.waitUntilAtMost(0, now);
  }

  /**
   * Milliseconds until `cost` fits behind `ahead`: the refill of all that is missing then. The margin is waited
   * for once, by the first of them.
   */
  waitBehind(ahead: number, cost: number, limit: number, now: number): number {
    const amount = ahead + cost;
    const level = this.levelAt(now);
    if (this.limit === 0) return Infinity;
    if (this.sinceFull.value + amount <= limit) return 0;
    const late = Math.max(level, this.limit * this.marginMs);
    const wait = (late + (amount - limit) * this.windowMs) / this.limit;
    // They all fit into a full bucket, where something else keeps them until then.
    return Math.max(0, amount > limit ? wait : Math.min(wait, level / this.limit));
  }

  /** What has come back so far came at the old limit; what comes from now on comes at this one. */
  limitChanged(limit: number, now: number): void {
    if (limit === this.limit) return;
    this.refill(now);
    // What is still on its way may be as late as before, though all comes back faster.
    this.level += Math.max(0, limit - this.limit) * this.marginMs;
    this.limit = limit;
    this.limitSince = now;
  }

  private waitUntil(isEnough: (total: number) => boolean, amount: number, now: number): number {
    if (isEnough(this.total(now))) return 0;
    if (!isEnough(0) || this.limit === 0) return Infinity;
    const level = this.levelAt(now);
    let wait = (level - amount * this.windowMs) / this.limit;
    // Rounded up where the instant, or what is left then, was rounded to the wrong side.
    const hair = 4 * Number.EPSILON * (Math.abs(now) + wait + level / this.limit);
    while (!isEnough(this.total(now + wait))) wait += hair;
    return wait;
  }

  private refill(now: number): void {
    this.level = this.levelAt(now);
    this.levelSince = now;
    if (this.level === 0) this.sinceFull = new ExactSum();
  }

  private levelAt(now: number): number {
    const level = this.afterRefill(this.level, now - this.levelSince);
    const isOver = now - this.chargedAt >= this.windowMs + this.marginMs;
    return isOver && level < this.limit * this.windowMs * ROUNDING ? 0 : level;
  }

  /** The level, had nothing been charged before the entry, nor the entry itself. */
  private levelAfter({ within, amount }: BucketEntry, now: number): number {
    let since = this.refilledSince(within);
    let level = this.afterCharge(0, within.amount.value - amount);
    for (let next = within.next; next; next = next.next) {
      const at = this.refilledSince(next);
      level = this.afterCharge(this.afterRefill(level, at - since), next.amount.value);
      since = at;
    }
    return this.afterRefill(level, now - since);
  }

  /** From when on what was charged then comes back at today's pace; what came earlier is left out. */
  private refilledSince({ at }: WindowEntry): number {
    return at < this.limitSince ? this.limitSince : at;
  }

  private afterRefill(level: number, ms: number): number {
    const rest = level - ms * this.limit;
    return rest > 0 ? rest : 0;
  }

  private afterCharge(level: number, amount: number): number {
    const late = this.limit * this.marginMs;
    return (level > late ? level : late) + amount * this.windowMs;
  }
}

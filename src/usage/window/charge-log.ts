import { ExactSum } from './exact-sum.js';

/** How many entries a window holds before it makes them longer than a millisecond. */
const MANY = 100_000;

/** What was charged in one millisecond, or about at one time. Who charged it keeps it, to correct it later. */
export class WindowEntry {
  /** The one charged after it; undefined once it has left, so that it keeps nothing else alive. */
  next: WindowEntry | undefined = undefined;
  /** Whether the window no longer holds it. */
  hasLeft = false;
  /** The sum of all that was charged in it. */
  readonly amount = new ExactSum();
  /** The millisecond in which it was last charged, rounded up. */
  at: number;

  constructor(
    /** The millisecond in which it was first charged, rounded up. */
    readonly openedAt: number,
  ) {
    this.at = openedAt;
  }
}

/**
 * Sums what was charged within the last `lengthMs`, as arithmetic over `now`.
 *
 * It knows no clock: time is an argument, in ms, and never goes back. The window is half-open, so what
 * was charged at 0 has left a window of 60,000 ms at exactly 60,000. Charges of one millisecond are one
 * entry, stamped with the end of that millisecond (a fraction is rounded up, the safe side).
 *
 * Memory is bounded: while a window holds 100,000 entries or more, a new one takes in what is charged within
 * a 100,000th of the window, stamped with the last of it, so that it leaves a little later and never
 * earlier. Windows of up to 100 s are thus always exact, and a day is until so many of its milliseconds were
 * charged. A window of `Infinity` is one entry: a budget, of which nothing ever leaves. Each step is O(1)
 * amortised.
 *
 * ```text
 * charge(50)   at  0   |50-----------|
 * charge(75)   at 10        |75-----------|
 * total                50   125      75   0
 *                      0    10       100  110      (lengthMs = 100)
 * ```
 *
 * @example
 * const log = new ChargeLog(60_000);
 * const entry = log.charge(800, 0);
 * log.correct(entry, -300, 1_000); // really 500
 * log.total(59_999); // 500
 * log.total(60_000); // 0
 */
export class ChargeLog {
  protected newest: WindowEntry | undefined = undefined;
  private oldest: WindowEntry | undefined = undefined;
  private count = 0;
  private readonly sum = new ExactSum();
  private readonly many: number;

  constructor(
    readonly lengthMs: number,
    /** How many entries it holds before it makes them longer than a millisecond. */
    many = MANY,
  ) {
    this.many = many;
  }

  /** What is charged in the window that ends at `now`. */
  total(now: number): number {
    while (this.oldest && this.oldest.at + this.lengthMs <= now) this.dropOldest(this.oldest);
    return this.sum.value;
  }

  /** Charges an amount at `now`, and gives the entry with which it can be corrected. */
  charge(amount: number, now: number): WindowEntry {
    this.total(now);
    const entry = this.entryFor(Math.ceil(now));
    this.add(entry, amount);
    return entry;
  }

  /** Adds `delta` to what was charged then; changes nothing once that has left the window. */
  correct(entry: WindowEntry, delta: number, now: number): void {
    this.total(now);
    if (!entry.hasLeft) this.add(entry, delta);
  }

  /** Milliseconds from `now` until the total is at most `amount`: 0 when it is, Infinity when never. */
  waitUntilAtMost(amount: number, now: number): number {
    return this.waitUntil((total) => total <= amount, now);
  }

  /** Milliseconds from `now` until the total is less than `amount`: 0 when it is, Infinity when never. */
  waitUntilBelow(amount: number, now: number): number {
    return this.waitUntil((total) => total < amount, now);
  }

  /** Milliseconds from `now` until the next charge leaves; Infinity when the window is empty. */
  waitUntilNextLeaves(now: number): number {
    this.total(now);
    return this.oldest ? this.waitUntilLeft(this.oldest, now) : Infinity;
  }

  private waitUntil(isEnough: (total: number) => boolean, now: number): number {
    if (isEnough(this.total(now))) return 0;
    const rest = this.sum.copy();
    for (let entry = this.oldest; entry; entry = entry.next) {
      rest.subtract(entry.amount);
      // When the last has left nothing is in it, whatever rounding made of the difference.
      if (isEnough(entry.next ? rest.value : 0)) return this.waitUntilLeft(entry, now);
    }
    return Infinity;
  }

  protected waitUntilLeft(entry: WindowEntry, now: number): number {
    return entry.at + this.lengthMs - now;
  }

  /** The newest entry, moved to `at`, while it may take in what is charged then; otherwise a new one. */
  protected entryFor(at: number): WindowEntry {
    const { newest } = this;
    if (!newest || at - newest.openedAt >= this.resolutionMs())
      return this.append(new WindowEntry(at));
    newest.at = Math.max(newest.at, at);
    return newest;
  }

  private resolutionMs(): number {
    const isCoarse = this.lengthMs === Infinity || this.count >= this.many;
    return isCoarse ? this.lengthMs / this.many : 1;
  }

  protected add(entry: WindowEntry, amount: number): void {
    entry.amount.add(amount);
    this.sum.add(amount);
  }

  private append(entry: WindowEntry): WindowEntry {
    if (this.newest) this.newest.next = entry;
    else this.oldest = entry;
    this.newest = entry;
    this.count += 1;
    return entry;
  }

  private dropOldest(entry: WindowEntry): void {
    this.oldest = entry.next;
    if (!this.oldest) this.newest = undefined;
    this.count -= 1;
    // Whoever still keeps the entry must not keep all that came after it.
    entry.next = undefined;
    entry.hasLeft = true;
    if (this.oldest) this.sum.subtract(entry.amount);
    else this.sum.clear();
  }
}

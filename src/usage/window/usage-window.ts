/**
 * What is charged against one limit, as arithmetic over `now`: the seam between a quota and the way in
 * which a provider counts.
 *
 * It knows no clock: time is an argument, in ms, and never goes back. Every step is O(1) amortised, and
 * when the window has passed since the last charge the total is exactly 0, however many there were.
 */
export interface UsageWindow<Entry = unknown> {
  /** What counts against the limit at `now`. */
  total(now: number): number;
  /** Charges an amount at `now`, without asking whether it fits; the entry is for correcting it. */
  charge(amount: number, now: number): Entry;
  /** Adds `delta` to what was charged then; changes nothing once that counts no more. */
  correct(entry: Entry, delta: number, now: number): void;
  /**
   * The request came to the provider `ms` later than any margin covers: this amount of what was charged counts
   * from then on. Gives the entry that it is in now. Left out where it makes no difference.
   */
  delay?(entry: Entry, amount: number, ms: number, now: number): Entry;
  /** Milliseconds from `now` until the total is at most `amount`: 0 when it is, Infinity when never. */
  waitUntilAtMost(amount: number, now: number): number;
  /** Milliseconds from `now` until the total is less than `amount`: 0 when it is, Infinity when never. */
  waitUntilBelow(amount: number, now: number): number;
  /** Milliseconds from `now` until the total next becomes less by itself; Infinity when it is 0. */
  waitUntilNextLeaves(now: number): number;
  /**
   * Milliseconds from `now` until nothing counts that was charged so far, in O(1): 0 when nothing does, Infinity
   * when it never ends. What was charged last counts as if it had not been corrected to nothing: at the latest.
   */
  waitUntilEmpty(now: number): number;
  /**
   * Milliseconds from `now` until `cost` fits below `limit` if `ahead`, more than 0, is charged before it as early
   * as it fits, in parts of any size: never later than with calls that cannot be divided. Changes nothing.
   */
  waitBehind(ahead: number, cost: number, limit: number, now: number): number;
  /** The limit is `limit` from now on; only a window that refills at its pace needs to know. */
  limitChanged?(limit: number, now: number): void;
}

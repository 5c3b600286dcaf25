/** What a limit took for one request: kept so that it can be corrected later. */
export interface Charge {
  /** When it was taken, in ms. */
  readonly at: number;
  /** How much is taken now, after corrections. */
  amount: number;
}

/**
 * One limit of a provider: so much of one unit per window, counted in the provider's own way.
 *
 * Pure: `now` (ms) is an argument of every method, nothing waits and nothing looks at a clock. A
 * `now` before an earlier one counts as no time passed. Windows are half-open: what was taken at
 * `t` counts until just before `t + windowMs`. Every method is O(1) amortised; only `waitMs` of a
 * sliding log looks at as many entries as have to leave.
 */
export interface Limit {
  /** The most that one window holds. */
  readonly limit: number;
  /** Length of the window in ms. */
  readonly windowMs: number;
  /** Says whether `amount` could be charged now. */
  fits(amount: number, now: number): boolean;
  /**
   * Whole milliseconds until `amount` fits when nothing else is charged: 0 when it fits now,
   * `Infinity` when it is more than the limit and can never fit.
   */
  waitMs(amount: number, now: number): number;
  /** Takes `amount`, without asking whether it fits. */
  charge(amount: number, now: number): Charge;
  /** Makes an earlier charge `amount`; more than the limit is debt, a charge that has left its window stays gone. */
  correct(charge: Charge, amount: number, now: number): void;
  /** What is left to take; negative while there is debt. */
  remaining(now: number): number;
  /** Milliseconds until the limit is untouched again when nothing else is charged: OpenAI's `reset`. */
  resetMs(now: number): number;
}

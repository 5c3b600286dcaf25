import { ChargeLog } from '../usage/window/charge-log.js';

/** How many retries there may be. */
export interface RetryBudgetOptions {
  /** Retries per call, counted over the window: 0.2 is one retry for five calls, Infinity as many as wanted. */
  readonly share: number;
  /** Retries in a window that are granted however few calls there are. */
  readonly atLeast: number;
  /** Length of the window in ms. Default 60,000. */
  readonly windowMs?: number;
}

/**
 * Bounds the retries of all calls together by a share of the calls: when everything fails, retries must not
 * multiply the load.
 *
 * In each window it grants at most `max(atLeast, share * calls)` retries. It knows no clock: time is an
 * argument, in ms, and never goes back. Each step is O(1) amortised, and memory is bounded by the window.
 *
 * @example
 * const budget = new RetryBudget({ share: 0.2, atLeast: 1 });
 * for (let call = 0; call < 10; call++) budget.called(0);
 * budget.take(5); // true
 * budget.take(5); // true
 * budget.take(5); // false: 2 of 10 are retried
 * budget.take(60_005); // true: at least 1 in each window
 */
export class RetryBudget {
  private readonly share: number;
  private readonly atLeast: number;
  private readonly calls: ChargeLog;
  private readonly retries: ChargeLog;

  constructor({ share, atLeast, windowMs = 60_000 }: RetryBudgetOptions) {
    this.share = share;
    this.atLeast = atLeast;
    this.calls = new ChargeLog(windowMs);
    this.retries = new ChargeLog(windowMs);
  }

  /** Counts a call that starts its first attempt at `now`. */
  called(now: number): void {
    this.calls.charge(1, now);
  }

  /** Takes a retry at `now`: false, and nothing is counted, where the budget has none left. */
  take(now: number): boolean {
    const isGranted = this.retries.total(now) + 1 <= this.most(now);
    if (isGranted) this.retries.charge(1, now);
    return isGranted;
  }

  private most(now: number): number {
    if (this.share === Infinity) return Infinity; // also where its calls have left the window: no Infinity * 0
    return Math.max(this.atLeast, this.share * this.calls.total(now));
  }
}

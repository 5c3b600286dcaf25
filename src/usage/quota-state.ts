/** One quota as it stands. */
export interface QuotaState {
  readonly unit: string;
  /** What is granted per window; undefined until a live limit has emitted. */
  readonly limit: number | undefined;
  /** Length of the window in ms, its margin left out; Infinity for a budget. */
  readonly windowMs: number;
  /** What is charged in the window: used, and reserved by calls in flight. */
  readonly used: number;
  /** The part of it that calls in flight have reserved. */
  readonly reserved: number;
  /** What others have used, as far as the provider told. */
  readonly usedByOthers: number;
  /** What of the limit is still free; 0 when there is debt. */
  readonly remaining: number;
  /**
   * When nothing counts any more of what is charged so far, by this process and by others, if nothing else is
   * charged: in whole ms of the scheduler, rounded up. Undefined when nothing is charged, and where it is never:
   * for a budget.
   */
  readonly resetAt: number | undefined;
}

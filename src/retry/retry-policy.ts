import { RetryAfterTooLongError } from '../errors.js';
import { backOffMs } from '../time/back-off.js';
import type { Failure } from './failure.js';
import { RetryBudget } from './retry-budget.js';
import type { RetryOptions } from './retry-options.js';

/** A call that failed, as far as it decides about another try. */
export interface FailedTry {
  /** Which try it was, from 1. */
  readonly attempt: number;
  readonly error: unknown;
  readonly failure: Failure;
  /** Whether a gate makes calls wait for as long as the provider wants. */
  readonly hasGate: boolean;
  /** Whether another try may begin after so many ms. Default always. */
  readonly isInTime?: (delayMs: number) => boolean;
}

/** What follows: another try after so many ms, or an error that says more than the provider's own. */
export type Verdict = { readonly delayMs: number } | { readonly error: RetryAfterTooLongError };

/** Decides which calls are tried again, and when: pure, time is an argument. */
export class RetryPolicy {
  private readonly options: Required<RetryOptions>;
  private readonly budget: RetryBudget;

  constructor({
    maxAttempts = 4,
    baseMs = 1_000,
    maxMs = 60_000,
    maxRetryAfterMs = 600_000,
    share = 0.2,
    atLeast = 10,
    isRetryable = (_error, failure) => failure.retryable,
    // Looked up when it is drawn from, so that a test may put a seeded one there.
    random = () => Math.random(),
  }: RetryOptions = {}) {
    const wait = { baseMs, maxMs, maxRetryAfterMs, random };
    this.options = { maxAttempts, share, atLeast, isRetryable, ...wait };
    this.budget = new RetryBudget({ share, atLeast });
  }

  /** A call has started for the first time. */
  called(now: number): void {
    this.budget.called(now);
  }

  /** Undefined where the call fails with its own error. */
  verdict(failed: FailedTry, now: number): Verdict | undefined {
    const { attempt, error, failure } = failed;
    const { maxAttempts, maxRetryAfterMs, isRetryable } = this.options;
    if (attempt >= maxAttempts || !isRetryable(error, failure)) return undefined;
    const { retryAfterMs } = failure;
    if (retryAfterMs !== null && retryAfterMs > maxRetryAfterMs)
      return { error: new RetryAfterTooLongError(retryAfterMs, maxRetryAfterMs, { cause: error }) };
    const delayMs = this.delayOf(failed);
    const { isInTime = () => true } = failed;
    return isInTime(delayMs) && this.budget.take(now) ? { delayMs } : undefined;
  }

  /** At a gate it waits as all do, at the front of its priority. */
  private delayOf({ attempt, failure, hasGate }: FailedTry): number {
    if (failure.shouldPause && hasGate) return 0;
    const { random } = this.options;
    const { retryAfterMs } = failure;
    const told = retryAfterMs !== null && retryAfterMs > 0 ? retryAfterMs : 0;
    return Math.max(told, backOffMs(attempt, this.options, random));
  }
}

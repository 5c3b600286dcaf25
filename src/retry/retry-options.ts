import type { Failure } from './failure.js';

/** Which failed calls are tried again, when, and how many. `{ maxAttempts: 1 }` tries none again. */
export interface RetryOptions {
  /** The most tries of one call, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** Upper bound of the first random wait, in ms; it doubles with each try. Default 1,000. */
  readonly baseMs?: number;
  /** The most that doubling makes of it, in ms. Default 60,000. */
  readonly maxMs?: number;
  /**
   * The longest `retry-after` that is waited for, in ms; past it calls fail with `RetryAfterTooLongError`.
   * Default 600,000: ten minutes.
   */
  readonly maxRetryAfterMs?: number;
  /** Retries within a minute may be this share of the calls started in it, 0 or more. Default 0.2. */
  readonly share?: number;
  /** So many retries a minute are allowed however few calls there are. Default 10. */
  readonly atLeast?: number;
  /** Decides whether an error is worth another try. Default: what `failureOf` says, `failure.retryable`. */
  readonly isRetryable?: (error: unknown, failure: Failure) => boolean;
  /** Draws from 0 to 1: `seededRandom(1)` for the same waits each time. Default `Math.random`. */
  readonly random?: () => number;
}

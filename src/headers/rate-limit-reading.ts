import type { RateLimit } from './rate-limit.js';

/** What an answer tells of rate limits. */
export interface RateLimitReading {
  /** Requests first, then tokens, input tokens, output tokens and what else there is; empty if nothing was told. */
  readonly limits: readonly RateLimit[];
  /**
   * Milliseconds to wait before sending more; null where nothing was told, so that one's own backoff decides.
   * Providers send it on successes too: it is a reason to wait only together with `shouldPause`.
   */
  readonly retryAfterMs: number | null;
  /** Whether everything that shares the limits should wait. */
  readonly shouldPause: boolean;
  /** Whether the same request can succeed if it is sent again before long; false for a success. */
  readonly retryable: boolean;
}

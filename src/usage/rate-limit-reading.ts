/** One limit that a provider told: how much of `dim` there is, how much is left, when it is full again. */
export interface RateLimit {
  /**
   * What is counted: `requests`, `tokens`, `input-tokens`, `output-tokens`, or the provider's own word for
   * something else: `priority-input-tokens`, `project-tokens`, `input-images`, `unified-5h`, ….
   */
  readonly dim: string;
  /** The most that there can be; null where it was not told or is unknown. */
  readonly limit: number | null;
  /** What is left of it; null where it was not told or is unknown. */
  readonly remaining: number | null;
  /** Milliseconds until it is full again, never negative; null where it was not told. */
  readonly resetMs: number | null;
  /** The window in milliseconds, where the provider names one of fixed length (a month has none). */
  readonly windowMs?: number;
}

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

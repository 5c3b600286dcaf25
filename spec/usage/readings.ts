import type { RateLimit, RateLimitReading } from '../../src/index.js';

/** A reading of an answer: of a success that tells nothing, but for what the spec says. */
export function reading(told: Partial<RateLimitReading> = {}): RateLimitReading {
  return { limits: [], retryAfterMs: null, shouldPause: false, retryable: false, ...told };
}

export const LET_IN = reading();
/** It came to nothing, and nobody knows whether the provider let it in. */
export const LOST = reading({ retryable: true });

export function refused(retryAfterMs: number | null, ...limits: RateLimit[]): RateLimitReading {
  return reading({ shouldPause: true, retryable: true, retryAfterMs, limits });
}

export function told(...limits: RateLimit[]): RateLimitReading {
  return reading({ limits });
}

/** A limit of requests per minute that the provider tells, but for what the spec says. */
export function limitOf(said: Partial<RateLimit>): RateLimit {
  return { dim: 'requests', limit: null, remaining: null, resetMs: null, ...said };
}

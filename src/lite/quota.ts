import type { Quota } from '../usage/quota.js';

/** A quota whose limit is a number, and stays what it is. */
export interface FixedQuota extends Omit<Quota, 'limit' | 'model'> {
  /** How much of the unit a window grants: a number above 0. */
  readonly limit: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** So many requests per minute. A cost that does not name `requests` counts as one. */
export function requestsPerMinute(limit: number): FixedQuota {
  return { unit: 'requests', limit, windowMs: MINUTE_MS };
}

/** So many tokens per minute, of input and output together. */
export function tokensPerMinute(limit: number): FixedQuota {
  return { unit: 'tokens', limit, windowMs: MINUTE_MS };
}

/** So many input tokens per minute. */
export function inputTokensPerMinute(limit: number): FixedQuota {
  return { unit: 'inputTokens', limit, windowMs: MINUTE_MS };
}

/** So many output tokens per minute. */
export function outputTokensPerMinute(limit: number): FixedQuota {
  return { unit: 'outputTokens', limit, windowMs: MINUTE_MS };
}

/** So many requests in any 24 hours. A cost that does not name `requests` counts as one. */
export function requestsPerDay(limit: number): FixedQuota {
  return { unit: 'requests', limit, windowMs: DAY_MS };
}

/** So many US dollars in any 24 hours. */
export function usdPerDay(limit: number): FixedQuota {
  return { unit: 'usd', limit, windowMs: DAY_MS };
}

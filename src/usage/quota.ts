import type { Observable } from 'rxjs';
import { parseQuota } from '../options.js';

/** So much of one unit per window. */
export interface Quota {
  /** What is counted: `requests`, `tokens`, or any unit of your own. */
  readonly unit: string;
  /** How much of it a window grants: a number above 0, or an Observable that changes it while calls run. */
  readonly limit: number | Observable<number>;
  /** Length of the window in ms. */
  readonly windowMs: number;
  /** Added to the window so that jitter on the network breaks no limit, in ms. Default 250. */
  readonly marginMs?: number;
}

const MINUTE_MS = 60_000;

/**
 * A quota of any unit and window.
 *
 * @example
 * quota({ unit: 'images', limit: 50, windowMs: 3_600_000 });
 *
 * @throws InvalidOptionError naming the option, its value and what is allowed.
 */
export function quota(options: Quota): Quota {
  return Object.freeze(parseQuota(options));
}

/** So many requests per minute. A cost that does not name `requests` counts as one. */
export function requestsPerMinute(limit: number | Observable<number>): Quota {
  return quota({ unit: 'requests', limit, windowMs: MINUTE_MS });
}

/** So many tokens per minute, of input and output together. */
export function tokensPerMinute(limit: number | Observable<number>): Quota {
  return quota({ unit: 'tokens', limit, windowMs: MINUTE_MS });
}

/** So many input tokens per minute. */
export function inputTokensPerMinute(limit: number | Observable<number>): Quota {
  return quota({ unit: 'inputTokens', limit, windowMs: MINUTE_MS });
}

/** So many output tokens per minute. */
export function outputTokensPerMinute(limit: number | Observable<number>): Quota {
  return quota({ unit: 'outputTokens', limit, windowMs: MINUTE_MS });
}

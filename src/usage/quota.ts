import type { Observable } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { parseQuota } from '../options/quota.js';
import type { LimitModel } from './window/limit-model.js';

/** So much of one unit per window. */
export interface Quota {
  /** What is counted: `requests`, `tokens`, or any unit of your own. */
  readonly unit: string;
  /** How much of it a window grants: a number above 0, or an Observable that changes it while calls run. */
  readonly limit: number | Observable<number>;
  /** Length of the window in ms; Infinity makes it a budget, which never comes back. */
  readonly windowMs: number;
  /** Covers what the network adds and takes, so that jitter breaks no limit, in ms. Default 250. */
  readonly marginMs?: number;
  /**
   * How the provider counts. Default `'sliding-window'`: never more than the limit in any window, which
   * keeps to the others too.
   *
   * - `'token-bucket'`: a full bucket of the limit, refilled continuously, the limit per window
   * - `'fixed-window'`: from zero again at each multiple of the window (a day begins at 0:00 UTC)
   */
  readonly model?: LimitModel;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

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

/**
 * So much for the whole life of the service: when it is spent, calls fail at once with `QuotaExceededError`.
 *
 * What calls in flight have reserved may come back, so behind them a call waits.
 *
 * @example
 * budget({ unit: 'usd', limit: 5 });
 */
export function budget(options: Pick<Quota, 'unit' | 'limit'>): Quota {
  if ('windowMs' in options)
    throw new InvalidOptionError(
      'windowMs',
      kindOf(options.windowMs),
      'none: a budget has no window',
    );
  return quota({ ...options, windowMs: Infinity });
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

/** So many requests in any 24 hours. A cost that does not name `requests` counts as one. */
export function requestsPerDay(limit: number | Observable<number>): Quota {
  return quota({ unit: 'requests', limit, windowMs: DAY_MS });
}

/** So many US dollars in any 24 hours. */
export function usdPerDay(limit: number | Observable<number>): Quota {
  return quota({ unit: 'usd', limit, windowMs: DAY_MS });
}

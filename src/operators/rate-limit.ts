import { Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { parseRateLimitOptions } from '../options.js';
import type { CallQueue } from '../queue/call-queue.js';
import type { Queueable } from '../queue/queueable.js';
import type { Quota } from '../usage/quota.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { RateLimiter } from './rate-limiter.js';

/** Options of `rateLimit`: a tracker or quotas, what a value costs, and optional bounds. */
export interface RateLimitOptions<T> {
  /** Grants reservations. Either this or `quotas`. */
  readonly tracker?: RateTracker;
  /** Quotas of its own, in memory. Either this or `tracker`. */
  readonly quotas?: readonly Quota[];
  /** What a value costs: an amount per unit, or a number where there is one quota. Default one request. */
  readonly costOf?: (value: T) => Usage | number;
  /** The most values that may be in flight; needs `released$`. Default: any number. */
  readonly maxConcurrent?: number | Observable<number>;
  /** Each emission says that one value in flight has ended. */
  readonly released$?: Observable<unknown>;
  /** Values that wait and are no longer wanted; they must extend `Queueable`. */
  readonly cancelled$?: Observable<T>;
  /** Where `Queueable` values wait. Default: a queue of its own, first in, first out. */
  readonly queue?: CallQueue<Queueable>;
  /** The most values that may wait. Default Infinity. */
  readonly queueLimit?: number;
  /** Hears of a value that was refused (too costly for any window, queue full). Default: the stream errors. */
  readonly onRefused?: (value: T, error: unknown) => void;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Lets values through when their cost fits into every quota, one after the other.
 *
 * Values wait in a queue. The first in it goes when a permit is free (with `maxConcurrent`) and then its
 * cost has been reserved: in the same turn when it fits, otherwise at the earliest instant at which it
 * does. Values that wait have taken nothing; unsubscribing forgets them.
 *
 * ```text
 * source                                         abc|
 * rateLimit({ quotas: [2 per 6 ms] })            ab----(c|)
 * ```
 *
 * It completes when the source has completed and the queue is empty; an error of the source comes at once.
 * `project` gets the reservation too, for who wants to settle it to what was really used.
 *
 * @example
 * prompts$.pipe(
 *   rateLimit({ quotas: [tokensPerMinute(200_000)], costOf: (prompt) => ({ tokens: prompt.length / 4 }) }),
 *   mergeMap((prompt) => ask(prompt)),
 * );
 *
 * @throws InvalidOptionError for an option that is unknown, missing or out of range.
 * Errors with QuotaExceededError or QueueFullError unless `onRefused` is given.
 */
export function rateLimit<T, R = T>(
  options: RateLimitOptions<T>,
  project: (value: T, reservation: Reservation) => R = (value) => value as unknown as R,
): OperatorFunction<T, R> {
  parseRateLimitOptions(options);
  return (source) =>
    new Observable((subscriber) => {
      new RateLimiter(options, project, subscriber).connect(source);
    });
}

import { Observable, type OperatorFunction } from 'rxjs';
import { parseRateLimitOptions } from '../options/rate-limit.js';
import { InMemoryRateTracker } from '../usage/in-memory-rate-tracker.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Reservation } from '../usage/reservation.js';
import type { RateLimitOptions } from './rate-limit-options.js';
import { RateLimiter, type TrackerSource } from './rate-limiter.js';

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
 * Its windows outlive a subscription, so that what `retry` and `repeat` let out is counted too.
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
  return (source) => {
    const trackers = options.tracker ? theirs(options.tracker) : ours(options);
    return new Observable((subscriber) => {
      new RateLimiter(options, trackers, project, subscriber).connect(source);
    });
  };
}

function theirs(tracker: RateTracker): TrackerSource {
  return { acquire: () => tracker, release: () => undefined, isOurs: false };
}

/** Its windows outlive a subscription: what `retry` lets out again counts beside what went before. */
function ours<T>({ quotas = [], scheduler }: RateLimitOptions<T>): TrackerSource {
  let tracker: InMemoryRateTracker | undefined;
  let users = 0;
  return {
    isOurs: true,
    acquire: () => {
      tracker ??= new InMemoryRateTracker({ quotas, ...(scheduler && { scheduler }) });
      if (users++ === 0) tracker.open();
      return tracker;
    },
    release: () => {
      if (--users === 0) tracker?.close();
    },
  };
}

import type { Observable, SchedulerLike } from 'rxjs';
import type { CallQueue } from '../queue/call-queue.js';
import type { Queueable } from '../queue/queueable.js';
import type { Quota } from '../usage/quota.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Usage } from '../usage/usage.js';

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
  /**
   * Values that were let out and shall go once more; they must extend `Queueable`. They go to the front of
   * their priority and reserve again. What returns after the source has completed and the queue is empty is
   * not heard.
   */
  readonly returned$?: Observable<T>;
  /** Where `Queueable` values wait. Default: a queue of its own, first in, first out. */
  readonly queue?: CallQueue<Queueable>;
  /** The most values that may wait. Default Infinity. */
  readonly queueLimit?: number;
  /** Past it: `'refuse'` the new one (default), or `'drop-oldest'`, the oldest of the lowest priority. */
  readonly whenQueueFull?: 'refuse' | 'drop-oldest';
  /** Hears of a value that was refused (too costly for any window, queue full). Default: the stream errors. */
  readonly onRefused?: (value: T, error: unknown) => void;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

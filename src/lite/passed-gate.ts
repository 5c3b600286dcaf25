import type { RetryAfterTooLongError } from '../errors.js';
import type { RateLimitReading } from '../usage/rate-limit-reading.js';

/** One call that was let through. */
export interface Passage {
  /** Hears what the provider has answered to it. */
  readonly hear: (reading: RateLimitReading) => void;
  /** It has ended. Answers whether others may pass by that. */
  readonly left: (now: number) => boolean;
}

/** The gate as calls pass it: it may hold them although their quotas have room. */
export interface PassedGate {
  /** Why calls should not even wait; undefined when they should. */
  refusal(now: number): RetryAfterTooLongError | undefined;
  /** Milliseconds until a call may pass: 0 when one may. */
  waitMs(now: number): number;
  /** Milliseconds until it opens by itself; Infinity when it does not. */
  waitUntilItChanges(now: number): number;
  /** Lets a call through. */
  pass(now: number): Passage;
}

import type { RateLimitReading } from '../usage/rate-limit-reading.js';

/**
 * What went wrong with a call, as far as it decides what happens next.
 *
 * | kind | what it is | the reservation | worth a retry |
 * |---|---|---|---|
 * | `not-sent` | it never reached the provider | given back whole | yes |
 * | `rate` | 429: the provider's window is full | keeps the request | yes, when the gate has opened |
 * | `concurrency` | 429: too many at once | keeps the request | yes, when the gate has opened |
 * | `overloaded` | 529, 503: the provider has no capacity | keeps the request | yes, when the gate has opened |
 * | `quota-exhausted` | no money, no plan, a day's quota | keeps the request | no |
 * | `too-large` | larger than the limit can ever hold | keeps the request | no |
 * | `rejected` | any other 4xx | keeps the request | no (408, 409: yes) |
 * | `server` | any other 5xx | kept whole: it may have been counted | yes |
 * | `timeout` | nobody knows how far it came | kept whole | yes |
 * | `connection` | it broke on the way | kept whole | yes |
 * | `unknown` | anything else, as a mistake in the program | kept whole | no |
 */
export type FailureKind =
  | 'not-sent'
  | 'rate'
  | 'concurrency'
  | 'overloaded'
  | 'quota-exhausted'
  | 'too-large'
  | 'rejected'
  | 'server'
  | 'timeout'
  | 'connection'
  | 'unknown';

/** An error, read: its kind, what the provider told of its limits, whether and when to try again. */
export interface Failure extends RateLimitReading {
  readonly kind: FailureKind;
}

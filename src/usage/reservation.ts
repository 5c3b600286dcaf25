import type { RateLimitReading } from './rate-limit-reading.js';
import type { Usage } from './usage.js';

/**
 * What a call has taken from every quota, and how it gives it back.
 *
 * Whichever of `settle` and `giveBack` is called first counts; later ones change nothing.
 *
 * ```text
 * reserve 1,000 ──── process ──── settle 600      400 are free again at once
 * reserve 1,000 ──── process ──── settle 1,300    300 are debt: what follows waits for it
 * reserve 1,000 ─ never sent ──── giveBack        all are free again at once
 * reserve 1,000 ─ revise 400 ──── settle 600      600 are free, then 200 less
 * ```
 */
export interface Reservation {
  /** What was reserved. */
  readonly cost: Usage;
  /** When, in ms; left out by a store that does not say. */
  readonly at?: number;
  /**
   * Replaces the estimate by what was really used, charged at the time of the reservation. Units that are
   * not named keep their estimate. What has left the window meanwhile changes nothing.
   */
  settle(usage: Usage): void;
  /**
   * Holds this much from now on, charged at the time of the reservation, while the call is in flight; what is
   * not named is held as it is. `cost` stays the estimate. Left out by a store that cannot: it holds `cost`.
   */
  revise?(held: Usage): void;
  /** Returns all of it, as if it had not been. */
  giveBack(): void;
  /**
   * The provider has had the request for so many ms by now: what was later there than a margin covers counts
   * from when it came. Left out by a store that keeps to the time of the reservation.
   */
  arrived?(msAgo: number): void;
  /**
   * Hears what the provider has answered: a refusal closes the gate for all that share the quotas, limits that
   * it tells narrow them, any other answer means that the call was let in. Left out by a store that does not
   * learn.
   */
  hear?(reading: RateLimitReading): void;
}

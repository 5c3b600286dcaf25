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
 * ```
 */
export interface Reservation {
  /** What was reserved. */
  readonly cost: Usage;
  /**
   * Replaces the estimate by what was really used, charged at the time of the reservation. Units that are
   * not named keep their estimate. What has left the window meanwhile changes nothing.
   */
  settle(usage: Usage): void;
  /** Returns all of it, as if it had not been. */
  giveBack(): void;
}

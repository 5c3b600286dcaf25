import type { Quota, RateTracker } from '../../index.js';

/** A kind of rate tracker, as the contract tries it. */
export interface RateTrackerSubject {
  /** Makes a new tracker with these quotas, in whose windows is nothing. The contract closes it. */
  readonly make: (quotas: readonly Quota[]) => RateTracker | PromiseLike<RateTracker>;
  /** Lets so many ms pass in the tracker's time: `(ms) => time.advance(ms)`, or by really waiting. */
  readonly wait: (ms: number) => unknown;
  /** The tracker's time in ms. Default: the sum of all waits. */
  readonly now?: () => number;
  /** How long the windows are that are tried, in ms. Default 60,000; where waits are real, some hundreds. */
  readonly windowMs?: number;
  /** How long answers may be on their way, in ms. Default 0: everything happens in the same turn. */
  readonly slackMs?: number;
}

import type { Quota, RateTracker } from '../../index.js';

/** A kind of rate tracker, as the contract tries it. */
export interface RateTrackerSubject {
  /** Makes a new tracker with these quotas, in whose windows is nothing. The contract closes it. */
  readonly make: (quotas: readonly Quota[]) => RateTracker | PromiseLike<RateTracker>;
  /**
   * Lets so many ms pass in the tracker's time: `(ms) => time.advance(ms)`, or by really waiting. It is asked for
   * a little at a time, 1 ms or `slackMs` (of windows longer than 1 s a 1,000th), and promises settle in between.
   */
  readonly wait: (ms: number) => unknown;
  /**
   * The tracker's time in ms: the one that `at` and `resetAt` are of. Default: the sum of all waits, which is right
   * where time is virtual; `at` and `resetAt` are then not compared with it. Where waits are real they take longer than
   * they say, so give it: `() => monotonicScheduler.now()`.
   */
  readonly now?: () => number;
  /**
   * How long the windows are that are tried, in ms. Default 1,000. A multiple of 4, and at least 20 and 6 times
   * `slackMs`, as several answers must find room in one window.
   */
  readonly windowMs?: number;
  /**
   * How long answers may be on their way, in ms. Default 0: they come in the same turn, or by promises that settle
   * without a timer. What happens 1 ms too early or too late is seen only where it is 0.
   */
  readonly slackMs?: number;
  /**
   * How many timers are set: `() => time.timers` of a `VirtualTime`. Where it is told, timers of the tracker that go on
   * for nobody are seen.
   */
  readonly timers?: () => number;
}

const DEFAULT_WINDOW_MS = 1_000;

/** How long the windows are that are tried. */
export function windowMsOf({ windowMs = DEFAULT_WINDOW_MS }: RateTrackerSubject): number {
  return windowMs;
}

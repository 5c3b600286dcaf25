/** How long retries wait where the provider does not say it. */
export interface BackOff {
  /** The most to wait after the first failure, in ms; each further failure doubles it. */
  readonly baseMs: number;
  /** The most to wait after any failure, in ms. */
  readonly maxMs: number;
}

/** 2^50 ms are 35,000 years: what is doubled more often is Infinity one day, and Infinity times 0 no number. */
const MOST_DOUBLINGS = 50;

/**
 * Milliseconds to wait after the failure of an attempt, of which 1 is the first: exponential back-off with
 * full jitter.
 *
 * A random time from 0 to `min(maxMs, baseMs * 2^(attempt - 1))`, so that many that failed together do not
 * come back together. Source: AWS Architecture Blog, Exponential Backoff And Jitter, which counts from 0.
 *
 * @example
 * const random = seededRandom(1);
 * backOffMs(1, { baseMs: 500, maxMs: 8_000 }, random); // at least 0, below 500
 * backOffMs(3, { baseMs: 500, maxMs: 8_000 }, random); // at least 0, below 2,000
 * backOffMs(9, { baseMs: 500, maxMs: 8_000 }, random); // at least 0, below 8,000
 */
export function backOffMs(
  attempt: number,
  { baseMs, maxMs }: BackOff,
  random: () => number,
): number {
  const doublings = Math.min(attempt - 1, MOST_DOUBLINGS);
  const drawn = random();
  // A source that is no good must not make a call wait for ever.
  const share = drawn > 0 ? Math.min(drawn, 1) : 0;
  return share * Math.min(maxMs, baseMs * 2 ** doublings);
}

import { seededRandom } from '../index.js';

/** Draws the next number, at least 0 and below 1. */
export type Random = () => number;

/**
 * Several independent generators from one seed, so that drawing more of one changes none of the
 * others.
 *
 * @internal
 */
export function fork(seed: number): () => Random {
  const seeds = seededRandom(seed);
  return () => seededRandom(seeds() * 2 ** 32);
}

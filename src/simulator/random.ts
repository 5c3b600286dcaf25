/** Draws the next number, at least 0 and below 1. */
export type Random = () => number;

/**
 * Pseudo-random numbers that a seed reproduces: the same seed gives the same sequence everywhere.
 *
 * The generator is mulberry32 by Tommy Ettinger (public domain): a 32-bit counter, mixed. Not for
 * secrets.
 *
 * @example
 * const draw = random(1);
 * draw() < 0.1; // in one case of ten
 */
export function random(seed: number): Random {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 15), counter | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Several independent generators from one seed, so that drawing more of one changes none of the
 * others.
 *
 * @internal
 */
export function fork(seed: number): () => Random {
  const seeds = random(seed);
  return () => random(seeds() * 2 ** 32);
}

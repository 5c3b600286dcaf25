/**
 * Pseudo-random numbers that a seed reproduces: the same seed gives the same sequence everywhere.
 *
 * Each number is at least 0 and below 1, as those of `Math.random`. The generator is mulberry32 by Tommy
 * Ettinger (public domain): a 32-bit counter, mixed. Not for secrets.
 *
 * @example
 * const draw = seededRandom(1);
 * draw(); // 0.6270739405881613, always
 * draw() < 0.1; // in one case of ten
 */
export function seededRandom(seed: number): () => number {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 15), counter | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

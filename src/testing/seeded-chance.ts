import { seededRandom } from '../index.js';

/**
 * Does the work while `Math.random` draws from a seed, so that whatever is left to chance in it is the same each
 * time: the jitter of retries and gates, and the application's own.
 */
export function withSeededChance<T>(seed: number, work: () => T): T {
  const { random } = Math;
  Math.random = seededRandom(seed);
  try {
    return work();
  } finally {
    Math.random = random;
  }
}

import { InvalidOptionError, seededRandom } from '../index.js';

let isSeeded = false;

/**
 * Does the work while `Math.random` draws from a seed, so that whatever is left to chance in it is the same each
 * time: the jitter of retries and gates, and the application's own.
 */
export function withSeededChance<T>(seed: number, work: () => T): T {
  if (isSeeded)
    throw new InvalidOptionError(
      'runMarbles(test)',
      'inside of another runMarbles',
      'one run at a time',
    );
  if (!Number.isFinite(seed)) throw new InvalidOptionError('seed', String(seed), 'a finite number');
  const { random } = Math;
  isSeeded = true;
  Math.random = seededRandom(seed);
  try {
    return work();
  } finally {
    Math.random = random;
    isSeeded = false;
  }
}

/** Chance for one fake: within a run drawn from its seed, anywhere else always the same. */
export function chanceOfFake(): () => number {
  return seededRandom(isSeeded ? Math.random() * 2 ** 32 : 1);
}

import { kindOf } from './kind-of.js';

/** Longer than any name of ours. */
const LONGEST = 20;
const NAME = /^[a-z]+(?:[+_-][a-z]+)*$/i;

/**
 * How to show what should have been one of a few names: a mistake is best seen, but what does not look like a name,
 * as it has digits or spaces or is long, could be a key or a prompt.
 *
 * @internal
 */
export function shownName(value: unknown): string {
  const isName = typeof value === 'string' && value.length <= LONGEST && NAME.test(value);
  return isName ? `'${value}'` : kindOf(value);
}

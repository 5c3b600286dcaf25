import { InvalidOptionError, kindOf } from '../../index.js';
import { type MarbleMessage, parseMarbles } from './parse-marbles.js';

/** A length of time in a unit that marbles do not have, or without the space after it. */
const NO_TIME = /(?:^|\s)\d+(?:\.\d+)?(?!(?:ms|s|m)(?:\s|$))[a-z]+/;

/**
 * Reads a marble diagram that somebody wrote.
 *
 * @throws InvalidOptionError naming the option, with the reason, for what is no diagram.
 */
export function readMarbles(marbles: unknown, option: string): readonly MarbleMessage[] {
  if (typeof marbles !== 'string') throw notMarbles(option, kindOf(marbles), '');
  if (NO_TIME.test(marbles)) throw notMarbles(option, `'${marbles}'`, ' (times are in ms, s or m, with spaces around)'); // prettier-ignore
  try {
    return parseMarbles(marbles);
  } catch (error) {
    throw notMarbles(option, `'${marbles}'`, ` (${(error as Error).message})`);
  }
}

function notMarbles(option: string, value: string, reason: string): InvalidOptionError {
  return new InvalidOptionError(
    option,
    value + reason,
    "a marble diagram: '--a|', '-#', '-a 5s b|'",
  );
}

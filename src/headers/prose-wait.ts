import { decimal } from './decimal.js';
import { goDuration } from './go-duration.js';
import { windowMsOf } from './window.js';

const WAIT = /\b(?:try again|retry|retrying|wait)(?: (?:in|after|for|at least)){0,2} (\d.{0,40})/i;
const WORDS = /^(\d{1,9}(?:\.\d{1,9})?) ?(millisecond|second|sec|minute|min|hour|day)s?\b/i;
const DURATION = /^(?:\d{1,9}(?:\.\d{1,12})?(?:ms|us|µs|ns|d|h|m|s))+(?![a-z\d])/;

/**
 * Milliseconds to wait in the words of an error message, or null: `Please try again in 1.798s`,
 * `retry after 33 seconds`, `Please wait 86396 seconds before retrying`.
 */
export function proseWaitMs(text: string): number | null {
  const wait = WAIT.exec(text)?.[1];
  if (wait === undefined) return null;
  const duration = DURATION.exec(wait)?.[0];
  if (duration !== undefined) return goDuration(duration);
  const [, digits, unit = ''] = WORDS.exec(wait) ?? [];
  if (unit.toLowerCase() === 'millisecond') return decimal(digits);
  const seconds = (windowMsOf(unit) ?? 0) / 1000;
  return seconds === 0 ? null : (decimal(digits, 3) ?? 0) * seconds;
}

import { RxllmError } from '../index.js';
import { marblesOf } from './marbles/marbles-of.js';
import type { Moment } from './marbles/moment.js';
import { sideBySide } from './marbles/side-by-side.js';

/** A timeline is not as a test expects it: its message shows both, one under the other. */
export class TimelineMismatchError extends RxllmError {
  static override readonly code = 'TIMELINE_MISMATCH';

  /** What the test expects, as a diagram, or where none says it as a list. */
  readonly expected: string;
  /** What really happened. */
  readonly actual: string;

  constructor(what: string, expected: readonly Moment[], actual: readonly Moment[]) {
    super(
      TimelineMismatchError.code,
      `${what}\n\n${sideBySide(expected, actual)}\n${hint(expected, actual)}`,
    );
    this.expected = drawn(expected);
    this.actual = drawn(actual);
  }
}

/** Where nothing has happened at all there is one mistake that all make once. */
function hint(expected: readonly Moment[], actual: readonly Moment[]): string {
  if (actual.length > 0 || expected.length === 0) return '';
  return '\n  Nothing happened. A promise is never virtual: is there one, as in an async process?\n';
}

/** Frameworks show the two beside each other: a long list would hide the table. */
function drawn(moments: readonly Moment[]): string {
  return marblesOf(moments) ?? moments.map(({ at, text }) => `${text} at ${at} ms`).join(', ');
}

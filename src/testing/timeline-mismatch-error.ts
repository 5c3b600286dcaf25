import { RxllmError } from '../index.js';
import type { Moment } from './marbles/moment.js';
import { sideBySide } from './marbles/side-by-side.js';

/** A timeline is not as a test expects it: its message shows both, one under the other. */
export class TimelineMismatchError extends RxllmError {
  static override readonly code = 'TIMELINE_MISMATCH';

  constructor(
    what: string,
    /** What the test expects: when, in ms of virtual time, and what. */
    readonly expected: readonly Moment[],
    /** What really happened. */
    readonly actual: readonly Moment[],
  ) {
    super(TimelineMismatchError.code, `${what}\n\n${sideBySide(expected, actual)}\n`);
  }
}

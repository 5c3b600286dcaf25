import { RxllmError } from './rxllm-error.js';

/** A call cannot start by its `deadline`: it is refused at once, or ended when the deadline comes. */
export class DeadlineExceededError extends RxllmError {
  static override readonly code = 'DEADLINE_EXCEEDED';

  constructor(
    /** How long it could have waited when that was found, in ms; when the time was over: when it was made. */
    readonly leftMs: number,
    /** How long it would have had to wait, by what was known then, in ms; undefined when the time was over. */
    readonly expectedWaitMs?: number,
  ) {
    super(
      DeadlineExceededError.code,
      `${lateness(leftMs, expectedWaitMs)}; call again later, or allow more time`,
    );
  }
}

function lateness(leftMs: number, expectedWaitMs: number | undefined): string {
  if (leftMs < 0) return `the deadline of the call was over ${-leftMs} ms before it was made`;
  return expectedWaitMs === undefined
    ? `the call had not started by its deadline, ${leftMs} ms after it was made`
    : `the call would start in about ${Math.round(expectedWaitMs)} ms, and its deadline is in ${leftMs} ms`;
}

import { kindOf, RxllmError } from '../index.js';

/** A call has failed with what is no error, so that `CallSignal.error` would have no message: it is in `cause`. */
export class ThrownValueError extends RxllmError {
  static override readonly code = 'THROWN_VALUE';

  constructor(thrown: unknown) {
    super(
      ThrownValueError.code,
      `the call failed with what is no error (${kindOf(thrown)}); see cause, and throw an Error in process`,
      { cause: thrown },
    );
  }
}

import { RxllmError } from './rxllm-error.js';

/** A tracker completed its answer without a reservation, so that the call would wait for ever. */
export class NoReservationError extends RxllmError {
  static override readonly code = 'NO_RESERVATION';

  constructor() {
    super(
      NoReservationError.code,
      'the tracker completed without a reservation; reserve() must answer with one, or error',
    );
  }
}

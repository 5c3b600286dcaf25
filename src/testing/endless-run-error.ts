import { RxllmError } from '../index.js';

/** A run in virtual time does not come to its end, as something sets one timer after the other. */
export class EndlessRunError extends RxllmError {
  static override readonly code = 'ENDLESS_RUN';

  constructor(
    /** How many timers were set until then. */
    readonly timers: number,
    /** The virtual time at which that was found, in ms. */
    readonly atMs: number,
  ) {
    super(
      EndlessRunError.code,
      `the run has set ${timers} timers and has not ended at ${atMs} ms of virtual time; end what repeats ` +
        'itself, as interval() and repeat() do, with take(), takeUntil() or a subscription diagram (^---!)',
    );
  }
}

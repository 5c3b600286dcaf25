import { RxllmError } from '../index.js';

/** Virtual time does not come to an end, as something sets one timer after the other. */
export class EndlessRunError extends RxllmError {
  static override readonly code = 'ENDLESS_RUN';

  constructor(
    /** How many timers have fired. */
    readonly fired: number,
    /** How many are set. */
    readonly timers: number,
    /** The virtual time at which that was found, in ms. */
    readonly atMs: number,
  ) {
    super(
      EndlessRunError.code,
      `virtual time does not come to an end: ${fired} timers have fired, and ${timers} are set, at ${atMs} ms; end ` +
        'what repeats itself, as interval() and repeat() do, with take() or takeUntil(), or let a bounded time ' +
        'pass: advance(ms), or in a marble test a subscription diagram (^---!)',
    );
  }
}

import { RxllmError } from './rxllm-error.js';

/** Which of its times a call has passed: the name of the option. */
export type CallTimeout = 'timeout' | 'queueTimeout' | 'firstChunkTimeout' | 'chunkTimeout';

const TIMEOUTS: Readonly<Record<CallTimeout, string>> = {
  timeout: 'had not ended',
  queueTimeout: 'was still waiting for its start',
  firstChunkTimeout: 'had no response',
  chunkTimeout: 'had no further response',
};

/** A call took longer than one of its timeouts allows, and was ended. */
export class CallTimeoutError extends RxllmError {
  static override readonly code = 'CALL_TIMEOUT';

  constructor(
    /** Which one: the name of the option. */
    readonly timeout: CallTimeout,
    /** After how long, in ms: what the option says. */
    readonly afterMs: number,
  ) {
    super(
      CallTimeoutError.code,
      `the call ${TIMEOUTS[timeout]} after its ${timeout} of ${afterMs} ms; call again, or raise ${timeout}`,
    );
  }
}

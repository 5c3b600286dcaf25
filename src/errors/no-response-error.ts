import { RxllmError } from './rxllm-error.js';

/** `callAsync` has nothing to resolve to: the call completed without a response. */
export class NoResponseError extends RxllmError {
  static override readonly code = 'NO_RESPONSE';

  constructor(
    /** Name of the service, or of several made into one. */
    readonly service: string,
  ) {
    super(
      NoResponseError.code,
      `${service} completed without a response; use call() where no response is right`,
    );
  }
}

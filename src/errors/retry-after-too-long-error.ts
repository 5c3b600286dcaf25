import { RxllmError } from './rxllm-error.js';

/** The provider told to wait longer than calls may wait at a closed gate. */
export class RetryAfterTooLongError extends RxllmError {
  static override readonly code = 'RETRY_AFTER_TOO_LONG';

  constructor(
    /** How long the provider wants no calls, in ms from when this was made. */
    readonly retryAfterMs: number,
    /** The longest that calls wait for that, in ms. */
    readonly maxRetryAfterMs: number,
    options?: ErrorOptions,
  ) {
    super(
      RetryAfterTooLongError.code,
      `the provider takes no calls for another ${seconds(retryAfterMs)}, and calls wait for at most ` +
        `${seconds(maxRetryAfterMs)}; call again then, or raise retry.maxRetryAfterMs`,
      options,
    );
  }
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

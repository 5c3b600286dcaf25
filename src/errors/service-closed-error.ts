import { RxllmError } from './rxllm-error.js';

/** The service takes no more calls, or was told to abandon those that it had. */
export class ServiceClosedError extends RxllmError {
  static override readonly code = 'SERVICE_CLOSED';

  constructor(
    /** Name of the service. */
    readonly service: string,
    /** Whether the call was there, and was ended by `close({ abandon: true })`. */
    readonly wasAbandoned = false,
    /** What else helps. */
    hint = '',
  ) {
    super(
      ServiceClosedError.code,
      wasAbandoned
        ? `the call was ended, as service ${service} was closed with { abandon: true }; ` +
            'close() alone lets calls finish'
        : `service ${service} is closed for good and takes no calls. Make the call before close()${hint}`,
    );
  }
}

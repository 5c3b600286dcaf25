/**
 * How long a call may take, in ms: above 0, or Infinity for as long as it likes. Each ends it with
 * `CallTimeoutError`, and frees all that it holds.
 */
export interface CallTimeouts {
  /** From subscribing to the end, whatever happens in between. Default that of the service, or none. */
  readonly timeout?: number | undefined;
  /** From being queued until its work begins; of each further try, from the failure before it. Default the same. */
  readonly queueTimeout?: number | undefined;
  /** From the beginning of the work, of each try, until its first response. Default the same. */
  readonly firstChunkTimeout?: number | undefined;
  /** From each response until the next one, or the end. Default the same. */
  readonly chunkTimeout?: number | undefined;
}

/** What a caller may say of one call. */
export interface CallOptions extends CallTimeouts {
  /** Cancels the call, as unsubscribing does; the caller gets the signal's reason as error. */
  readonly signal?: AbortSignal | undefined;
  /** A whole number; higher goes first, equals in order of arrival. Default 0. Waiting 60 s gains 1. */
  readonly priority?: number | undefined;
  /** Whose call it is: tenants of one priority share by cost. Calls without are one tenant. */
  readonly tenant?: string | undefined;
  /** A name for what the call is about, shown in events and given to `process`. */
  readonly label?: string | undefined;
  /**
   * When it must have started: so many ms after subscribing, or an instant. A call that would wait for longer,
   * by what is known, fails at once with `DeadlineExceededError`; any other does when the time has come.
   */
  readonly deadline?: number | Date | undefined;
}

/** The options with other timeouts where they say nothing of them. */
export function withTimeouts(options: CallOptions, defaults: CallTimeouts): CallOptions {
  return {
    ...options,
    timeout: options.timeout ?? defaults.timeout,
    queueTimeout: options.queueTimeout ?? defaults.queueTimeout,
    firstChunkTimeout: options.firstChunkTimeout ?? defaults.firstChunkTimeout,
    chunkTimeout: options.chunkTimeout ?? defaults.chunkTimeout,
  };
}

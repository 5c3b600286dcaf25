const brand = Symbol.for('rxllm.error');

/**
 * The base of every error that rxllm makes: a stable `code` to switch on, data in fields, a message
 * that says what was wrong, with which value, and what to do.
 *
 * `instanceof` looks at a brand and at the code, so it is right even when an application holds two
 * copies of the package (ESM and CJS). Errors never carry keys, prompts or answers.
 *
 * @example
 * service.call(request).subscribe({
 *   error: (error) => {
 *     if (error instanceof QueueFullError) console.warn(`at most ${error.queueLimit} may wait`);
 *   },
 * });
 */
export class RxllmError extends Error {
  /** The code that every error of this kind has. The base class has none: it stands for all kinds. */
  static readonly code: string | undefined = undefined;

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    if (this === RxllmError) return true;
    return Object.hasOwn(this, 'code')
      ? 'code' in value && value.code === this.code
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  constructor(
    /** Stable between versions: `'QUEUE_FULL'`, `'SERVICE_CLOSED'`, … */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`rxllm: ${message}`, options);
    Object.defineProperty(this, brand, { value: true });
    // A minifier renames classes, so the name is made from the code.
    const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase());
    Object.defineProperty(this, 'name', { value: `${words.join('')}Error`, configurable: true });
  }
}

/** An option, an argument or a result of a user's function is out of range, unknown or missing. */
export class InvalidOptionError extends RxllmError {
  static override get code() {
    return 'INVALID_OPTION' as const;
  }

  constructor(
    /** The option's name, as a path: `quotas[1].limit`. */
    readonly option: string,
    /** What was given: a number, a short text, or only its type where it could hold a secret. */
    readonly value: string,
    /** What would have been right. */
    readonly allowed: string,
  ) {
    super(InvalidOptionError.code, `option ${shortened(option)} is ${value}; allowed: ${allowed}`);
    this.option = shortened(option);
  }
}

/** A name may be as long as a user, or a provider, likes. */
function shortened(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}

/** The service takes no more calls, or was told to abandon those that it had. */
export class ServiceClosedError extends RxllmError {
  static override get code() {
    return 'SERVICE_CLOSED' as const;
  }

  constructor(
    /** Name of the service. */
    readonly service: string,
    /** Whether the call was there, and was ended by `close({ abandon: true })`. */
    readonly wasAbandoned = false,
  ) {
    super(
      ServiceClosedError.code,
      wasAbandoned
        ? `the call was ended, as service ${service} was closed with { abandon: true }; ` +
            'close() alone lets calls finish'
        : `service ${service} is closed for good and takes no calls. Make the call before close(), or inside ` +
            'the work of runServices:\n\n' +
            '  await runServices([service], () => service.callAsync(request));\n',
    );
  }
}

/** As many calls are queued as `queueLimit` allows: this one was refused, or dropped for a newer one. */
export class QueueFullError extends RxllmError {
  static override get code() {
    return 'QUEUE_FULL' as const;
  }

  constructor(
    /** The most calls that may be queued. */
    readonly queueLimit: number,
    /** Whether it was queued, and had to leave for a newer one. */
    readonly wasDropped = false,
  ) {
    super(
      QueueFullError.code,
      wasDropped
        ? `the queue is full, as it may hold ${queueLimit} calls, and this one was dropped for a newer one; ` +
            "raise queueLimit, or let whenQueueFull be 'refuse'"
        : `the queue is full, as it may hold ${queueLimit} calls; wait until some have started, or raise queueLimit`,
    );
  }
}

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
  static override get code() {
    return 'CALL_TIMEOUT' as const;
  }

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

/** A call cannot start by its `deadline`: it is refused at once, or ended when the deadline comes. */
export class DeadlineExceededError extends RxllmError {
  static override get code() {
    return 'DEADLINE_EXCEEDED' as const;
  }

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

/** The call costs more than a quota's whole limit, or than what is left of a budget: waiting cannot help. */
export class QuotaExceededError extends RxllmError {
  static override get code() {
    return 'QUOTA_EXCEEDED' as const;
  }

  constructor(
    /** The unit of the quota: `'tokens'`, `'requests'`, … */
    readonly unit: string,
    /** What the call costs, in that unit. */
    readonly cost: number,
    /** What the quota grants in a whole window. */
    readonly limit: number,
    /** Of a budget: what is used of it for good. */
    readonly used?: number,
  ) {
    super(
      QuotaExceededError.code,
      used === undefined
        ? `a call that costs ${cost} ${unit} can never fit into a limit of ${limit}; ` +
            'make the request smaller or raise the limit'
        : `a call that costs ${cost} ${unit} does not fit into what is left of a budget of ${limit}, ` +
            `of which ${used} are used; raise the limit, or make a new service for a new budget`,
    );
  }
}

/** The provider told to wait longer than calls may wait at a closed gate. */
export class RetryAfterTooLongError extends RxllmError {
  static override get code() {
    return 'RETRY_AFTER_TOO_LONG' as const;
  }

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

/** `callAsync` has nothing to resolve to: the call completed without a response. */
export class NoResponseError extends RxllmError {
  static override get code() {
    return 'NO_RESPONSE' as const;
  }

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

/** A tracker completed its answer without a reservation, so that the call would wait for ever. */
export class NoReservationError extends RxllmError {
  static override get code() {
    return 'NO_RESERVATION' as const;
  }

  constructor() {
    super(
      NoReservationError.code,
      'the tracker completed without a reservation; reserve() must answer with one, or error',
    );
  }
}

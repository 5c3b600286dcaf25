import type { Failure } from '../retry/failure.js';
import type { RetryOptions } from '../retry/retry-options.js';

/** Which failed calls are tried again, when, and how many. */
export interface RetriesOptions extends RetryOptions {
  /** Reads what kind of failure an error is. Default `failureOf`, which looks at status, code and `retry-after`. */
  readonly failureOf?: (error: unknown) => Failure;
}

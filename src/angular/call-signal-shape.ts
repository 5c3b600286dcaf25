import type { Signal } from '@angular/core';
import type { CallQueuedEvent, RetryingEvent, StartedEvent } from '../index.js';
import type { CallStatus } from './call-status.js';

/** One call at a time, as signals; they never throw. */
export interface CallSignal<Value> {
  /**
   * What the responses have made so far, each of its changes at once. A new request sets it back to `initialValue`;
   * `reload()`, `cancel()` and an error leave what is there.
   */
  readonly value: Signal<Value>;
  /** What it is doing. */
  readonly status: Signal<CallStatus>;
  /** What the call failed with, in the state `error`; what is no error is the `cause` of a `ThrownValueError`. */
  readonly error: Signal<Error | undefined>;
  /** Whether a call is under way: `loading`, `reloading` or `streaming`. */
  readonly isLoading: Signal<boolean>;
  /**
   * The latest step of the call under way: `queued`, with its place in the queue, `started`, or `retrying`. Undefined
   * when none is, and for what is no service of its own, as `fallback` gives it.
   */
  readonly step: Signal<CallQueuedEvent | StartedEvent | RetryingEvent | undefined>;
  /** Whether `value()` is defined and there was no error; reactive, and narrows the type of `value`. */
  hasValue(
    this: Value extends undefined ? this : never,
  ): this is CallSignal<Exclude<Value, undefined>>;
  hasValue(): boolean;
  /**
   * Makes the call again, with the same request; one that is streaming is cancelled. False, and nothing happens, when
   * there is no request, or its call is under way without a response.
   */
  reload(): boolean;
  /** Cancels the call under way; `value` keeps what has come, as after "stop". False when none is. */
  cancel(): boolean;
}

import type { Injector } from '@angular/core';
import type { CallOptions } from '../index.js';

/** Options of `callSignal`, whatever its value is made of. */
export interface CallSignalOptions<Request> {
  /** Priority, label, timeouts, … of each call: the same for all, or by request. Default none. */
  readonly callOptions?: CallOptions | ((request: Request) => CallOptions | undefined);
  /** With whose end the call is cancelled. Default that of the injection context: the component's. */
  readonly injector?: Injector;
}

/** Options of a `callSignal` whose value is the latest response, or undefined. */
export interface LatestResponseOptions<Request> extends CallSignalOptions<Request> {
  readonly initialValue?: undefined;
  readonly accumulate?: undefined;
}

/** Options of a `callSignal` whose value is the latest response, or what is said here. */
export interface InitialValueOptions<Request, Initial> extends CallSignalOptions<Request> {
  /** The value until there is a response. Default undefined. */
  readonly initialValue: Initial;
  readonly accumulate?: undefined;
}

/** Options of a `callSignal` whose value is made of all responses of a call: a text that streams in. */
export interface AccumulatingOptions<Request, Response, Value> extends CallSignalOptions<Request> {
  /** What each call begins with: the value until there is a response. Default undefined. */
  readonly initialValue: Value;
  /** Adds one response to what those before have made; what it throws ends the call, in the state `error`. */
  readonly accumulate: (value: Value, response: Response) => Value;
}

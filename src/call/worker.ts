import type { ObservableInput } from 'rxjs';
import type { Call } from './call.js';

import type { Failure } from '../retry/failure.js';
import type { Verdict } from '../retry/retry-policy.js';
import type { Usage } from '../usage/usage.js';
import type { WorkContext } from './work-context.js';
import type { WorkedCall } from './worked-call.js';

/** What is done about calls that fail. */
export interface Failures<Worked> {
  failureOf(error: unknown): Failure;
  /** What the call stays charged where nothing was reported: undefined gives all back. */
  usageOfFailed(call: Worked, failure: Failure): Usage | undefined;
  /** Whether the call is to be tried again. */
  verdict(call: Worked, error: unknown, failure: Failure): Verdict | undefined;
}

/** What a run asks of its service. */
export interface Worker<Request, Response, Worked extends WorkedCall<Request, Response>> {
  /** What `process` is told of the try that begins. */
  contextOf(call: Worked): WorkContext;
  process(request: Request, context: WorkContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  /** What is done about failures; undefined where they are not even read: the call fails, and stays charged. */
  readonly failures?: Failures<Worked> | undefined;
  /** Asked for where the call has times to keep. */
  responded?(call: Worked): void;
  retrying?(call: Worked, delayMs: number, error: unknown): void;
  ended(call: Worked, ending: Ending): void;
  /** Something went wrong that is no call's outcome. */
  fault(error: unknown): void;
}

/** What a pipeline asks of its service. */
export interface PipelineWorker<Request, Response> extends Worker<
  Request,
  Response,
  Call<Request, Response>
> {
  /** Ends the call if its time is over, though its alarm has not rung yet. */
  endIfOver(call: Call<Request, Response>): void;
  started(call: Call<Request, Response>): void;
}

/** How a call ended. */
export interface Ending {
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly error?: unknown;
  /** What it was settled to; undefined when it never started. */
  readonly usage?: Usage | undefined;
  /** Whether that is an estimate, or was counted here. */
  readonly isEstimated?: boolean;
}

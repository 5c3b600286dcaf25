import type { ObservableInput } from 'rxjs';
import type { Call } from './call.js';
import type { CallContext } from './call-context.js';
import type { Failure } from '../retry/failure.js';
import type { Verdict } from '../retry/retry-policy.js';
import type { Usage } from '../usage/usage.js';
import type { WorkedCall } from './worked-call.js';

/** What a run asks of its service. */
export interface Worker<Request, Response, Worked extends WorkedCall<Request, Response>> {
  /** The units that the service's quotas count. */
  readonly units: readonly string[];
  process(request: Request, context: CallContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  /** Undefined where a user's own reading of the error says nothing. */
  failureOf(error: unknown): Failure | undefined;
  /** Whether the call is to be tried again. */
  verdict(call: Worked, error: unknown, failure: Failure): Verdict | undefined;
  /** Asked for where the call has times to keep. */
  responded(call: Worked): void;
  retrying(call: Worked, delayMs: number, error: unknown): void;
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

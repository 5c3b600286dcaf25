import type { ObservableInput } from 'rxjs';
import type { Call } from './call.js';
import type { Failing } from './failing.js';
import type { Usage } from '../usage/usage.js';
import type { WorkContext } from './work-context.js';
import type { WorkedCall } from './worked-call.js';

/** What a run asks of its service. */
export interface Worker<Request, Response, Worked extends WorkedCall<Request, Response>> {
  /** What `process` is told of the try that begins. */
  contextOf(call: Worked): WorkContext;
  process(request: Request, context: WorkContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  /** Undefined where nothing is done about failures: the call fails, and stays charged. */
  readonly failing?: Failing<Worked> | undefined;
  /** Asked for where the call has times to keep. */
  responded?(call: Worked): void;
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

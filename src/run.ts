import { type ObservableInput, Subscriber } from 'rxjs';
import type { Call } from './call.js';
import { CallContext } from './call-context.js';
import { InvalidOptionError } from './errors.js';
import { kindOf } from './kind-of.js';
import { follow } from './follow.js';
import type { Usage } from './usage/usage.js';

/** What a run asks of its service. */
export interface Worker<Request, Response> {
  /** The units that the service's quotas count. */
  readonly units: readonly string[];
  process(request: Request, context: CallContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  started(call: Call<Request, Response>): void;
  ended(call: Call<Request, Response>, outcome: Outcome, error?: unknown): void;
  /** Something went wrong that is no call's outcome. */
  fault(error: unknown): void;
}

/** How a call ended. */
export type Outcome = 'completed' | 'failed' | 'cancelled';

/**
 * One call being worked on: it hands each response to the caller, settles the reservation when the work
 * has ended, however it ended, and then says that it is over.
 */
export class Run<Request, Response> extends Subscriber<Response> {
  private readonly context: CallContext;

  constructor(
    private readonly call: Call<Request, Response>,
    private readonly worker: Worker<Request, Response>,
    /** Told when the work has been torn down. */
    readonly onOver: () => void,
  ) {
    // RxJS means to hide this constructor, yet an observer that is its own subscription, and so can be
    // unsubscribed from while its source still emits in the same turn, cannot be had in another way.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- for the reason above
    super();
    this.context = new CallContext(call.id, call.label, worker.units);
  }

  start(): void {
    this.call.run = this;
    try {
      follow(this.process(), this, this.onOver);
    } catch (error) {
      this.error(error);
      this.onOver();
    }
  }

  protected override _next(response: Response): void {
    if (this.call.hasEnded) return;
    try {
      const usage = this.worker.usageOf(response);
      if (usage) this.context.reportUsage(usage);
    } catch (error) {
      this.error(error);
      return;
    }
    this.call.reply.next(response);
  }

  protected override _error(error: unknown): void {
    if (this.call.hasEnded) return;
    this.end('failed', error);
    this.call.reply.error(error);
    this.tearDown();
  }

  protected override _complete(): void {
    if (this.call.hasEnded) return;
    this.end('completed');
    this.call.reply.complete();
    this.tearDown();
  }

  /** Ends the work because its caller has left. */
  cancel(): void {
    this.end('cancelled');
    this.context.abort();
    this.tearDown();
  }

  /** A fault in the teardown of one call's work must not reach those of others. */
  private tearDown(): void {
    try {
      this.unsubscribe();
    } catch (error) {
      this.worker.fault(error);
    }
  }

  private end(outcome: Outcome, error?: unknown): void {
    this.call.hasEnded = true;
    this.call.run = undefined;
    this.call.reservation?.settle(this.context.reported ?? {});
    this.worker.ended(this.call, outcome, error);
  }

  private process(): ObservableInput<Response> {
    const input: unknown = this.worker.process(this.call.request, this.context);
    if (typeof input === 'object' && input !== null) return input as ObservableInput<Response>;
    const allowed = 'an Observable, a promise or an async iterable of responses';
    throw new InvalidOptionError('process(request)', kindOf(input), allowed);
  }
}

import { type ObservableInput, Subscriber } from 'rxjs';
import type { Call } from './call.js';
import { CallContext } from './call-context.js';
import { InvalidOptionError } from './errors.js';
import { kindOf } from './kind-of.js';
import { follow } from './follow.js';
import type { Failure } from './retry/failure.js';
import { usageOfFailed } from './retry/refund.js';
import type { Verdict } from './retry/retry-policy.js';
import type { RateLimitReading } from './usage/rate-limit-reading.js';
import type { Usage } from './usage/usage.js';

/** What a run asks of its service. */
export interface Worker<Request, Response> {
  /** The units that the service's quotas count. */
  readonly units: readonly string[];
  process(request: Request, context: CallContext): ObservableInput<Response>;
  usageOf(response: Response): Usage | undefined;
  failureOf(error: unknown): Failure;
  /** Whether the call is to be tried again. */
  verdict(call: Call<Request, Response>, error: unknown, failure: Failure): Verdict | undefined;
  started(call: Call<Request, Response>): void;
  retrying(call: Call<Request, Response>, delayMs: number, error: unknown): void;
  ended(call: Call<Request, Response>, ending: Ending): void;
  /** Something went wrong that is no call's outcome. */
  fault(error: unknown): void;
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

/** An answer that tells nothing of limits, and so only that the call was let in. */
const LET_IN: RateLimitReading = Object.freeze({
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
});

/**
 * One try of a call being worked on: it hands each response to the caller, settles the reservation when the
 * work has ended, however it ended, and then says that it is over.
 */
export class Run<Request, Response> extends Subscriber<Response> {
  private readonly context: CallContext;
  private hasResponded = false;

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
    const hear = (reading: RateLimitReading) => call.reservation?.hear?.(reading);
    this.context = new CallContext(call.id, call.label, call.attempt, hear, worker.units);
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
    this.letIn();
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
    const failure = this.worker.failureOf(error);
    this.call.reservation?.hear?.(failure);
    // Whoever hears of the gate may have cancelled the call.
    if (this.call.hasEnded) return;
    const verdict = this.hasResponded ? undefined : this.worker.verdict(this.call, error, failure);
    if (verdict && 'delayMs' in verdict) this.tryAgain(verdict.delayMs, error, failure);
    else this.fail(verdict?.error ?? error, failure);
  }

  protected override _complete(): void {
    if (this.call.hasEnded) return;
    this.letIn();
    const { reported, isEstimated } = this.context;
    this.end({ outcome: 'completed', usage: reported ?? {}, isEstimated });
    this.call.reply.complete();
    this.tearDown();
  }

  /** Ends the work because its caller has left. */
  cancel(): void {
    this.end({ outcome: 'cancelled', usage: this.context.reported ?? {}, isEstimated: true });
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

  /** Its first response, or its end, shows that the provider has let it in. */
  private letIn(): void {
    if (this.hasResponded) return;
    this.hasResponded = true;
    this.call.reservation?.hear?.(LET_IN);
  }

  private fail(error: unknown, failure: Failure): void {
    this.end({ outcome: 'failed', error, usage: this.usageOfFailed(failure), isEstimated: true });
    this.call.reply.error(error);
    this.tearDown();
  }

  /** The call waits again once this try has been torn down, without a permit and without a reservation. */
  private tryAgain(delayMs: number, error: unknown, failure: Failure): void {
    this.settle(this.usageOfFailed(failure));
    this.call.run = undefined;
    this.call.attempt += 1;
    this.call.retryInMs = delayMs;
    this.worker.retrying(this.call, delayMs, error);
    this.tearDown();
  }

  private end(ending: Ending): void {
    this.call.hasEnded = true;
    this.call.run = undefined;
    this.settle(ending.usage);
    this.worker.ended(this.call, ending);
  }

  private settle(usage: Usage | undefined): void {
    const { reservation } = this.call;
    if (usage) reservation?.settle(usage);
    else reservation?.giveBack();
  }

  /** What was reported counts; without that, what the kind of failure says. */
  private usageOfFailed({ kind }: Failure): Usage | undefined {
    const { reported } = this.context;
    if (this.hasResponded) return reported ?? {};
    const usage = usageOfFailed(kind, this.call.cost);
    return usage || reported ? { ...usage, ...reported } : undefined;
  }

  private process(): ObservableInput<Response> {
    const input: unknown = this.worker.process(this.call.request, this.context);
    if (typeof input === 'object' && input !== null) return input as ObservableInput<Response>;
    const allowed = 'an Observable, a promise or an async iterable of responses';
    throw new InvalidOptionError('process(request)', kindOf(input), allowed);
  }
}

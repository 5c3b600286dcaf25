import { isObservable, type ObservableInput, Subscriber } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { follow } from './follow.js';
import type { Failure } from '../retry/failure.js';
import type { RateLimitReading } from '../usage/rate-limit-reading.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import type { WorkContext } from './work-context.js';
import type { CallFailure, WorkedCall } from './worked-call.js';
import type { Ending, Worker } from './worker.js';

/** An answer that tells nothing of limits, and so only that the call was let in. */
const LET_IN: RateLimitReading = Object.freeze({
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
});

/**
 * One try of a call being worked on: it hands each response to the caller, settles the reservation when the
 * work has ended, however it ended, and then says that it is over, once.
 *
 * Whatever it tells may end the call, or let another try begin, in the same turn; it is live until then.
 */
export class Run<
  Request,
  Response,
  Worked extends WorkedCall<Request, Response>,
> extends Subscriber<Response> {
  readonly #call: Worked;
  readonly #worker: Worker<Request, Response, Worked>;
  readonly #context: WorkContext;
  /** Not the call's own, which is that of a later try as soon as there is one. */
  readonly #reservation: Reservation | undefined;
  #hasResponded = false;
  #isOver = false;

  constructor(
    call: Worked,
    worker: Worker<Request, Response, Worked>,
    /** Told when the work has been torn down. */
    readonly onOver: (call: Worked) => void,
  ) {
    // RxJS means to hide this constructor, yet an observer that is its own subscription, and so can be
    // unsubscribed from while its source still emits in the same turn, cannot be had in another way.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- for the reason above
    super();
    this.#call = call;
    this.#worker = worker;
    this.#reservation = call.reservation;
    this.#context = worker.contextOf(call);
  }

  start(): void {
    this.#call.run = this;
    try {
      const input = this.#process();
      // An Observable that nobody waits for any more is not even begun.
      if (this.closed && isObservable(input)) this.#over();
      else follow(input, this, this.#over);
    } catch (error) {
      if (this.closed) this.#worker.fault(error);
      else this.error(error);
      this.#over();
    }
  }

  /** Ends the work because its caller has left, or is told that it failed. */
  cancel(failure?: CallFailure): void {
    const usage = this.#context.reported ?? {};
    const outcome = failure ? 'failed' : 'cancelled';
    this.#end({ outcome, usage, isEstimated: true, ...failure });
    this.#context.abort();
    this.#tearDown();
  }

  protected override _next(response: Response): void {
    if (this.#isLive()) this.#letIn();
    if (this.#isLive() && this.#call.timing) this.#worker.responded?.(this.#call);
    if (this.#isLive()) this.#readUsage(response);
    if (this.#isLive()) this.#call.reply.next(response);
  }

  protected override _error(error: unknown): void {
    if (!this.#isLive()) return;
    const failure = this.#worker.failures?.failureOf(error);
    if (failure) this.#hear(failure);
    const canRetry = failure && this.#isLive() && !this.#hasResponded;
    const verdict = canRetry
      ? this.#worker.failures?.verdict(this.#call, error, failure)
      : undefined;
    if (!this.#isLive()) return;
    if (verdict && 'delayMs' in verdict) this.#tryAgain(verdict.delayMs, error, failure);
    else this.#fail(verdict?.error ?? error, failure);
  }

  protected override _complete(): void {
    if (this.#isLive()) this.#letIn();
    if (!this.#isLive()) return;
    const { reported, isEstimated } = this.#context;
    this.#end({ outcome: 'completed', usage: reported ?? {}, isEstimated });
    this.#tell(() => {
      this.#call.reply.complete();
    });
    this.#tearDown();
  }

  /** Whether it is what works for the call now. */
  #isLive(): boolean {
    return this.#call.run === this;
  }

  /** Once, whatever a thenable of a user's own may do. */
  readonly #over = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onOver(this.#call);
  };

  /** A fault in the teardown of one call's work, or of its caller, must not reach those of others. */
  #tearDown(): void {
    this.#tell(() => {
      this.unsubscribe();
    });
  }

  #tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.#worker.fault(error);
    }
  }

  /** Its first response, or its end, shows that the provider has let it in. */
  #letIn(): void {
    if (this.#hasResponded) return;
    this.#hasResponded = true;
    this.#hear(LET_IN);
  }

  #readUsage(response: Response): void {
    try {
      const usage = this.#worker.usageOf(response);
      if (usage) this.#context.reportUsage(usage);
    } catch (error) {
      this.error(error);
    }
  }

  #fail(error: unknown, failure: Failure | undefined): void {
    this.#end({ outcome: 'failed', error, usage: this.#usageOfFailed(failure), isEstimated: true });
    this.#tell(() => {
      this.#call.reply.error(error);
    });
    this.#tearDown();
  }

  /** The call waits again once this try has been torn down, without a permit and without a reservation. */
  #tryAgain(delayMs: number, error: unknown, failure: Failure | undefined): void {
    this.#call.run = undefined;
    this.#call.attempt += 1;
    this.#call.retryInMs = delayMs;
    this.#settle(this.#usageOfFailed(failure));
    // Whoever hears of quotas may have cancelled it.
    if (!this.#call.hasEnded) this.#worker.retrying?.(this.#call, delayMs, error);
    this.#tearDown();
  }

  #end(ending: Ending): void {
    this.#call.hasEnded = true;
    this.#call.run = undefined;
    this.#settle(ending.usage);
    this.#worker.ended(this.#call, ending);
  }

  /** A fault in a store, here and where it hears of answers, must not keep the call from its end. */
  #settle(usage: Usage | undefined): void {
    try {
      if (usage) this.#reservation?.settle(usage);
      else this.#reservation?.giveBack();
    } catch (error) {
      this.#worker.fault(error);
    }
  }

  #hear(reading: RateLimitReading): void {
    try {
      this.#reservation?.hear?.(reading);
    } catch (error) {
      this.#worker.fault(error);
    }
  }

  /** What was reported counts; without that, what is known of the failure says. */
  #usageOfFailed(failure: Failure | undefined): Usage | undefined {
    const { reported } = this.#context;
    if (this.#hasResponded || !failure) return reported ?? {};
    const usage = this.#worker.failures?.usageOfFailed(this.#call, failure);
    return usage || reported ? { ...usage, ...reported } : undefined;
  }

  #process(): ObservableInput<Response> {
    const input: unknown = this.#worker.process(this.#call.request, this.#context);
    if (typeof input === 'object' && input !== null) return input as ObservableInput<Response>;
    const allowed = 'an Observable, a promise or an async iterable of responses';
    throw new InvalidOptionError('process(request)', kindOf(input), allowed);
  }
}

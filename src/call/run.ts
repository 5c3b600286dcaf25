import { isObservable, type ObservableInput, Subscriber } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { follow } from './follow.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import type { Tried } from './tried.js';
import type { WorkContext } from './work-context.js';
import type { CallFailure, WorkedCall } from './worked-call.js';
import type { Ending, Worker } from './worker.js';

/**
 * One try of a call being worked on: it hands each response to the caller, settles the reservation when the
 * work has ended, however it ended, and then says that it is over, once.
 *
 * Whatever it tells may end the call, or let another try begin, in the same turn; it is live until then.
 */
export class Run<Request, Response, Worked extends WorkedCall<Request, Response>>
  extends Subscriber<Response>
  implements Tried<Worked>
{
  readonly call: Worked;
  private readonly worker: Worker<Request, Response, Worked>;
  private readonly context: WorkContext;
  /** Not the call's own, which is that of a later try as soon as there is one. */
  readonly reservation: Reservation | undefined;
  hasResponded = false;
  private isOver = false;

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
    this.call = call;
    this.worker = worker;
    this.reservation = call.reservation;
    this.context = worker.contextOf(call);
  }

  start(): void {
    this.call.run = this;
    try {
      const input = this.process();
      // An Observable that nobody waits for any more is not even begun.
      if (this.closed && isObservable(input)) this.over();
      else follow(input, this, this.over);
    } catch (error) {
      if (this.closed) this.worker.fault(error);
      else this.error(error);
      this.over();
    }
  }

  /** Ends the work because its caller has left, or is told that it failed. */
  cancel(failure?: CallFailure): void {
    const usage = this.reported ?? {};
    const outcome = failure ? 'failed' : 'cancelled';
    this.end({ outcome, usage, isEstimated: true, ...failure });
    this.context.abort();
    this.tearDown();
  }

  protected override _next(response: Response): void {
    if (this.isLive) this.letIn();
    if (this.isLive && this.call.timing) this.worker.responded?.(this.call);
    if (this.isLive) this.readUsage(response);
    if (this.isLive) this.call.reply.next(response);
  }

  protected override _error(error: unknown): void {
    if (!this.isLive) return;
    const { failing } = this.worker;
    if (failing) failing.failed(this, error);
    else this.fail(error, this.reported ?? {});
  }

  protected override _complete(): void {
    if (this.isLive) this.letIn();
    if (!this.isLive) return;
    const usage = this.reported ?? {};
    this.end({ outcome: 'completed', usage, isEstimated: this.context.isEstimated });
    this.tell(() => {
      this.call.reply.complete();
    });
    this.tearDown();
  }

  get isLive(): boolean {
    return this.call.run === this;
  }

  get reported(): Usage | undefined {
    return this.context.reported;
  }

  /** Once, whatever a thenable of a user's own may do. */
  private readonly over = (): void => {
    if (this.isOver) return;
    this.isOver = true;
    this.onOver(this.call);
  };

  /** A fault in the teardown of one call's work, or of its caller, must not reach those of others. */
  tearDown(): void {
    this.tell(() => {
      this.unsubscribe();
    });
  }

  private tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.worker.fault(error);
    }
  }

  /** Its first response, or its end, shows that the provider has let it in. */
  private letIn(): void {
    if (this.hasResponded) return;
    this.hasResponded = true;
    this.worker.failing?.letIn(this);
  }

  private readUsage(response: Response): void {
    try {
      const usage = this.worker.usageOf(response);
      if (usage) this.context.reportUsage(usage);
    } catch (error) {
      this.error(error);
    }
  }

  fail(error: unknown, usage: Usage | undefined): void {
    this.end({ outcome: 'failed', error, usage, isEstimated: true });
    this.tell(() => {
      this.call.reply.error(error);
    });
    this.tearDown();
  }

  private end(ending: Ending): void {
    this.call.hasEnded = true;
    this.call.run = undefined;
    this.settle(ending.usage);
    this.worker.ended(this.call, ending);
  }

  /** A fault in a store must not keep the call from its end. */
  settle(usage: Usage | undefined): void {
    try {
      if (usage) this.reservation?.settle(usage);
      else this.reservation?.giveBack();
    } catch (error) {
      this.worker.fault(error);
    }
  }

  private process(): ObservableInput<Response> {
    const input: unknown = this.worker.process(this.call.request, this.context);
    if (typeof input === 'object' && input !== null) return input as ObservableInput<Response>;
    const allowed = 'an Observable, a promise or an async iterable of responses';
    throw new InvalidOptionError('process(request)', kindOf(input), allowed);
  }
}

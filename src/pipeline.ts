import { type Observable, type SchedulerLike, Subject } from 'rxjs';
import type { Call } from './call.js';
import { rateLimit } from './operators/rate-limit.js';
import { CallQueue } from './queue/call-queue.js';
import { Run, type Worker } from './run.js';
import type { RateTracker } from './usage/rate-tracker.js';

/** What a pipeline is made of. */
export interface PipelineParts<Request, Response> {
  readonly tracker: RateTracker;
  /** How many calls may be in flight; 0 holds all. */
  readonly permits$: Observable<number>;
  readonly queueLimit: number;
  readonly scheduler: SchedulerLike;
  readonly worker: Worker<Request, Response>;
  /** Called whenever a call has moved. */
  readonly onChange: () => void;
}

/**
 * The way of every call: a Subject, `rateLimit`, and a run, whose outcome goes to the call's own caller.
 *
 * What comes out of `rateLimit` may start at once, so nothing is left for `mergeMap` to do; and mergeMap
 * looks for an inner that ends in a list of all that are in flight, which costs a call at a hundred in
 * flight a third of its whole way (measured), and grows with them.
 */
export class Pipeline<Request, Response> {
  readonly queue = new CallQueue<Call<Request, Response>>();
  readonly inFlight = new Set<Call<Request, Response>>();
  private readonly calls$ = new Subject<Call<Request, Response>>();
  private readonly released$ = new Subject<void>();
  private readonly cancelled$ = new Subject<Call<Request, Response>>();

  constructor(private readonly parts: PipelineParts<Request, Response>) {
    const { tracker, permits$, queueLimit, scheduler } = parts;
    const limits = {
      tracker,
      maxConcurrent: permits$,
      released$: this.released$,
      cancelled$: this.cancelled$,
      queue: this.queue,
      queueLimit,
      onRefused: (call: Call<Request, Response>, error: unknown) => {
        this.refuse(call, error);
      },
      scheduler,
    };
    this.calls$
      .pipe(
        rateLimit(limits, (call, reservation) => {
          call.reservation = reservation;
          return call;
        }),
      )
      .subscribe((call) => {
        this.start(call);
      });
  }

  get isEmpty(): boolean {
    return this.queue.size === 0 && this.inFlight.size === 0;
  }

  submit(call: Call<Request, Response>): void {
    if (call.hasEnded) return;
    this.calls$.next(call);
    this.parts.onChange();
  }

  /** Ends the call without telling its caller, who has left. */
  cancel(call: Call<Request, Response>): void {
    if (call.hasEnded) return;
    if (call.run) {
      call.run.cancel();
      return;
    }
    call.hasEnded = true;
    this.cancelled$.next(call);
    this.parts.worker.ended(call, 'cancelled');
    this.parts.onChange();
  }

  /** Ends every call that is queued with the error. */
  refuseQueued(error: unknown): void {
    for (const call of [...this.queue]) this.abandon(call, error);
  }

  /** Ends every call, queued or in flight, with the error. */
  abandonAll(error: unknown): void {
    this.refuseQueued(error);
    for (const call of [...this.inFlight]) this.abandon(call, error);
  }

  /** Ends the call with the error. */
  abandon(call: Call<Request, Response>, error: unknown): void {
    if (call.hasEnded) return;
    this.cancel(call);
    call.reply.error(error);
  }

  private refuse(call: Call<Request, Response>, error: unknown): void {
    call.hasEnded = true;
    this.parts.worker.ended(call, 'failed', error);
    call.reply.error(error);
    this.parts.onChange();
  }

  private start(call: Call<Request, Response>): void {
    this.inFlight.add(call);
    this.parts.worker.started(call);
    const onOver = () => {
      this.release(call);
    };
    // Whoever hears of events may have cancelled it.
    if (call.hasEnded) this.giveBack(call);
    else new Run(call, this.parts.worker, onOver).start();
  }

  private giveBack(call: Call<Request, Response>): void {
    call.reservation?.giveBack();
    this.release(call);
  }

  /** Its permit is free, once, whatever a thenable of a user's own may do. */
  private release(call: Call<Request, Response>): void {
    if (!this.inFlight.delete(call)) return;
    this.released$.next();
    this.parts.onChange();
  }
}

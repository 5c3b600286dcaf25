import { map, merge, type Observable, type SchedulerLike, Subject, takeUntil } from 'rxjs';
import type { Call } from './call/call.js';
import { rateLimit } from './operators/rate-limit.js';
import { CallQueue } from './queue/call-queue.js';
import type { WeightOf } from './queue/line.js';
import { Run } from './call/run.js';
import { Clock } from './time/clock.js';
import { Delays } from './time/delays.js';
import type { Turn } from './turn.js';
import type { RateTracker } from './usage/rate-tracker.js';
import type { CallFailure } from './call/worked-call.js';
import type { PipelineWorker } from './call/worker.js';

/** What a pipeline is made of. */
export interface PipelineParts<Request, Response> {
  readonly tracker: RateTracker;
  /** How many calls may be in flight; 0 holds all. */
  readonly permits$: Observable<number>;
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** What a tenant weighs beside others. Default 1 each. */
  readonly weightOf?: WeightOf | undefined;
  readonly scheduler: SchedulerLike;
  readonly worker: PipelineWorker<Request, Response>;
  /** Told whenever a call has moved. */
  readonly turn: Turn;
}

/**
 * The way of every call: a Subject, `rateLimit`, and a run, whose outcome goes to the call's own caller.
 *
 * What comes out of `rateLimit` may start at once, so nothing is left for `mergeMap` to do; and mergeMap
 * looks for an inner that ends in a list of all that are in flight, which costs a call at a hundred in
 * flight a third of its whole way (measured), and grows with them.
 */
export class Pipeline<Request, Response> {
  readonly queue: CallQueue<Call<Request, Response>>;
  readonly inFlight = new Set<Call<Request, Response>>();
  private readonly calls$ = new Subject<Call<Request, Response>>();
  private readonly released$ = new Subject<void>();
  private readonly cancelled$ = new Subject<Call<Request, Response>>();
  private readonly returned$ = new Subject<Call<Request, Response>>();
  private readonly abandoned$ = new Subject<void>();
  private readonly retrying: Delays<Call<Request, Response>>;

  constructor(private readonly parts: PipelineParts<Request, Response>) {
    const { tracker, permits$, queueLimit, whenQueueFull, scheduler } = parts;
    this.queue = new CallQueue(parts.weightOf);
    this.retrying = new Delays(scheduler, new Clock(scheduler), (call) => {
      this.goOn(call);
    });
    const limits = {
      tracker,
      // Once all is abandoned, none must be let out as those before it leave.
      maxConcurrent: merge(
        permits$.pipe(takeUntil(this.abandoned$)),
        this.abandoned$.pipe(map(() => 0)),
      ),
      released$: this.released$,
      cancelled$: this.cancelled$,
      returned$: this.returned$,
      queue: this.queue,
      queueLimit,
      whenQueueFull,
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
    return this.queue.size === 0 && this.inFlight.size === 0 && this.waiting === 0;
  }

  /** How many have failed and wait for their next try. */
  get waiting(): number {
    return this.retrying.size;
  }

  submit(call: Call<Request, Response>): void {
    if (call.hasEnded) return;
    this.parts.turn.move(() => {
      this.calls$.next(call);
    });
  }

  /** Ends the call, because its caller has left, or with the failure that he is told of after that. */
  cancel(call: Call<Request, Response>, failure?: CallFailure): void {
    if (call.hasEnded) return;
    if (call.run) {
      call.run.cancel(failure);
      return;
    }
    call.hasEnded = true;
    const { turn, worker } = this.parts;
    turn.move(() => {
      // Told before it leaves, as others may be let out then.
      worker.ended(call, { outcome: failure ? 'failed' : 'cancelled', ...failure });
      this.retrying.delete(call);
      this.cancelled$.next(call);
    });
  }

  /** Takes the call, which is about to be ended, out of the queue, so that it cannot start as others end. */
  withdraw(call: Call<Request, Response>): boolean {
    return this.queue.remove(call);
  }

  /** Ends calls of which none must start as others end, each in the way that is given. */
  endTogether(
    calls: readonly Call<Request, Response>[],
    end: (call: Call<Request, Response>) => void,
  ): void {
    this.parts.turn.move(() => {
      const waiting = calls.filter((call) => this.withdraw(call) || !call.run);
      const isWaiting = new Set(waiting);
      for (const call of waiting) end(call);
      for (const call of calls) if (!isWaiting.has(call)) end(call);
    });
  }

  /** Ends every call that is queued, or waits for its next try, with the error. */
  refuseQueued(error: unknown): void {
    this.endTogether([...this.queue, ...this.retrying], (call) => {
      this.abandon(call, error);
    });
  }

  /** Ends every call, queued or in flight, with the error, and lets no other out. */
  abandonAll(error: unknown): void {
    this.abandoned$.next();
    this.endTogether([...this.queue, ...this.retrying, ...this.inFlight], (call) => {
      this.abandon(call, error);
    });
  }

  /** Ends the call with the error. */
  abandon(call: Call<Request, Response>, error: unknown): void {
    if (call.hasEnded) return;
    this.cancel(call, { error });
    this.tell(call, error);
  }

  /** Cancels the call for its caller, who is told why. */
  leave(call: Call<Request, Response>, reason: unknown): void {
    if (call.hasEnded) return;
    this.cancel(call);
    this.tell(call, reason);
  }

  private refuse(call: Call<Request, Response>, error: unknown): void {
    if (call.hasEnded) return;
    call.hasEnded = true;
    this.parts.worker.ended(call, { outcome: 'failed', error });
    this.tell(call, error);
    this.parts.turn.changed();
  }

  /** A fault of one caller, who cleans up, must not reach others. */
  private tell(call: Call<Request, Response>, error: unknown): void {
    try {
      call.reply.error(error);
    } catch (fault) {
      this.parts.worker.fault(fault);
    }
  }

  private start(call: Call<Request, Response>): void {
    const { turn, worker } = this.parts;
    turn.move(() => {
      this.inFlight.add(call);
      this.endIfOver(call);
      // Whoever hears of events may cancel it, and what happens then may let it out before it has left.
      if (!call.hasEnded) worker.started(call);
      if (call.hasEnded) this.giveBack(call);
      else new Run(call, worker, this.release).start();
    });
  }

  /** A signal or an alarm may concern several services: what this one is about to hear is known by now. */
  private endIfOver(call: Call<Request, Response>): void {
    if (call.hasEnded) return;
    if (call.signal?.aborted) this.leave(call, call.signal.reason);
    else if (call.timing) this.parts.worker.endIfOver(call);
  }

  private giveBack(call: Call<Request, Response>): void {
    try {
      call.reservation?.giveBack();
    } catch (error) {
      this.parts.worker.fault(error);
    }
    this.release(call);
  }

  /** Its permit is free. */
  private readonly release = (call: Call<Request, Response>): void => {
    this.inFlight.delete(call);
    // Who still holds the call must not keep what it held: the collector would copy it over and over.
    call.reservation = undefined;
    // Before its permit is free, so that a call that goes on at once is ahead of those behind it.
    if (call.retryInMs !== undefined && !call.hasEnded) this.wait(call, call.retryInMs);
    this.parts.turn.move(() => {
      this.released$.next();
    });
  };

  private wait(call: Call<Request, Response>, delayMs: number): void {
    call.retryInMs = undefined;
    if (delayMs > 0) this.retrying.add(call, delayMs);
    else this.returned$.next(call);
  }

  private goOn(call: Call<Request, Response>): void {
    this.returned$.next(call);
    this.parts.turn.changed();
  }
}

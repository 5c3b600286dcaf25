import {
  AsyncSubject,
  concat,
  lastValueFrom,
  map,
  type Observable,
  type ObservableInput,
  of,
  type Observer,
  type SchedulerLike,
  Subject,
  type Subscriber,
  type Subscription,
  takeUntil,
  throwError,
} from 'rxjs';
import { Run } from '../call/run.js';
import { WorkContext } from '../call/work-context.js';
import type { Worker } from '../call/worker.js';
import { ServiceClosedError } from '../errors.js';
import { asLeaving } from '../leaving.js';
import { Clock } from '../time/clock.js';
import { abortOf } from './abort-of.js';
import { Turn } from '../turn.js';
import { readCost, readUsage } from '../usage/read-usage.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { whenUsageChanges } from '../usage/when-usage-changes.js';
import type { CallOptions } from './call-options.js';
import { Dispatcher } from './dispatcher.js';
import type { FixedQuota } from './quota.js';
import { QueuedCall } from './queued-call.js';
import { Quotas } from './quotas.js';
import type { Retries } from './retries.js';
import type { Retrying } from './retrying.js';
import type { ServiceState } from './service-state.js';

/** What an engine is made of; its functions are the user's own. */
export interface EngineParts<Request, Response> {
  readonly name: string;
  readonly quotas: readonly FixedQuota[];
  readonly maxConcurrentJobs: number;
  readonly queueLimit: number;
  readonly retry?: Retries | undefined;
  readonly scheduler: SchedulerLike;
  process(request: Request, context: WorkContext): ObservableInput<Response>;
  costOf(request: Request): Usage | number | undefined;
  usageOf(response: Response): Usage | number | undefined;
}

const NO_RETRIES = { retrying: 0, gate: undefined };

/** The inside of a service: takes calls, ends them, and does for a run what it asks for. */
export class Engine<Request, Response> implements Worker<
  Request,
  Response,
  QueuedCall<Request, Response>
> {
  readonly state$: Observable<ServiceState>;
  readonly #parts: EngineParts<Request, Response>;
  readonly #clock: Clock;
  readonly #quotas: Quotas;
  readonly #dispatcher: Dispatcher<Request, Response>;
  readonly failures: Retrying<QueuedCall<Request, Response>> | undefined;
  /** All that have not ended. */
  readonly #calls = new Set<QueuedCall<Request, Response>>();
  readonly #changed$ = new Subject<void>();
  readonly #closed$ = new AsyncSubject<undefined>();
  readonly #turn = new Turn(() => {
    this.#moved();
  });
  #lastId = 0;
  #isClosing = false;

  constructor(parts: EngineParts<Request, Response>) {
    this.#parts = parts;
    const { scheduler } = parts;
    const clock = (this.#clock = new Clock(scheduler));
    const again = (call: QueuedCall<Request, Response>) => {
      this.#turn.move(() => {
        this.#dispatcher.enqueue(call);
      });
    };
    const onChange = () => {
      this.#turn.move(() => {
        this.#dispatcher.goOn();
      });
    };
    this.failures = parts.retry?.({ scheduler, clock, again, onChange, fault: this.fault });
    const quotas = (this.#quotas = new Quotas(parts.quotas, clock, this.failures, onChange));
    this.#dispatcher = new Dispatcher({
      ...parts,
      quotas,
      turn: this.#turn,
      start: (call, reservation) => {
        this.#start(call, reservation);
      },
      refuse: (call, error) => {
        this.#endAll([call], error);
      },
    });
    const changes$ = whenUsageChanges(this.#changed$, () => quotas.waitUntilItChanges(), scheduler);
    // The last state of all, too, and for those who come after it.
    this.state$ = concat(changes$.pipe(takeUntil(this.#closed$)), of(undefined)).pipe(
      map(() => this.state),
    );
  }

  get state(): ServiceState {
    const at = this.#clock.now();
    const { queue, inFlight, isPaused, blockedBy } = this.#dispatcher;
    const closing = this.#isIdle ? 'closed' : 'closing';
    return {
      name: this.#parts.name,
      at,
      status: this.#isClosing ? closing : isPaused ? 'paused' : 'running',
      queued: queue.size,
      inFlight,
      quotas: this.#quotas.state(at),
      blockedBy,
      ...(this.failures?.state(at) ?? NO_RETRIES),
    };
  }

  /** Takes a call, or tells its caller why not. */
  submit(request: Request, options: CallOptions, caller: Subscriber<Response>): void {
    try {
      const call = this.#callOf(request, options, caller);
      caller.add(call);
      caller.add(this.#leaveOn(options.signal, call));
      // Who has left while the cost was estimated is heard of no more.
      if (!call.hasEnded) this.#accept(call);
    } catch (error) {
      caller.error(error);
    }
  }

  pause(isPaused: boolean): void {
    const dispatcher = this.#dispatcher;
    this.#turn.move(() => {
      if (dispatcher.isPaused === isPaused || this.#isClosing) return;
      dispatcher.isPaused = isPaused;
      dispatcher.goOn();
    });
  }

  close(abandon: boolean): Promise<void> {
    // What is paused would never end.
    if (!abandon) this.pause(false);
    this.#turn.move(() => {
      this.#isClosing = true;
      if (abandon) this.#endAll([...this.#calls], new ServiceClosedError(this.#parts.name, true));
    });
    return lastValueFrom(this.#closed$);
  }

  contextOf({ id, label, attempt }: QueuedCall<Request, Response>): WorkContext {
    return new WorkContext(id, label, attempt, this.#quotas.units);
  }

  process(request: Request, context: WorkContext): ObservableInput<Response> {
    return this.#parts.process(request, context);
  }

  usageOf(response: Response): Usage | undefined {
    const usage = this.#parts.usageOf(response);
    return usage === undefined
      ? undefined
      : readUsage(usage, this.#quotas.units, 'usageOf(response)');
  }

  ended(call: QueuedCall<Request, Response>): void {
    this.#calls.delete(call);
  }

  /** What is no call's outcome goes where RxJS takes errors that nobody handles. */
  fault(this: void, error: unknown): void {
    throwError(() => error).subscribe();
  }

  #callOf(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): QueuedCall<Request, Response> {
    this.#check(options);
    const given = this.#parts.costOf(request);
    const cost = given === undefined ? {} : readCost(given, this.#quotas.units, 'costOf(request)');
    const error = this.#quotas.neverFits(cost);
    if (error) throw error;
    // Again, as a user's code may have closed the service meanwhile.
    this.#check(options);
    return new QueuedCall(++this.#lastId, request, cost, options, reply, this.#cancel);
  }

  #leaveOn(
    signal: AbortSignal | undefined,
    call: QueuedCall<Request, Response>,
  ): Subscription | undefined {
    return (
      signal &&
      abortOf(signal).subscribe(() => {
        this.#endAll([call], signal.reason);
      })
    );
  }

  #accept(call: QueuedCall<Request, Response>): void {
    call.queuedAt = this.#clock.now();
    this.#calls.add(call);
    this.#turn.move(() => {
      this.#dispatcher.arrive(call);
    });
  }

  #check({ signal }: CallOptions): void {
    if (this.#isClosing) throw new ServiceClosedError(this.#parts.name);
    if (signal?.aborted) throw signal.reason;
  }

  #start(call: QueuedCall<Request, Response>, reservation: Reservation): void {
    call.reservation = reservation;
    this.failures?.started(call);
    new Run(call, this, this.#release).start();
  }

  readonly #release = (call: QueuedCall<Request, Response>): void => {
    this.#turn.move(() => {
      const { retryInMs } = call;
      call.reservation = call.retryInMs = undefined;
      // Before its permit is free, so that a call that goes on at once is ahead of those behind it.
      if (retryInMs !== undefined && !call.hasEnded) this.failures?.wait(call, retryInMs);
      this.#dispatcher.release();
    });
  };

  readonly #cancel = (call: QueuedCall<Request, Response>): void => {
    if (call.hasEnded) return;
    asLeaving(() => {
      this.#turn.move(() => {
        if (call.run) call.run.cancel();
        else this.#drop(call);
      });
    });
  };

  #drop(call: QueuedCall<Request, Response>): void {
    call.hasEnded = true;
    this.ended(call);
    this.#dispatcher.queue.remove(call);
    this.failures?.drop(call);
    this.#dispatcher.left();
  }

  /** None of them starts as others end. */
  #endAll(calls: readonly QueuedCall<Request, Response>[], error: unknown): void {
    this.#turn.move(() => {
      for (const call of calls) this.#dispatcher.queue.remove(call);
      for (const call of calls) if (!call.hasEnded) this.#end(call, error);
    });
  }

  #end(call: QueuedCall<Request, Response>, error: unknown): void {
    this.#cancel(call);
    try {
      call.reply.error(error);
    } catch (fault) {
      this.fault(fault);
    }
  }

  /** What has been told its end may still be torn down. */
  get #isIdle(): boolean {
    return this.#calls.size + this.#dispatcher.inFlight === 0;
  }

  #moved(): void {
    if (this.#isClosing && this.#isIdle) {
      this.#closed$.next(undefined);
      this.#closed$.complete();
    } else this.#changed$.next();
  }
}

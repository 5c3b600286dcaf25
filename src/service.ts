import {
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  map,
  merge,
  Observable,
  type ObservableInput,
  type Observer,
  of,
  type SchedulerLike,
  skip,
  startWith,
  Subject,
  takeUntil,
  throwError,
} from 'rxjs';
import { onAbort } from './abort-listeners.js';
import { Call, type CallOptions } from './call.js';
import type { CallContext } from './call-context.js';
import { ServiceClosedError } from './errors.js';
import { checkConcurrency, parseCallOptions, parseReading } from './options.js';
import { Lifecycle } from './lifecycle.js';
import { Pipeline } from './pipeline.js';
import { PromiseReply } from './promise-reply.js';
import { type Done, Resources } from './resources.js';
import { AnswersInFlight } from './estimate/answers-in-flight.js';
import type { OutputLearner } from './estimate/output-learner.js';
import type { Failure } from './retry/failure.js';
import { failureOf } from './retry/failure-of.js';
import type { RetryPolicy, Verdict } from './retry/retry-policy.js';
import type { Ending, Worker } from './run.js';
import type { ServiceEvent } from './service-event.js';
import { ServiceEvents } from './service-events.js';
import type { ServiceState } from './service-state.js';
import { Clock } from './time/clock.js';
import { LiveNumber } from './time/live-number.js';
import type { QuotaState } from './usage/quota-state.js';
import { type RateTracker, unitsOf } from './usage/rate-tracker.js';
import type { Usage } from './usage/usage.js';
import { readCost, readUsage } from './usage/read-usage.js';

/** What every service is made of. */
export interface ServiceParts {
  readonly name: string;
  readonly tracker: RateTracker;
  /** Whether the service made the tracker, and so closes it. */
  readonly ownsTracker: boolean;
  readonly maxConcurrentJobs: number | Observable<number>;
  readonly queueLimit: number;
  readonly scheduler: SchedulerLike;
  readonly retry: RetryPolicy;
  /** Learns how long answers are; undefined where costs are taken as they are. */
  readonly learner: OutputLearner | undefined;
}

/** How to close. */
export interface CloseOptions {
  /** End queued and running calls with `ServiceClosedError` rather than let them finish. Default false. */
  readonly abandon?: boolean;
}

const NO_OPTIONS: CallOptions = Object.freeze({});
const UNKNOWN: Usage = Object.freeze({});

/**
 * A queue in, answers out: takes calls, lets them out as permits and quotas allow, hands each its answer.
 *
 * ```text
 * call ─ subscribe ─► Subject ─► rateLimit ─► process ─► the caller
 * ```
 *
 * `LLMService` is the one to extend; this is the part of it that knows nothing of models.
 */
export abstract class Service<Request, Response> {
  /** Unique among the services that run together. */
  readonly name: string;
  /** What the service is doing: latest on subscribing, then each change; completes when it has closed. */
  readonly state$: Observable<ServiceState>;
  /** Each step of each call, as it happens; completes when the service has closed. */
  readonly events$: Observable<ServiceEvent>;
  /** @internal */
  readonly tracker: RateTracker;

  /** The quotas, latest on subscribing, then each change; completes when the service has closed. */
  protected readonly quotas$: Observable<readonly QuotaState[]>;

  private readonly pipeline: Pipeline<Request, Response>;
  private readonly lifecycle: Lifecycle;
  private readonly resources: Resources;
  private readonly events: ServiceEvents;
  private readonly maxJobs: LiveNumber;
  private readonly permits$ = new BehaviorSubject(0);
  private readonly changed$ = new Subject<void>();
  private readonly units: readonly string[];
  private readonly clock: Clock;
  private readonly answers: AnswersInFlight | undefined;
  private lastCallId = 0;

  constructor(private readonly parts: ServiceParts) {
    const { name, tracker, maxConcurrentJobs, queueLimit, scheduler } = parts;
    this.name = name;
    this.tracker = tracker;
    this.units = unitsOf(tracker);
    this.maxJobs = new LiveNumber(maxConcurrentJobs, (value) => {
      checkConcurrency('maxConcurrentJobs', value);
    });
    this.maxJobs.changes$.subscribe(() => {
      this.openPermits();
    });
    this.resources = new Resources(
      () => this.acquireResources(),
      () => this.releaseResources(),
    );
    this.lifecycle = this.makeLifecycle();
    const { closed$ } = this.lifecycle;
    const faults$ = merge(tracker.faults$, this.maxJobs.faults$).pipe(takeUntil(closed$));
    this.clock = new Clock(scheduler);
    this.answers = parts.learner && new AnswersInFlight(parts.learner, scheduler, this.clock);
    this.events = new ServiceEvents(this.clock, faults$);
    this.events$ = this.events.events$;
    const changes$ = merge(this.changed$, tracker.quotas$, tracker.gate$ ?? EMPTY).pipe(
      takeUntil(closed$),
    );
    this.state$ = changes$.pipe(
      startWith(undefined),
      map(() => this.state),
    );
    this.quotas$ = concat(
      defer(() => of(tracker.quotas)),
      tracker.quotas$.pipe(skip(1), takeUntil(closed$)),
    );
    this.pipeline = new Pipeline({
      tracker,
      permits$: this.permits$,
      queueLimit,
      scheduler,
      worker: this.makeWorker(),
      onChange: () => {
        this.moved();
      },
    });
  }

  /**
   * Makes one call: a cold Observable of its responses.
   *
   * Nothing happens until somebody subscribes; each subscription queues one call, and unsubscribing cancels
   * it: gone from the queue with nothing consumed, or stopped by `context.signal` when in flight.
   *
   * ```text
   * subscribe        ^--------------
   * in flight            |------|
   * responses             -a--b--|
   * ```
   *
   * @throws InvalidOptionError for an option that is unknown or not allowed. The Observable errors with
   * what `process` errors with, and with `ServiceClosedError`, `QueueFullError`, `QuotaExceededError`, the
   * reason of `options.signal`, or what `acquireResources` failed with.
   *
   * @example
   * questions$.pipe(switchMap((question) => service.call(question, { priority: 5 }))).subscribe(show);
   */
  call(request: Request, options?: CallOptions): Observable<Response> {
    const checked = options ? parseCallOptions(options) : NO_OPTIONS;
    return new Observable((subscriber) => {
      const call = this.accept(request, checked, subscriber);
      if (!call) return;
      // Before the work starts: it may emit, and its caller leave, in this very turn.
      subscriber.add(() => {
        this.pipeline.cancel(call);
      });
      const { signal } = checked;
      const fail = () => {
        subscriber.error(signal?.reason);
      };
      if (signal) subscriber.add(onAbort(signal, fail));
      this.submit(call);
    });
  }

  /**
   * Makes one call at once: a promise of its last response. `options.signal` cancels it.
   *
   * Rejects with whatever `call` would throw or error with, and with `NoResponseError` when `process`
   * completes without a response.
   *
   * @example
   * const answer = await service.callAsync('hi', { signal: AbortSignal.timeout(5_000) });
   */
  callAsync(request: Request, options?: CallOptions): Promise<Response> {
    return new Promise((resolve, reject) => {
      const reply = new PromiseReply<Response>(resolve, reject, this.name);
      if (options) this.call(request, options).subscribe(reply);
      else {
        const call = this.accept(request, NO_OPTIONS, reply);
        if (call) this.submit(call);
      }
    });
  }

  /**
   * Takes no more calls, lets those that it has finish, then releases resources, once.
   *
   * With `abandon`, ends all that is queued or in flight with `ServiceClosedError` instead. Closing again
   * gives the same end; `close({ abandon: true })` after `close()` stops waiting. Resolves when it has
   * closed; rejects with what `releaseResources` failed with.
   *
   * @example
   * await using service = new EchoService({ modelName: 'echo-1' }); // closes at the end of the block
   */
  close({ abandon = false }: CloseOptions = {}): Promise<void> {
    this.lifecycle.close();
    if (abandon) {
      const error = new ServiceClosedError(this.name);
      this.pipeline.abandonAll(error);
      this.lifecycle.abandon(error);
    }
    return this.lifecycle.closed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Does the work of one call; returns its responses as an Observable, a promise or an async iterable.
   *
   * Called when the call is let out. What it throws or errors with goes to that caller alone. An Observable
   * is unsubscribed from when the caller leaves; a promise or an async iterable should listen to
   * `context.signal`, as its permit is free only when it has ended.
   */
  protected abstract process(request: Request, context: CallContext): ObservableInput<Response>;

  /**
   * Estimates what a call will take: an amount per unit, or a number where there is one quota. Without an
   * estimate a call is let out while the usage is below the limit. What it throws goes to that caller.
   */
  protected costOf(request: Request): Usage | number | undefined;
  protected costOf(): Usage | number | undefined {
    return undefined;
  }

  /**
   * Reads from a response what the call has really taken; the latest answer on each unit counts. Undefined
   * where it does not say; then the estimate stays.
   */
  protected usageOf(response: Response): Usage | number | undefined;
  protected usageOf(): Usage | number | undefined {
    return undefined;
  }

  /**
   * Reads what kind of failure an error is: it decides what stays charged, whether the gate closes, and whether
   * the call is tried again. Default `failureOf`, which looks at status, code and `retry-after`; `readFailure`
   * of `rxllm/headers` reads all that providers tell.
   */
  protected failureOf(error: unknown): Failure {
    return failureOf(error);
  }

  /** Runs once, before the first call; calls wait until what it returns has completed. */
  acquireResources(): Done {
    // Nothing to acquire, unless a subclass has something.
  }

  /** Runs once, after the last call, if resources were acquired; also after errors. */
  releaseResources(): Done {
    // Nothing to release, unless a subclass has something.
  }

  /**
   * Acquires resources now rather than at the first call; completes when they are there. It does so at once,
   * whether or not anybody subscribes, and again only when it has failed.
   */
  open(): Observable<never> {
    if (!this.lifecycle.isOpen) return throwError(() => new ServiceClosedError(this.name));
    return this.lifecycle.acquire();
  }

  /** What the service is doing; shown instead of its inside, which holds requests. */
  toJSON(): ServiceState {
    return this.state;
  }

  /** @internal What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): ServiceState {
    return this.state;
  }

  /** Makes a call of a request, or tells its caller why it is turned away at the door. */
  private accept(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): Call<Request, Response> | undefined {
    try {
      return this.makeCall(request, options, reply);
    } catch (error) {
      reply.error(error);
      return undefined;
    }
  }

  private makeCall(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): Call<Request, Response> {
    // Again after each step that runs code of a user's, which may have closed the service meanwhile.
    this.checkDoor(options);
    const cost = this.costIn(request);
    this.checkDoor(options);
    this.lifecycle.start();
    this.checkDoor(options);
    const call = new Call(++this.lastCallId, request, cost, options.label, reply);
    call.priority = options.priority ?? 0;
    return call;
  }

  private checkDoor({ signal }: CallOptions): void {
    if (!this.lifecycle.isOpen) throw new ServiceClosedError(this.name);
    if (signal?.aborted) throw signal.reason;
  }

  private submit(call: Call<Request, Response>): void {
    this.events.queued(call);
    // Whoever hears of events may have cancelled the call, or closed the service.
    if (this.lifecycle.isOpen) this.pipeline.submit(call);
    else this.pipeline.abandon(call, new ServiceClosedError(this.name));
  }

  private costIn(request: Request): Usage {
    const cost = this.costOf(request);
    return cost === undefined ? UNKNOWN : readCost(cost, this.units, 'costOf(request)');
  }

  private usageIn(response: Response): Usage | undefined {
    const usage = this.usageOf(response);
    return usage === undefined ? undefined : readUsage(usage, this.units, 'usageOf(response)');
  }

  private makeWorker(): Worker<Request, Response> {
    return {
      units: this.units,
      process: (request, context) => this.process(request, context),
      usageOf: (response) => this.usageIn(response),
      failureOf: (error) => this.failureIn(error),
      verdict: (call, error, failure) => this.verdict(call, error, failure),
      started: (call) => {
        if (call.attempt === 1) this.parts.retry.called(call.reservation?.at ?? this.clock.now());
        this.answers?.started(call);
        this.events.started(call);
      },
      retrying: (call, delayMs, error) => {
        this.answers?.ended(call);
        this.events.retrying(call, call.attempt - 1, delayMs, error);
      },
      ended: (call, ending) => {
        this.learn(call, ending);
        this.events.ended(call, ending);
      },
      fault: (error) => {
        this.events.fault(error);
      },
    };
  }

  /** A fault in a user's reading of an error must not hide that error. */
  private failureIn(error: unknown): Failure {
    try {
      return parseReading('failureOf(error)', this.failureOf(error));
    } catch (fault) {
      this.events.fault(fault);
      return failureOf(error);
    }
  }

  private verdict(
    call: Call<Request, Response>,
    error: unknown,
    failure: Failure,
  ): Verdict | undefined {
    const { attempt, reservation } = call;
    const failed = { attempt, error, failure, hasGate: reservation?.hear !== undefined };
    try {
      return this.parts.retry.verdict(failed, this.clock.now());
    } catch (fault) {
      this.events.fault(fault);
      return undefined;
    }
  }

  /** Only what the provider has told of a whole answer shows how long answers are. */
  private learn(
    call: Call<Request, Response>,
    { outcome, usage, isEstimated = false }: Ending,
  ): void {
    const isWhole = outcome === 'completed' && !isEstimated;
    this.answers?.ended(call, isWhole ? usage : undefined);
  }

  private makeLifecycle(): Lifecycle {
    return new Lifecycle({
      resources: this.resources,
      isEmpty: () => this.pipeline.isEmpty,
      onAcquired: () => {
        this.openPermits();
      },
      onAcquireFailed: (error) => {
        this.pipeline.refuseQueued(error);
        this.moved();
      },
      onClosed: () => {
        this.closeParts();
      },
    });
  }

  /** None before the resources are acquired. */
  private openPermits(): void {
    this.permits$.next(this.resources.areHeld ? (this.maxJobs.value ?? 0) : 0);
    this.moved();
  }

  private moved(): void {
    if (this.changed$.observed) this.changed$.next();
    this.lifecycle.moved();
  }

  private closeParts(): void {
    this.maxJobs.close();
    if (this.parts.ownsTracker) this.tracker.close();
    this.changed$.next();
    this.events.complete();
  }

  private get state(): ServiceState {
    return {
      name: this.name,
      status: this.lifecycle.status,
      queued: this.pipeline.queue.size,
      inFlight: this.pipeline.inFlight.size,
      retrying: this.pipeline.waiting,
      maxConcurrentJobs: this.maxJobs.value,
      quotas: this.tracker.quotas,
      gate: this.tracker.gate,
      estimates: this.parts.learner?.accuracy ?? [],
    };
  }
}

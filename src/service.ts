import { Observable, type ObservableInput, type Subscriber } from 'rxjs';
import type { Call } from './call/call.js';
import type { CallOptions } from './call/call-options.js';
import type { CallContext } from './call/call-context.js';
import { Engine, type EngineParts } from './engine.js';
import { parseCallOptions } from './options/call.js';
import { PromiseReply } from './call/promise-reply.js';
import type { Done } from './resources.js';
import type { Failure } from './retry/failure.js';
import { failureOf } from './retry/failure-of.js';
import type { CallEvent } from './telemetry/call-event.js';
import { CallLife } from './telemetry/call-life.js';
import type { ServiceEvent } from './telemetry/service-event.js';
import type { ServiceState } from './telemetry/service-state.js';
import type { QuotaState } from './usage/quota-state.js';
import type { RateTracker } from './usage/rate-tracker.js';
import type { Usage } from './usage/usage.js';

/** What every service is made of. */
export type ServiceParts = Omit<EngineParts<unknown, unknown>, 'work'>;

/** How to close. */
export interface CloseOptions {
  /** End queued and running calls with `ServiceClosedError` rather than let them finish. Default false. */
  readonly abandon?: boolean;
}

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

  private readonly engine: Engine<Request, Response>;

  constructor(parts: ServiceParts) {
    this.name = parts.name;
    this.tracker = parts.tracker;
    this.engine = new Engine({
      ...parts,
      work: {
        process: (request: Request, context) => this.process(request, context),
        costOf: (request) => this.costOf(request),
        usageOf: (response: Response) => this.usageOf(response),
        failureOf: (error) => this.failureOf(error),
        acquireResources: () => this.acquireResources(),
        releaseResources: () => this.releaseResources(),
      },
    });
    this.state$ = this.engine.monitor.state$;
    this.events$ = this.engine.events$;
    this.quotas$ = this.engine.monitor.quotas$;
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
   * what `process` errors with, and with `ServiceClosedError`, `QueueFullError`, `QuotaExceededError`,
   * `CallTimeoutError`, `DeadlineExceededError`, the reason of `options.signal`, or what `acquireResources`
   * failed with.
   *
   * @example
   * questions$.pipe(switchMap((question) => service.call(question, { priority: 5 }))).subscribe(show);
   */
  call(request: Request, options?: CallOptions): Observable<Response> {
    const checked = this.checked(options);
    return new Observable((subscriber) => {
      this.follow(this.engine.admit(request, checked, subscriber), subscriber);
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
      if (options?.signal) this.call(request, options).subscribe(reply);
      else {
        const call = this.engine.admit(request, this.checked(options), reply);
        if (call) this.engine.submit(call);
      }
    });
  }

  /**
   * Makes one call, and tells its whole life: queued with its place and when it will start about, started, each
   * response, retries, what it has used, the result.
   *
   * Cold, as `call` is: each subscription queues one call, and unsubscribing cancels it.
   *
   * ```text
   * subscribe   ^
   * events      queued──started──value──value──(usage, result)|
   *                       └ retrying ─ started …   or (usage, failed)#
   * ```
   *
   * A call that fails tells so in an event, and then errors as `call` does. One that is turned away at the door
   * (closed, a signal that has fired, a cost that cannot be) only errors, and so does one that its signal cancels.
   *
   * @example
   * service.callEvents(request).subscribe((event) => {
   *   if (event.type === 'queued') show(`number ${event.position} in the queue`);
   *   if (event.type === 'value') show(event.response);
   * });
   */
  callEvents(request: Request, options?: CallOptions): Observable<CallEvent<Response>> {
    const checked = this.checked(options);
    return new Observable((subscriber) => {
      const life = new CallLife<Response>(subscriber, this.engine.lifeParts);
      const call = this.engine.admit(request, checked, life);
      if (call) life.watch(call);
      this.follow(call, subscriber);
    });
  }

  /**
   * In how many ms a call of this request would start, by what is known now: 0 when at once, Infinity when
   * nobody knows (paused, a limit that has no value yet) or when it never would (closed, too large).
   *
   * Costs count as estimated, less what calls have lately turned out to take less; runs take as long as lately;
   * the calls of other services that share a quota are not seen.
   *
   * @example
   * if (service.expectedWait(request) > 10_000) show('Busy: your answer will take a while.');
   */
  expectedWait(request: Request, options?: CallOptions): number {
    return this.engine.expectedWait(request, this.checked(options));
  }

  /**
   * Lets no call out until `resume()`; those in flight go on, new ones are queued.
   *
   * @example
   * service.pause();
   */
  pause(): void {
    this.engine.pause(true);
  }

  /** Lets calls out again, in the same turn. */
  resume(): void {
    this.engine.pause(false);
  }

  /** Whether nothing is queued, in flight or waiting for another try. */
  get isIdle(): boolean {
    return this.engine.isIdle;
  }

  /**
   * Resolves as soon as nothing is queued, in flight or waiting for another try: at once when that is so now.
   *
   * @example
   * await service.onIdle();
   */
  onIdle(): Promise<void> {
    return this.engine.onIdle();
  }

  /**
   * Takes no more calls, lets those that it has finish, then releases resources, once.
   *
   * A pause ends, as nothing would finish otherwise. With `abandon`, ends all that is queued or in flight with `ServiceClosedError` instead. Closing again
   * gives the same end; `close({ abandon: true })` after `close()` stops waiting. Resolves when it has
   * closed; rejects with what `releaseResources` failed with.
   *
   * @example
   * await using service = new EchoService({ modelName: 'echo-1' }); // closes at the end of the block
   */
  close({ abandon = false }: CloseOptions = {}): Promise<void> {
    return this.engine.close(abandon);
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
    return this.engine.open();
  }

  /** What the service is doing; shown instead of its inside, which holds requests. */
  toJSON(): ServiceState {
    return this.engine.monitor.state;
  }

  /** @internal What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): ServiceState {
    return this.engine.monitor.state;
  }

  private checked(options: CallOptions | undefined): CallOptions {
    const checked = options === undefined ? undefined : parseCallOptions(options);
    return this.engine.withDefaults(checked);
  }

  /** Hands the call to the engine, and cancels it when the subscriber leaves. */
  private follow(call: Call<Request, Response> | undefined, subscriber: Subscriber<unknown>): void {
    if (!call) return;
    // Before the work starts: it may emit, and its caller leave, in this very turn.
    call.canceller = this.engine;
    subscriber.add(call);
    // Who has left while the cost was estimated is heard of no more.
    if (!call.hasEnded) this.engine.submit(call);
  }
}

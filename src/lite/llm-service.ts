import {
  defer,
  distinctUntilChanged,
  lastValueFrom,
  map,
  Observable,
  type ObservableInput,
  type SchedulerLike,
  throwIfEmpty,
} from 'rxjs';
import type { WorkContext } from '../call/work-context.js';
import { NoResponseError } from '../errors.js';
import { parseObject } from '../options/parse-value.js';
import type { Usage } from '../usage/usage.js';
import { usageOfQuotas } from '../usage/usage-of-quotas.js';
import type { CallOptions } from './call-options.js';
import { type Engine, engineOf } from './engine.js';
import { parseCallOptions, parseFunctions, parseMostJobs, parseServiceOptions } from './options.js';
import type { FixedQuota } from './quota.js';
import type { Retries } from './retries.js';
import type { ServiceState } from './service-state.js';

/** Options of every service. */
export interface LLMServiceOptions {
  /** Name of the model, as the provider knows it. */
  readonly modelName: string;
  /** Tells services of one model apart. Default `''`. */
  readonly serviceTag?: string;
  /** So much of each unit per window. Default: none, so only `maxConcurrentJobs` bounds the calls. */
  readonly quotas?: readonly FixedQuota[];
  /** The most calls in flight. Default `MAX_CONCURRENT_JOBS` of the class. */
  readonly maxConcurrentJobs?: number;
  /** The most calls that may be queued; one more fails with `QueueFullError`. Default 1,000,000. */
  readonly queueLimit?: number;
  /** What is done about calls that fail: `retries()`. Default: they fail. */
  readonly retry?: Retries;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** What a service does, as functions. */
export interface LLMServiceFunctions<Request, Response> {
  /** Does the work of one call. */
  readonly process: (request: Request, context: WorkContext) => ObservableInput<Response>;
  /** Estimates, before, what a call takes: an amount per unit, or a number where there is one quota. */
  readonly costOf?: ((request: Request) => Usage | number | undefined) | undefined;
  /** Reads, after, what it really took; undefined where a response does not say. */
  readonly usageOf?: ((response: Response) => Usage | number | undefined) | undefined;
}

/** How to close. */
export interface CloseOptions {
  /** End queued and running calls with `ServiceClosedError` rather than let them finish. Default false. */
  readonly abandon?: boolean;
}

/**
 * The `LLMService` of `rxllm`, small: calls go in, each caller gets its answer, no limit is broken.
 *
 * For pages, where each kilobyte counts. What it has in common with the other one it does alike, to the millisecond: the
 * queue with its priorities, permits, quotas in sliding windows that are reserved and settled, exact cancelling,
 * streams, `close`. It has neither tenants, timeouts and deadlines, events and forecasts, limits that change or are
 * shared or learned, nor resources; and calls that fail just fail, unless it is given `retries()`. A fault of a user's
 * code that is no call's outcome, as in `process` after its caller has left, goes where RxJS takes unhandled errors.
 *
 * ```text
 * quotas: [2 requests per 6 ms], process: 3 ms
 * call         a b c
 * process      a b   c          a, b at 0; c when a has left the window
 * answers         ab    c
 * ```
 *
 * @example
 * class EchoService extends LLMService<string, string> {
 *   protected process(prompt: string) {
 *     return of(`echo ${prompt}`);
 *   }
 * }
 * const echo = new EchoService({ modelName: 'echo-1', quotas: [requestsPerMinute(500)] });
 * const answer = await echo.callAsync('hi'); // 'echo hi'
 *
 * @throws InvalidOptionError naming the option, its value and what is allowed.
 */
export abstract class LLMService<Request, Response> {
  /** The most calls in flight, unless an instance says otherwise. A subclass may override it. */
  static readonly MAX_CONCURRENT_JOBS: number = 10_000;
  /** Stands for the class in `name`; give one where a minifier renames classes. Default the class's name. */
  static readonly serviceName: string = 'LLMService';

  readonly name: string;
  readonly modelName: string;
  readonly serviceTag: string;
  /** What the service is doing: latest on subscribing, then each change; completes when it has closed. */
  readonly state$: Observable<ServiceState>;
  /** Usage in the current windows, per unit: latest on subscribing, then each change; completes as `state$` does. */
  readonly usage$: Observable<Usage>;
  private readonly engine: Engine<Request, Response>;

  constructor(options: LLMServiceOptions) {
    const { serviceName, name: className, MAX_CONCURRENT_JOBS } = new.target;
    const checked = parseServiceOptions(options);
    const { modelName, serviceTag = '', maxConcurrentJobs = MAX_CONCURRENT_JOBS } = checked;
    const prefix = Object.hasOwn(new.target, 'serviceName') ? serviceName : className;
    this.name = `${prefix}-${modelName}${serviceTag}`;
    this.modelName = modelName;
    this.serviceTag = serviceTag;
    this.engine = engineOf({
      ...checked,
      name: this.name,
      maxConcurrentJobs: parseMostJobs(maxConcurrentJobs),
      process: (request, context) => this.process(request, context),
      costOf: (request) => this.costOf(request),
      usageOf: (response) => this.usageOf(response),
    });
    this.state$ = this.engine.state$;
    this.usage$ = this.state$.pipe(
      map(({ quotas }) => usageOfQuotas(quotas)),
      distinctUntilChanged(Object.is, (usage: Usage) => JSON.stringify(usage)),
    );
  }

  /**
   * A service without writing a class.
   *
   * @example
   * const echo = LLMService.of({ modelName: 'echo-1', process: (prompt: string) => of(`echo ${prompt}`) });
   */
  static of<Request, Response>(
    options: LLMServiceOptions & LLMServiceFunctions<Request, Response>,
  ): LLMService<Request, Response> {
    const { process, costOf, usageOf, ...rest } = parseObject('options', options);
    return new FunctionService(rest, { process, costOf, usageOf });
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
   * @throws InvalidOptionError for an option that is unknown or not allowed. The Observable errors with what `process`
   * errors with, and with `ServiceClosedError`, `QueueFullError`, `QuotaExceededError`, or the reason of
   * `options.signal`; with `retries()` also with `RetryAfterTooLongError`.
   *
   * @example
   * questions$.pipe(switchMap((question) => service.call(question, { priority: 5 }))).subscribe(show);
   */
  call(request: Request, options: CallOptions = {}): Observable<Response> {
    const checked = parseCallOptions(options);
    return new Observable((subscriber) => {
      this.engine.submit(request, checked, subscriber);
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
    const call$ = defer(() => this.call(request, options));
    return lastValueFrom(call$.pipe(throwIfEmpty(() => new NoResponseError(this.name))));
  }

  /** Lets no call out until `resume()`; those in flight go on, new ones are queued. */
  pause(): void {
    this.engine.pause(true);
  }

  /** Lets calls out again, in the same turn. */
  resume(): void {
    this.engine.pause(false);
  }

  /**
   * Takes no more calls, and lets those that it has finish; a pause ends, as nothing would finish otherwise.
   *
   * With `abandon`, ends all that is queued or in flight with `ServiceClosedError` instead. Closing again gives the
   * same end. Resolves when it has closed.
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

  /** What the service is doing; shown instead of its inside, which holds requests. */
  toJSON(): ServiceState {
    return this.engine.state();
  }

  /** @internal What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): ServiceState {
    return this.engine.state();
  }

  /**
   * Does the work of one call; returns its responses as an Observable, a promise or an async iterable.
   *
   * Called when the call is let out. What it throws or errors with goes to that caller alone. An Observable
   * is unsubscribed from when the caller leaves; a promise or an async iterable should listen to
   * `context.signal`, as its permit is free only when it has ended.
   */
  protected abstract process(request: Request, context: WorkContext): ObservableInput<Response>;

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
}

/** A service made of functions. */
class FunctionService<Request, Response> extends LLMService<Request, Response> {
  static override readonly serviceName = 'LLMService';
  private readonly functions: LLMServiceFunctions<Request, Response>;

  constructor(options: LLMServiceOptions, functions: LLMServiceFunctions<Request, Response>) {
    super(options);
    this.functions = parseFunctions(functions);
  }

  protected override process(request: Request, context: WorkContext): ObservableInput<Response> {
    return this.functions.process(request, context);
  }

  protected override costOf(request: Request): Usage | number | undefined {
    return this.functions.costOf?.(request);
  }

  protected override usageOf(response: Response): Usage | number | undefined {
    return this.functions.usageOf?.(response);
  }
}

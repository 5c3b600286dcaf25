import {
  distinctUntilChanged,
  map,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { CallTimeouts } from './call/call-options.js';
import type { CallContext } from './call/call-context.js';
import { InvalidOptionError } from './errors.js';
import { parseObject } from './options/parse-value.js';
import { parseProcessOptions } from './options/process.js';
import { parseServiceName, parseServiceOptions } from './options/service.js';
import { OutputLearner } from './estimate/output-learner.js';
import type { OutputLearnerOptions } from './estimate/output-learner-options.js';
import type { Failure } from './retry/failure.js';
import { type TenantWeights, weightOf } from './queue/tenant-weights.js';
import type { RetryOptions } from './retry/retry-options.js';
import { RetryPolicy } from './retry/retry-policy.js';
import { Service } from './service.js';
import type { GateOptions } from './usage/gate.js';
import { monotonicScheduler } from './time/monotonic-scheduler.js';
import { InMemoryRateTracker } from './usage/in-memory-rate-tracker.js';
import type { Quota } from './usage/quota.js';
import type { QuotaState } from './usage/quota-state.js';
import type { RateTracker } from './usage/rate-tracker.js';
import { TimeBoundedUsageTracker } from './usage/time-bounded-usage-tracker.js';
import type { Usage } from './usage/usage.js';
import { usageOfQuotas } from './usage/usage-of-quotas.js';

/** Options of every service. Limits are given as `quotas`, or as the original's pair, or not at all. */
export interface LLMServiceOptions extends CallTimeouts {
  /** Name of the model, as the provider knows it. */
  readonly modelName: string;
  /** Tells services of one model apart. Default `''`. */
  readonly serviceTag?: string;
  /** What the window of `rateTracker` grants; a number above 0, or an Observable of such. */
  readonly rateLimit?: number | Observable<number>;
  /** With `rateLimit`: what counts the usage; default one over 70 s. Or a store of quotas, which may be shared. */
  readonly rateTracker?: TimeBoundedUsageTracker | RateTracker;
  /** So much of each unit per window. Default: none, so only `maxConcurrentJobs` bounds the calls. */
  readonly quotas?: readonly Quota[];
  /** The most calls in flight. Default `MAX_CONCURRENT_JOBS` of the class. */
  readonly maxConcurrentJobs?: number | Observable<number>;
  /** The most calls that may be queued; one more makes one fail with `QueueFullError`. Default 1,000,000. */
  readonly queueLimit?: number;
  /**
   * Which one: `'refuse'` the new call, or `'drop-oldest'`, the oldest of the lowest priority. Default `'refuse'`.
   */
  readonly whenQueueFull?: 'refuse' | 'drop-oldest';
  /** How much more of a priority's share each tenant has, by cost; those not named weigh 1. Default 1 each. */
  readonly tenantWeights?: TenantWeights;
  /** Which failed calls are tried again. Default: those that may pass, 4 tries in all; see `RetryOptions`. */
  readonly retry?: RetryOptions;
  /**
   * `'learn'`: limits that the provider tells (`context.reportLimits`) replace the configured ones, and add what
   * was not configured. Default: they can only narrow them.
   */
  readonly limits?: 'learn';
  /**
   * Holds for answers of calls in flight what those of the same label have taken until now rather than what
   * `costOf` says, when that is more: a call is let out when all of that fits, then holds what is learned, and
   * all again when it runs for longer than half of them. Costs must name `outputTokens`. Default false.
   */
  readonly learnOutput?: boolean | OutputLearnerOptions;
  /** The source of time. Default that of `rateTracker`, or `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** What a service does, as functions. */
export interface LLMServiceFunctions<Request, Response> {
  /** Does the work of one call. */
  readonly process: (request: Request, context: CallContext) => ObservableInput<Response>;
  /** Estimates, before, what a call takes: an amount per unit, or a number where there is one quota. */
  readonly costOf?: (request: Request) => Usage | number | undefined;
  /** Reads, after, what it really took; undefined where a response does not say. */
  readonly usageOf?: (response: Response) => Usage | number | undefined;
  /** Reads what kind of failure an error of `process` is. Default `failureOf`. */
  readonly failureOf?: (error: unknown) => Failure;
}

const DEFAULT_QUEUE_LIMIT = 1_000_000;

/**
 * A rate-limited service of one model: calls go in, each caller gets its answer, no limit is broken.
 *
 * Make one object per model and pass it around. It starts at its first call and runs until `close()`.
 * Extend it and write `process`, or use `LLMService.of`.
 *
 * ```text
 * quotas: [2 requests per 6 ms], process: 3 ms
 * call         a b c
 * process      a b   c          a, b at 0; c when a has left the window
 * answers         ab    c
 * ```
 *
 * Without `costOf` it behaves as the original: a call is let out while the usage is below the limit, and
 * `process` records its own usage with `this.rateTracker.add(n)`. With it, each call reserves its cost
 * before it is sent and is settled to `usageOf` after, so that no window is ever over its limit.
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
export abstract class LLMService<Request, Response> extends Service<Request, Response> {
  /** The most calls in flight, unless an instance says otherwise. A subclass may override it. */
  static readonly MAX_CONCURRENT_JOBS: number = 10_000;
  /** Stands for the class in `name`; give one where a minifier renames classes. Default the class's name. */
  static readonly serviceName: string = 'LLMService';

  readonly modelName: string;
  readonly serviceTag: string;
  /** The limit as it was given: a number, or an Observable. Undefined with `quotas`. */
  readonly rateLimit: number | Observable<number> | undefined;
  /** Whether every quota's usage is below its limit: latest on subscribing, then each change. */
  readonly canProcess$: Observable<boolean>;
  /** Usage in the current windows, per unit: latest on subscribing, then each change. */
  readonly usage$: Observable<Usage>;
  private readonly window: TimeBoundedUsageTracker | undefined;

  constructor(options: LLMServiceOptions) {
    const { modelName, serviceTag = '', rateLimit, ...rest } = parseServiceOptions(options);
    const limits = limitsOf(options);
    const { learnOutput = false } = rest;
    super({
      name: `${parseServiceName(classNameOf(new.target))}-${modelName}${serviceTag}`,
      tracker: limits.tracker,
      ownsTracker: limits.isOwn,
      maxConcurrentJobs: rest.maxConcurrentJobs ?? new.target.MAX_CONCURRENT_JOBS,
      queueLimit: rest.queueLimit ?? DEFAULT_QUEUE_LIMIT,
      whenQueueFull: rest.whenQueueFull ?? 'refuse',
      weightOf: weightOf(rest.tenantWeights),
      timeouts: timeoutsOf(rest),
      scheduler: rest.scheduler ?? limits.window?.scheduler ?? monotonicScheduler,
      retry: new RetryPolicy(rest.retry),
      learner:
        learnOutput === false
          ? undefined
          : new OutputLearner(learnOutput === true ? {} : learnOutput),
    });
    this.modelName = modelName;
    this.serviceTag = serviceTag;
    this.rateLimit = rateLimit;
    this.window = limits.window;
    this.canProcess$ = this.quotas$.pipe(map(areAllBelow), distinctUntilChanged());
    this.usage$ = this.quotas$.pipe(map(usageOfQuotas));
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
    const { process, costOf, usageOf, failureOf, ...rest } = parseObject('options', options);
    return new FunctionService(rest, {
      process,
      ...(costOf !== undefined && { costOf }),
      ...(usageOf !== undefined && { usageOf }),
      ...(failureOf !== undefined && { failureOf }),
    });
  }

  /** Whether the usage is below the limit now, in every quota. */
  get canProcess(): boolean {
    return areAllBelow(this.tracker.quotas);
  }

  /**
   * Counts usage within the window; `process` may add to it.
   *
   * @throws InvalidOptionError in a service with `quotas`, which counts by `costOf` and `usageOf`.
   */
  get rateTracker(): TimeBoundedUsageTracker {
    if (this.window) return this.window;
    const allowed =
      'rateLimit and rateTracker; with quotas give costOf and usageOf, or call context.reportUsage';
    throw new InvalidOptionError('rateTracker', 'missing', allowed);
  }
}

/** A service made of functions. */
class FunctionService<Request, Response> extends LLMService<Request, Response> {
  static override readonly serviceName = 'LLMService';

  constructor(
    options: LLMServiceOptions,
    private readonly functions: LLMServiceFunctions<Request, Response>,
  ) {
    super(options);
    parseProcessOptions(functions);
  }

  protected override process(request: Request, context: CallContext): ObservableInput<Response> {
    return this.functions.process(request, context);
  }

  protected override costOf(request: Request): Usage | number | undefined {
    return this.functions.costOf?.(request);
  }

  protected override usageOf(response: Response): Usage | number | undefined {
    return this.functions.usageOf?.(response);
  }

  protected override failureOf(error: unknown): Failure {
    return this.functions.failureOf?.(error) ?? super.failureOf(error);
  }
}

/** Undefined without any: calls that say nothing then have nothing to be looked at. */
function timeoutsOf(options: CallTimeouts): CallTimeouts | undefined {
  const { timeout, queueTimeout, firstChunkTimeout, chunkTimeout } = options;
  const isAny = (timeout ?? queueTimeout ?? firstChunkTimeout ?? chunkTimeout) !== undefined;
  return isAny ? { timeout, queueTimeout, firstChunkTimeout, chunkTimeout } : undefined;
}

interface Limits {
  readonly tracker: RateTracker;
  readonly isOwn: boolean;
  readonly window?: TimeBoundedUsageTracker;
}

function limitsOf(options: LLMServiceOptions): Limits {
  const { rateLimit, rateTracker, quotas = [], scheduler, limits, retry = {} } = options;
  const time = scheduler ? { scheduler } : {};
  const learning = { gate: gateOf(retry), ...(limits && { limits }) };
  if (rateLimit === undefined) {
    const shared = rateTracker as RateTracker | undefined;
    return shared
      ? { tracker: shared, isOwn: false }
      : { tracker: new InMemoryRateTracker({ quotas, ...time, ...learning }), isOwn: true };
  }
  const window =
    (rateTracker as TimeBoundedUsageTracker | undefined) ?? new TimeBoundedUsageTracker(time);
  return {
    tracker: new InMemoryRateTracker({ rateLimit, rateTracker: window, ...learning }),
    isOwn: true,
    window,
  };
}

/** A gate waits as retries do, where nothing else was said. */
function gateOf({ maxRetryAfterMs, baseMs, maxMs, random }: RetryOptions): Partial<GateOptions> {
  return {
    ...(maxRetryAfterMs !== undefined && { maxRetryAfterMs }),
    ...(baseMs !== undefined && { baseMs }),
    ...(maxMs !== undefined && { maxMs }),
    ...(random !== undefined && { random }),
  };
}

function classNameOf(target: typeof LLMService<unknown, unknown>): string {
  return Object.hasOwn(target, 'serviceName') ? target.serviceName : target.name;
}

function areAllBelow(quotas: readonly QuotaState[]): boolean {
  return quotas.every(({ used, limit }) => limit !== undefined && used < limit);
}

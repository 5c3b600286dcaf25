import {
  concat,
  defer,
  EMPTY,
  firstValueFrom,
  map,
  merge,
  NEVER,
  type Observable,
  type Observer,
  of,
  type SchedulerLike,
  skip,
  startWith,
  Subject,
  takeUntil,
  throwError,
} from 'rxjs';
import type { Call } from './call.js';
import type { CallOptions, CallTimeouts } from './call-options.js';
import { CallWorker, type Work } from './call-worker.js';
import { Deadlines } from './deadlines.js';
import { Door } from './door.js';
import { ServiceClosedError } from './errors.js';
import { AnswersInFlight } from './estimate/answers-in-flight.js';
import type { OutputLearner } from './estimate/output-learner.js';
import { Lifecycle } from './lifecycle.js';
import { Permits } from './permits.js';
import { Pipeline } from './pipeline.js';
import { sizeOf } from './queue/size-of.js';
import { type Done, Resources } from './resources.js';
import type { RetryPolicy } from './retry/retry-policy.js';
import type { Standing } from './telemetry/call-life.js';
import { LatestCalls } from './telemetry/latest-calls.js';
import { Outlook, type Waiting } from './telemetry/outlook.js';
import type { ServiceEvent } from './telemetry/service-event.js';
import { ServiceEvents } from './telemetry/service-events.js';
import type { ServiceState } from './telemetry/service-state.js';
import { Throughput } from './telemetry/throughput.js';
import { Alarms } from './time/alarms.js';
import { Clock } from './time/clock.js';
import { Timeouts } from './timeouts.js';
import type { QuotaState } from './usage/quota-state.js';
import { type RateTracker, unitsOf } from './usage/rate-tracker.js';
import { readCost, readUsage } from './usage/read-usage.js';
import type { Usage } from './usage/usage.js';

/** All that a service's own code does. */
export interface ServiceWork<Request, Response> extends Omit<Work<Request, Response>, 'usageOf'> {
  costOf(request: Request): Usage | number | undefined;
  usageOf(response: Response): Usage | number | undefined;
  acquireResources(): Done;
  releaseResources(): Done;
}

/** What an engine is made of. */
export interface EngineParts<Request, Response> {
  readonly name: string;
  readonly tracker: RateTracker;
  /** Whether the service made the tracker, and so closes it. */
  readonly ownsTracker: boolean;
  readonly maxConcurrentJobs: number | Observable<number>;
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** What a tenant weighs beside others. */
  readonly weightOf: (tenant: string | undefined) => number;
  /** For calls that say nothing else; undefined for none. */
  readonly timeouts: CallTimeouts | undefined;
  readonly scheduler: SchedulerLike;
  readonly retry: RetryPolicy;
  /** Learns how long answers are; undefined where costs are taken as they are. */
  readonly learner: OutputLearner | undefined;
  readonly work: ServiceWork<Request, Response>;
}

const UNKNOWN: Usage = Object.freeze({});
const NO_OPTIONS: CallOptions = Object.freeze({});

/** The inside of a service: its parts, put together. */
export class Engine<Request, Response> {
  readonly state$: Observable<ServiceState>;
  readonly events$: Observable<ServiceEvent>;
  readonly quotas$: Observable<readonly QuotaState[]>;

  private readonly clock: Clock;
  private readonly units: readonly string[];
  private readonly permits: Permits;
  private readonly resources: Resources;
  private readonly lifecycle: Lifecycle;
  private readonly door: Door<Request, Response>;
  private readonly timeouts: Timeouts;
  private readonly events: ServiceEvents;
  private readonly latest: LatestCalls;
  private readonly throughput = new Throughput();
  private readonly pipeline: Pipeline<Request, Response>;
  private readonly outlook: Outlook;
  private readonly changed$ = new Subject<void>();
  private readonly idle$ = new Subject<void>();

  constructor(private readonly parts: EngineParts<Request, Response>) {
    const { tracker, scheduler, work, maxConcurrentJobs } = parts;
    this.clock = new Clock(scheduler);
    this.units = unitsOf(tracker);
    this.permits = new Permits(maxConcurrentJobs, () => {
      this.moved();
    });
    this.resources = new Resources(
      () => work.acquireResources(),
      () => work.releaseResources(),
    );
    this.lifecycle = this.makeLifecycle();
    this.door = this.makeDoor();
    this.timeouts = this.makeTimeouts();
    this.latest = new LatestCalls(this.clock);
    this.events = new ServiceEvents(this.clock, this.whileOpen(this.faults$));
    this.pipeline = this.makePipeline();
    this.outlook = this.makeOutlook();
    this.events$ = this.events.events$;
    this.state$ = this.makeState();
    this.quotas$ = concat(
      defer(() => of(tracker.quotas)),
      this.whileOpen(tracker.quotas$.pipe(skip(1))),
    );
  }

  now(): number {
    return this.clock.now();
  }

  /** The options with the service's own timeouts where they say nothing. */
  withDefaults(options: CallOptions = NO_OPTIONS): CallOptions {
    const { timeouts } = this.parts;
    return timeouts ? { ...options, ...timeoutsOf(options, timeouts) } : options;
  }

  /** Makes a call of a request; undefined for one that was turned away, and told so. */
  admit(
    request: Request,
    options: CallOptions,
    reply: Observer<Response>,
  ): Call<Request, Response> | undefined {
    return this.door.admit(request, options, reply);
  }

  submit(call: Call<Request, Response>): void {
    this.events.queued(call);
    // Whoever hears of events may have cancelled the call, or closed the service.
    if (call.hasEnded) return;
    if (!this.lifecycle.isOpen)
      this.pipeline.abandon(call, new ServiceClosedError(this.parts.name));
    else if (!call.timing || this.isInTime(call)) this.pipeline.submit(call);
  }

  cancel(call: Call<Request, Response>): void {
    this.pipeline.cancel(call);
  }

  standingOf(call: Call<Request, Response> | undefined): Standing {
    if (!call) return { position: 0, expectedStart: undefined };
    const { ahead, waitMs } = this.outlook.placeOf(sized(call));
    return {
      position: ahead + 1,
      expectedStart: waitMs < Infinity ? this.now() + waitMs : undefined,
    };
  }

  expectedWait(request: Request, { priority = 0, tenant }: CallOptions): number {
    const cost = this.costOf(request);
    if (!this.lifecycle.isOpen || this.parts.tracker.neverFits(cost)) return Infinity;
    return this.outlook.placeOf({ priority, tenant, cost, size: sizeOf(cost) }).waitMs;
  }

  pause(isPaused: boolean): void {
    if (this.lifecycle.isOpen) this.permits.pause(isPaused);
  }

  onIdle(): Promise<void> {
    return this.pipeline.isEmpty ? Promise.resolve() : firstValueFrom(this.idle$);
  }

  close(abandon: boolean): Promise<void> {
    this.lifecycle.close();
    if (abandon) {
      const error = new ServiceClosedError(this.parts.name);
      this.pipeline.abandonAll(error);
      this.lifecycle.abandon(error);
    }
    // What is paused would never end.
    this.permits.pause(false);
    return this.lifecycle.closed();
  }

  open(): Observable<never> {
    const { name } = this.parts;
    if (!this.lifecycle.isOpen) return throwError(() => new ServiceClosedError(name));
    return this.lifecycle.acquire();
  }

  get state(): ServiceState {
    const { tracker, name, learner } = this.parts;
    const { status } = this.lifecycle;
    return {
      name,
      status: status === 'running' && this.permits.isPaused ? 'paused' : status,
      queued: this.pipeline.queue.size,
      queuedBy: [...this.pipeline.queue.lines()],
      inFlight: this.pipeline.inFlight.size,
      retrying: this.pipeline.waiting,
      maxConcurrentJobs: this.permits.bound,
      quotas: tracker.quotas,
      gate: tracker.gate,
      blockedBy: this.outlook.blockedBy,
      throughput: this.throughput.state(this.now()),
      estimates: learner?.accuracy ?? [],
    };
  }

  /** Refuses a call that would come too late anyhow. */
  private isInTime(call: Call<Request, Response>): boolean {
    const { timing } = call;
    const hasDeadline = timing?.deadlineMs !== undefined;
    const refusal = hasDeadline
      ? this.timeouts.refusal(call, this.outlook.placeOf(sized(call)).waitMs)
      : undefined;
    if (refusal) this.pipeline.abandon(call, refusal);
    else this.timeouts.queued(call);
    return !refusal;
  }

  private costOf(request: Request): Usage {
    const cost = this.parts.work.costOf(request);
    return cost === undefined ? UNKNOWN : readCost(cost, this.units, 'costOf(request)');
  }

  private usageOf(response: Response): Usage | undefined {
    const usage = this.parts.work.usageOf(response);
    return usage === undefined ? undefined : readUsage(usage, this.units, 'usageOf(response)');
  }

  private get faults$(): Observable<unknown> {
    return merge(this.parts.tracker.faults$, this.permits.faults$);
  }

  private whileOpen<T>(stream$: Observable<T>): Observable<T> {
    return stream$.pipe(takeUntil(this.lifecycle.closed$));
  }

  private makeState(): Observable<ServiceState> {
    const { tracker } = this.parts;
    const changes$ = merge(this.changed$, tracker.quotas$, tracker.gate$ ?? EMPTY);
    return this.whileOpen(changes$).pipe(
      startWith(undefined),
      map(() => this.state),
    );
  }

  private makeLifecycle(): Lifecycle {
    return new Lifecycle({
      resources: this.resources,
      isEmpty: () => this.pipeline.isEmpty,
      onAcquired: () => {
        this.permits.open(this.resources.areHeld);
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

  private makeDoor(): Door<Request, Response> {
    const { name, weightOf, scheduler } = this.parts;
    return new Door({
      ...{ name, weightOf, scheduler },
      lifecycle: this.lifecycle,
      costOf: (request) => this.costOf(request),
    });
  }

  private makeTimeouts(): Timeouts {
    const { clock } = this;
    const { scheduler, tracker } = this.parts;
    const end = (call: Call<unknown, never>, error: unknown) => {
      this.pipeline.abandon(call as Call<Request, Response>, error);
    };
    const deadlines = new Deadlines(clock, tracker.gate$ ?? NEVER, end);
    return new Timeouts(clock, new Alarms(scheduler, clock), deadlines, end);
  }

  private makePipeline(): Pipeline<Request, Response> {
    const { clock, events, timeouts, latest, throughput, units } = this;
    const { tracker, retry, learner, work, scheduler } = this.parts;
    const answers = learner && new AnswersInFlight(learner, scheduler, clock);
    return new Pipeline({
      ...this.parts,
      permits$: this.permits.count$,
      worker: new CallWorker<Request, Response>({
        ...{ units, tracker, retry, answers, events, timeouts, latest, throughput, clock },
        work: {
          process: (request, context) => work.process(request, context),
          usageOf: (response) => this.usageOf(response),
          failureOf: (error) => work.failureOf(error),
        },
      }),
      onChange: () => {
        this.moved();
      },
    });
  }

  private makeOutlook(): Outlook {
    const { pipeline, permits, latest, clock } = this;
    const { queue, inFlight } = pipeline;
    return new Outlook({ queue, inFlight, tracker: this.parts.tracker, permits, latest, clock });
  }

  private moved(): void {
    if (this.changed$.observed) this.changed$.next();
    if (this.idle$.observed && this.pipeline.isEmpty) this.idle$.next();
    this.lifecycle.moved();
  }

  private closeParts(): void {
    this.permits.close();
    if (this.parts.ownsTracker) this.parts.tracker.close();
    this.changed$.next();
    this.events.complete();
  }
}

function timeoutsOf(options: CallTimeouts, defaults: CallTimeouts): CallTimeouts {
  return {
    timeout: options.timeout ?? defaults.timeout,
    queueTimeout: options.queueTimeout ?? defaults.queueTimeout,
    firstChunkTimeout: options.firstChunkTimeout ?? defaults.firstChunkTimeout,
    chunkTimeout: options.chunkTimeout ?? defaults.chunkTimeout,
  };
}

/** As the operator will see it. */
function sized({ priority, tenant, cost }: Waiting): Waiting {
  return { priority, tenant, cost, size: sizeOf(cost) };
}

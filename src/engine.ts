import {
  firstValueFrom,
  merge,
  NEVER,
  type Observable,
  type Observer,
  type SchedulerLike,
  Subject,
  takeUntil,
  throwError,
} from 'rxjs';
import type { Call } from './call/call.js';
import type { CallEnding } from './call/call-ending.js';
import { type CallOptions, type CallTimeouts, withTimeouts } from './call/call-options.js';
import { CallWorker } from './call/call-worker.js';
import { CheckedWork, type ServiceWork } from './call/checked-work.js';
import { Deadlines } from './call/deadlines.js';
import { closedError } from './closed-error.js';
import { Door } from './door.js';
import { ServiceClosedError } from './errors.js';
import { AnswersInFlight } from './estimate/answers-in-flight.js';
import type { OutputLearner } from './estimate/output-learner.js';
import { asLeaving } from './leaving.js';
import { Lifecycle } from './lifecycle.js';
import { Permits } from './permits.js';
import { Pipeline } from './pipeline.js';
import type { WeightOf } from './queue/line.js';
import { safeWeights } from './queue/tenant-weights.js';
import { Resources } from './resources.js';
import type { RetryPolicy } from './retry/retry-policy.js';
import { Signals } from './call/signals.js';
import type { CallLifeParts } from './telemetry/call-life.js';
import { LatestCalls } from './telemetry/latest-calls.js';
import { Monitor } from './telemetry/monitor.js';
import { Outlook } from './telemetry/outlook.js';
import type { ServiceEvent } from './telemetry/service-event.js';
import { ServiceEvents } from './telemetry/service-events.js';
import { Throughput } from './telemetry/throughput.js';
import { Alarms } from './time/alarms.js';
import { Clock } from './time/clock.js';
import { Timeouts } from './call/timeouts.js';
import { Turn } from './turn.js';
import { type RateTracker, unitsOf } from './usage/rate-tracker.js';

/** What an engine is made of. */
export interface EngineParts<Request, Response> {
  readonly name: string;
  readonly tracker: RateTracker;
  /** Whether the service made the tracker, and so closes it. */
  readonly ownsTracker: boolean;
  readonly maxConcurrentJobs: number | Observable<number>;
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** What a tenant weighs beside others; undefined where all weigh the same. */
  readonly weightOf: WeightOf | undefined;
  /** For calls that say nothing else; undefined for none. */
  readonly timeouts: CallTimeouts | undefined;
  readonly scheduler: SchedulerLike;
  readonly retry: RetryPolicy;
  /** Learns how long answers are; undefined where costs are taken as they are. */
  readonly learner: OutputLearner | undefined;
  readonly work: ServiceWork<Request, Response>;
}

const NO_OPTIONS: CallOptions = Object.freeze({});

/** The inside of a service: its parts, put together. */
export class Engine<Request, Response> {
  readonly events$: Observable<ServiceEvent>;
  readonly monitor: Monitor<Request, Response>;
  /** What the life of a call is told by. */
  readonly lifeParts: CallLifeParts = {
    standingOf: (call) => this.outlook.standingOf(call),
    now: () => this.clock.now(),
    inOrder: (tell) => {
      this.events.inOrder(tell);
    },
  };

  private readonly clock: Clock;
  private readonly work: CheckedWork<Request, Response>;
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
  private readonly turn = new Turn(() => {
    this.moved();
  });
  private readonly signals = new Signals<Call<Request, Response>>((calls, reason) => {
    // Of many signals one may follow another, as those do that AbortSignal.any has made of one.
    asLeaving(() => {
      this.pipeline.endTogether(calls, (call) => {
        this.pipeline.leave(call, reason);
      });
    });
  });
  private readonly idle$ = new Subject<void>();

  constructor(private readonly parts: EngineParts<Request, Response>) {
    const { tracker, scheduler, work, maxConcurrentJobs } = parts;
    this.clock = new Clock(scheduler);
    this.work = new CheckedWork(work, unitsOf(tracker));
    this.permits = new Permits(maxConcurrentJobs, () => {
      this.turn.changed();
    });
    this.resources = new Resources(
      () => work.acquireResources(),
      () => work.releaseResources(),
    );
    this.lifecycle = this.makeLifecycle();
    this.door = this.makeDoor();
    this.timeouts = this.makeTimeouts();
    this.latest = new LatestCalls(this.clock);
    const faults$ = merge(tracker.faults$, this.permits.faults$);
    this.events = new ServiceEvents(this.clock, faults$.pipe(takeUntil(this.lifecycle.closed$)));
    this.events$ = this.events.events$;
    this.pipeline = this.makePipeline();
    this.outlook = this.makeOutlook();
    this.monitor = this.makeMonitor();
  }

  /** The options with the service's own timeouts where they say nothing. */
  withDefaults(options: CallOptions = NO_OPTIONS): CallOptions {
    const { timeouts } = this.parts;
    return timeouts ? withTimeouts(options, timeouts) : options;
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
    // One turn, so that who closes the service when he hears of the call does not end it before this call.
    this.turn.move(() => {
      call.wasAccepted = true;
      if (call.signal) this.signals.add(call.signal, call);
      this.events.queued(call);
      this.enqueue(call);
    });
  }

  cancel(call: Call<Request, Response>): void {
    if (!call.wasAccepted) {
      call.hasEnded = true;
      return;
    }
    if (call.signal) this.signals.delete(call.signal, call);
    // Subscriptions of calls that have ended end too.
    if (call.hasEnded) return;
    asLeaving(() => {
      this.pipeline.cancel(call);
    });
  }

  expectedWait(request: Request, { priority = 0, tenant }: CallOptions): number {
    const cost = this.work.costOf(request);
    if (!this.lifecycle.isOpen || this.parts.tracker.neverFits(cost)) return Infinity;
    const { waitMs } = this.outlook.placeOf({ priority, tenant, cost });
    return waitMs > 0 && this.isFull ? Infinity : waitMs;
  }

  pause(isPaused: boolean): void {
    if (this.lifecycle.isOpen) this.permits.pause(isPaused);
  }

  onIdle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : firstValueFrom(this.idle$);
  }

  close(abandon: boolean): Promise<void> {
    this.turn.move(() => {
      this.lifecycle.close();
      if (abandon) this.abandonAll();
      // What is paused would never end.
      this.permits.pause(false);
    });
    return this.lifecycle.closed();
  }

  open(): Observable<never> {
    const { name } = this.parts;
    if (!this.lifecycle.isOpen) return throwError(() => closedError(name));
    const acquired$ = this.lifecycle.acquire();
    this.turn.changed();
    return acquired$;
  }

  get isIdle(): boolean {
    return this.pipeline.isEmpty;
  }

  private enqueue(call: Call<Request, Response>): void {
    // Whoever hears of events may have cancelled the call, or closed the service.
    if (call.hasEnded) return;
    if (!this.lifecycle.isOpen) this.pipeline.abandon(call, closedError(this.parts.name));
    else if (!call.timing || this.isInTime(call)) this.pipeline.submit(call);
  }

  private abandonAll(): void {
    const error = new ServiceClosedError(this.parts.name, true);
    this.pipeline.abandonAll(error);
    this.lifecycle.abandon(error);
  }

  private get isFull(): boolean {
    const { whenQueueFull, queueLimit } = this.parts;
    return whenQueueFull === 'refuse' && this.pipeline.queue.size >= queueLimit;
  }

  /** Refuses a call that would come too late anyhow. */
  private isInTime(call: Call<Request, Response>): boolean {
    const { timing } = call;
    const hasDeadline = timing?.deadlineMs !== undefined;
    const refusal = hasDeadline
      ? this.timeouts.refusal(call, this.outlook.leastWaitOf(call))
      : undefined;
    if (refusal) this.pipeline.abandon(call, refusal);
    else this.timeouts.queued(call);
    return !refusal;
  }

  private makeLifecycle(): Lifecycle {
    return new Lifecycle({
      resources: this.resources,
      isEmpty: () => this.pipeline.isEmpty,
      onAcquired: () => {
        this.permits.open(this.resources.areHeld);
      },
      onAcquireFailed: (error) => {
        this.turn.move(() => {
          this.pipeline.refuseQueued(error);
        });
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
      costOf: (request) => this.work.costOf(request),
    });
  }

  private makeTimeouts(): Timeouts {
    const { clock } = this;
    const { scheduler, tracker } = this.parts;
    const ending: CallEnding = {
      end: (call, error) => {
        this.pipeline.abandon(call as Call<Request, Response>, error);
      },
      withdraw: (call) => this.pipeline.withdraw(call as Call<Request, Response>),
    };
    const deadlines = new Deadlines(clock, tracker.gate$ ?? NEVER, ending);
    const alarms = new Alarms(scheduler, clock, (work) => {
      this.turn.move(work);
    });
    return new Timeouts(clock, alarms, deadlines, ending);
  }

  private makePipeline(): Pipeline<Request, Response> {
    const { clock, events, timeouts, latest, throughput, work, turn } = this;
    const { tracker, retry, learner, scheduler, weightOf } = this.parts;
    const answers = learner && new AnswersInFlight(learner, scheduler, clock);
    const telling = { events, timeouts, latest, throughput, answers };
    const worker = new CallWorker<Request, Response>({
      units: unitsOf(tracker),
      tracker,
      retry,
      clock,
      work,
      ...telling,
    });
    const onFault = (error: unknown) => {
      events.fault(error);
    };
    return new Pipeline({
      ...this.parts,
      weightOf: safeWeights(weightOf, onFault),
      permits$: this.permits.count$,
      worker,
      turn,
    });
  }

  private makeOutlook(): Outlook {
    const { pipeline, permits, latest, clock } = this;
    const { queue, inFlight } = pipeline;
    const { tracker } = this.parts;
    const isAcquiring = () => this.resources.isAcquiring;
    return new Outlook({ queue, inFlight, tracker, permits, isAcquiring, latest, clock });
  }

  private makeMonitor(): Monitor<Request, Response> {
    const { lifecycle, permits, pipeline, outlook, throughput, clock, turn } = this;
    const { name, tracker, learner } = this.parts;
    const parts = { lifecycle, permits, pipeline, outlook, throughput, clock, turn };
    return new Monitor({ name, tracker, learner, ...parts });
  }

  private moved(): void {
    if (this.idle$.observed && this.pipeline.isEmpty) this.idle$.next();
    // First, as the service may close by it: then that is what it tells.
    this.lifecycle.moved();
    this.monitor.changed();
  }

  private closeParts(): void {
    this.permits.close();
    if (this.parts.ownsTracker) this.parts.tracker.close();
    this.monitor.changed();
    this.events.complete();
  }
}

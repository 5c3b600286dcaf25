import {
  defer,
  EMPTY,
  filter,
  map,
  merge,
  type Observable,
  of,
  skip,
  Subject,
  takeUntil,
} from 'rxjs';
import type { OutputLearner } from '../estimate/output-learner.js';
import type { Lifecycle } from '../lifecycle.js';
import type { Permits } from '../permits.js';
import type { Pipeline } from '../pipeline.js';
import type { Clock } from '../time/clock.js';
import type { Turn } from '../turn.js';
import type { QuotaState } from '../usage/quota-state.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Outlook } from './outlook.js';
import type { ServiceState } from './service-state.js';
import type { Throughput } from './throughput.js';

/** What a monitor looks at. */
export interface MonitorParts<Request, Response> {
  readonly name: string;
  readonly tracker: RateTracker;
  readonly learner: OutputLearner | undefined;
  readonly lifecycle: Lifecycle;
  readonly permits: Permits;
  readonly pipeline: Pipeline<Request, Response>;
  readonly outlook: Outlook;
  readonly throughput: Throughput;
  readonly clock: Clock;
  readonly turn: Turn;
}

/** Shows what a service is doing; while nobody looks it works nothing out. */
export class Monitor<Request, Response> {
  /** The latest on subscribing, then after each turn in which something changed, until the service has closed. */
  readonly state$: Observable<ServiceState>;
  /** The latest on subscribing, then each change, until the service has closed. */
  readonly quotas$: Observable<readonly QuotaState[]>;
  private readonly changed$ = new Subject<void>();

  constructor(private readonly parts: MonitorParts<Request, Response>) {
    const { tracker } = parts;
    // Who hears the first may bring about a change by that, and must hear of it too: listening comes first.
    this.state$ = merge(this.whileOpen(this.changes$), of(undefined)).pipe(map(() => this.state));
    this.quotas$ = merge(
      this.whileOpen(tracker.quotas$.pipe(skip(1))),
      defer(() => of(tracker.quotas)),
    );
  }

  get state(): ServiceState {
    const { tracker, name, learner, lifecycle, permits, pipeline, outlook } = this.parts;
    const at = this.parts.clock.now();
    return {
      name,
      at,
      status: permits.isPaused ? 'paused' : lifecycle.status,
      queued: pipeline.queue.size,
      queuedBy: [...pipeline.queue.lines()],
      inFlight: pipeline.inFlight.size,
      retrying: pipeline.waiting,
      maxConcurrentJobs: permits.bound,
      quotas: tracker.quotas,
      gate: tracker.gate,
      blockedBy: outlook.blockedBy,
      throughput: this.parts.throughput.state(at),
      estimates: learner?.accuracy ?? [],
    };
  }

  /** Something has changed. */
  changed(): void {
    if (this.changed$.observed) this.changed$.next();
  }

  private get changes$(): Observable<unknown> {
    const { tracker, turn } = this.parts;
    const told$ = merge(tracker.quotas$.pipe(skip(1)), (tracker.gate$ ?? EMPTY).pipe(skip(1)));
    // Within a turn calls move too, and all of it is told at its end.
    return merge(this.changed$, told$.pipe(filter(() => !turn.defers())));
  }

  private whileOpen<T>(stream$: Observable<T>): Observable<T> {
    return stream$.pipe(takeUntil(this.parts.lifecycle.closed$));
  }
}

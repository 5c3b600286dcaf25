import type { Subscription } from 'rxjs';
import type { QuotaState, ServiceEvent, ServiceState } from '../../index.js';
import type { DashboardService } from '../dashboard-service.js';
import type { Point, ServiceSample } from '../protocol.js';
import { CallsInFlight } from './calls-in-flight.js';
import { EventLog, type EventsTold } from './event-log.js';
import { type DetailOf, eventSample } from './event-sample.js';
import { LatestDurations } from './latest-durations.js';
import { PointHistory, pointOf } from './point-history.js';
import { quotaSamples } from './quota-sample.js';
import { shownState } from './shown-state.js';
import { Spending } from './spending.js';

/** What may be seen and done of a service. */
export interface WatchOptions {
  readonly historyMs: number;
  readonly canPause: boolean;
  readonly canSetLimit: (service: string, quota: QuotaState) => boolean;
  readonly detailOf: DetailOf;
}

const MOST_LINES = 24;

/**
 * Follows one service: its events as they come, for little, and its state when somebody looks.
 *
 * A service that fails to say what it does is shown as it last was, with a fault among its events: it must not take
 * the page from the others, nor the process from everybody.
 *
 * @internal
 */
export class ServiceWatch {
  private readonly inFlight = new CallsInFlight();
  private readonly log = new EventLog();
  private readonly waits = new LatestDurations();
  private readonly runs = new LatestDurations();
  private readonly spending = new Spending();
  private readonly history: PointHistory;
  private readonly subscription: Subscription;
  private state: ServiceState;
  private isFailing = false;

  constructor(
    readonly service: DashboardService,
    private readonly options: WatchOptions,
  ) {
    this.history = new PointHistory(options.historyMs);
    this.state = service.toJSON();
    this.subscription = service.events$.subscribe({
      next: (event) => this.add(event),
      error: (error: unknown) => {
        this.addFault(error);
        this.inFlight.clear();
      },
      complete: () => this.inFlight.clear(),
    });
  }

  get points(): readonly Point[] {
    return this.history.points;
  }

  addPoint(): void {
    this.look();
    if (!this.isFailing) this.history.add(this.state);
  }

  /** With what has happened since the last one. */
  sample(): ServiceSample {
    this.look();
    return this.sampleWith(this.log.take());
  }

  /** With what has happened before the last one, for a page that opens. */
  sampleBefore(sample: ServiceSample): ServiceSample {
    return { ...sample, ...this.told(this.log.before()) };
  }

  stop(): void {
    this.subscription.unsubscribe();
  }

  private add(event: ServiceEvent): void {
    this.log.add(event);
    this.inFlight.add(event);
    this.spending.add(event);
    if (event.type === 'started' && event.attempt === 1) this.waits.add(event.waitMs);
    if (event.type === 'completed' || event.type === 'failed') this.runs.add(event.runMs);
  }

  private addFault(error: unknown): void {
    this.log.add({ type: 'fault', at: this.state.at, error });
  }

  /** What it does now; of failures in a row the first is told. */
  private look(): void {
    try {
      this.state = this.service.toJSON();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.addFault(error);
      this.isFailing = true;
    }
  }

  private sampleWith(told: EventsTold): ServiceSample {
    const { service, options, state } = this;
    return {
      ...shownState(state),
      model: service.modelName ?? service.name,
      quotas: quotaSamples(state, (quota) => options.canSetLimit(state.name, quota)),
      ...this.lines(state),
      waitMs: this.waits.quantiles(),
      runMs: this.runs.quantiles(),
      ...this.spending.sample(),
      ...this.told(told),
      canPause: options.canPause,
      point: this.history.latest ?? pointOf(state),
    };
  }

  private lines({ queuedBy }: ServiceState): Pick<ServiceSample, 'lines' | 'linesLeftOut'> {
    const all = this.inFlight.lines(queuedBy);
    return { lines: all.slice(0, MOST_LINES), linesLeftOut: Math.max(0, all.length - MOST_LINES) };
  }

  private told({ events, leftOut }: EventsTold): Pick<ServiceSample, 'events' | 'eventsLeftOut'> {
    return {
      events: events.map((event) => eventSample(event, this.options.detailOf)),
      eventsLeftOut: leftOut,
    };
  }
}

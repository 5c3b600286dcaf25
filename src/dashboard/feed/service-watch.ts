import type { Subscription } from 'rxjs';
import type { QuotaState, ServiceEvent, ServiceState } from '../../index.js';
import type { DashboardService } from '../dashboard-service.js';
import type { Point, ServiceSample } from '../protocol.js';
import { CallFigures } from './call-figures.js';
import { EventLog, type EventsTold } from './event-log.js';
import { type DetailOf, eventSample } from './event-sample.js';
import { PointHistory, pointOf } from './point-history.js';
import { quotaSamples } from './quota-sample.js';
import { shownState } from './shown-state.js';

/** What may be seen and done of a service. */
export interface WatchOptions {
  readonly historyMs: number;
  readonly canPause: boolean;
  readonly canSetLimit: (service: string, quota: QuotaState) => boolean;
  readonly detailOf: DetailOf;
}

/**
 * Follows one service: its events as they come, for little, and its state when somebody looks.
 *
 * A service that fails to say what it does is shown as it last was, with a fault among its events: it must not take
 * the page from the others, nor the process from everybody.
 *
 * @internal
 */
export class ServiceWatch {
  private readonly log = new EventLog();
  private readonly figures = new CallFigures();
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
        this.figures.end();
      },
      complete: () => this.figures.end(),
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
    this.figures.add(event);
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
      ...this.figures.sample(state.queuedBy),
      ...this.told(told),
      canPause: options.canPause,
      point: this.history.latest ?? pointOf(state),
    };
  }

  private told({ events, leftOut }: EventsTold): Pick<ServiceSample, 'events' | 'eventsLeftOut'> {
    return {
      events: events.map((event) => eventSample(event, this.options.detailOf)),
      eventsLeftOut: leftOut,
    };
  }
}

import {
  map,
  type Observable,
  share,
  type SchedulerLike,
  type Subscription,
  tap,
  timer,
} from 'rxjs';
import type { DashboardService } from '../dashboard-service.js';
import type { Hello, Sample } from '../protocol.js';
import { pointMsOf } from './point-history.js';
import { ServiceWatch, type WatchOptions } from './service-watch.js';

/** What a feed needs besides its services. */
export interface FeedOptions extends WatchOptions {
  readonly title: string;
  readonly everyMs: number;
  readonly scheduler: SchedulerLike;
}

/**
 * Samples services for all pages together: however many are open, one sample is taken, and its text made once.
 *
 * ```text
 * events   ee-eee--eeeeee-e--ee    cost a count each
 * samples$     s    s    s    s    while a page is open, every 250 ms
 * points   p-------------------p   a second or more apart, always, for a page that opens later
 * ```
 *
 * @internal
 */
export class Feed {
  /** Samples as JSON texts. */
  readonly samples$: Observable<string>;
  private readonly watches: readonly ServiceWatch[];
  private readonly points: Subscription;
  private latest: Sample | undefined;
  private isSampling = false;
  private helloMade: string | undefined;

  constructor(
    services: readonly DashboardService[],
    private readonly options: FeedOptions,
  ) {
    const { everyMs, scheduler } = options;
    this.watches = services.map((service) => new ServiceWatch(service, options));
    this.points = timer(0, pointMsOf(options.historyMs), scheduler).subscribe(() =>
      this.addPoints(),
    );
    this.samples$ = timer(everyMs, everyMs, scheduler).pipe(
      map(() => JSON.stringify(this.sample())),
      tap({
        subscribe: () => (this.isSampling = true),
        finalize: () => (this.isSampling = false),
      }),
      share(),
    );
  }

  /** All that a page needs that opens now: what it is told next goes on from there. */
  hello(): Hello {
    const { title, everyMs, historyMs } = this.options;
    return {
      ...{ title, everyMs, historyMs },
      sample: this.sampleBefore(this.recent),
      history: Object.fromEntries(this.watches.map((one) => [one.service.name, one.points])),
    };
  }

  /** The same as JSON, made once for all pages that open between two samples: it is long. */
  helloText(): string {
    if (!this.isSampling) this.helloMade = undefined;
    return (this.helloMade ??= JSON.stringify(this.hello()));
  }

  /** How far apart samples are, in ms. */
  get everyMs(): number {
    return this.options.everyMs;
  }

  stop(): void {
    this.points.unsubscribe();
    for (const watch of this.watches) watch.stop();
  }

  private addPoints(): void {
    this.helloMade = undefined;
    for (const watch of this.watches) watch.addPoint();
  }

  private sample(): Sample {
    this.helloMade = undefined;
    const services = this.watches.map((watch) => watch.sample());
    return (this.latest = { at: this.options.scheduler.now(), services });
  }

  private sampleBefore({ at, services }: Sample): Sample {
    const before = (watch: ServiceWatch, index: number) => {
      const sample = services[index];
      return sample ? [watch.sampleBefore(sample)] : [];
    };
    return { at, services: this.watches.flatMap(before) };
  }

  /** While pages are open the one that they have got, as what is taken anew would be lost to them. */
  private get recent(): Sample {
    return (this.isSampling ? this.latest : undefined) ?? this.sample();
  }
}

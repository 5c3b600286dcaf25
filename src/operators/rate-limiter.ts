import { type Observable, Subscriber } from 'rxjs';
import { QueueFullError } from '../errors.js';
import { isLeaving } from '../leaving.js';
import { checkConcurrency } from '../options/concurrency.js';
import { CallQueue } from '../queue/call-queue.js';
import { Queueable } from '../queue/queueable.js';
import { sizeOf } from '../queue/size-of.js';
import { Clock } from '../time/clock.js';
import { LiveNumber } from '../time/live-number.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import { NextTurn } from '../time/next-turn.js';
import { type RateTracker, unitsOf } from '../usage/rate-tracker.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { readCost } from '../usage/read-usage.js';
import { type Answered, Asking } from './asking.js';
import type { RateLimitOptions } from './rate-limit-options.js';

const ONE_REQUEST: Usage = { requests: 1 };

/** A value that cannot hold a place in the queue by itself. */
class Item<T> extends Queueable {
  constructor(readonly value: T) {
    super();
  }
}

/** Where a subscription has its tracker from. */
export interface TrackerSource {
  acquire(): RateTracker;
  release(): void;
  /** Whether its faults are the stream's own. */
  readonly isOurs: boolean;
}

/** One subscription of `rateLimit`: the queue and the permits. */
export class RateLimiter<T, R> implements Answered {
  private readonly queue: CallQueue<Queueable>;
  private readonly tracker: RateTracker;
  private readonly permits: LiveNumber;
  private readonly clock: Clock;
  private readonly units: readonly string[];
  /** Those that came while others were let out: only after that is it known whether they must wait. */
  private newcomers: Queueable[] = [];
  private readonly asking: Asking;
  /** Goes on when all who leave together have left. */
  private readonly nextTurn: NextTurn;
  private readonly queueLimit: number;
  private inFlight = 0;
  private isLettingOut = false;
  private hasSourceCompleted = false;

  constructor(
    private readonly options: RateLimitOptions<T>,
    private readonly trackers: TrackerSource,
    private readonly project: (value: T, reservation: Reservation) => R,
    private readonly destination: Subscriber<R>,
  ) {
    const { scheduler = monotonicScheduler, queueLimit = Infinity } = options;
    this.queueLimit = queueLimit;
    this.tracker = trackers.acquire();
    this.queue = options.queue ?? new CallQueue();
    this.clock = new Clock(scheduler);
    this.units = unitsOf(this.tracker);
    this.asking = new Asking(this.tracker, this);
    this.nextTurn = new NextTurn(scheduler, () => {
      this.goOn();
    });
    this.permits = new LiveNumber(options.maxConcurrent ?? Infinity, (value) => {
      checkConcurrency('maxConcurrent', value);
    });
  }

  /** Runs until the destination is told the end, or unsubscribes. */
  connect(source: Observable<T>): void {
    const { destination, permits, tracker, trackers, options } = this;
    destination.add(() => {
      this.disconnect();
    });
    this.listen(permits.faults$, this.fail);
    if (trackers.isOurs) this.listen(tracker.faults$, this.fail);
    this.listen(permits.changes$, () => {
      this.permitsChanged();
    });
    this.listen(options.released$, () => {
      this.release();
    });
    this.listen(options.cancelled$, (value) => {
      this.cancel(value);
    });
    this.listen(options.returned$, (value) => {
      this.putBack(value);
    });
    const arrive = (value: T) => {
      this.arrive(value);
    };
    this.listen(source, arrive, () => {
      this.hasSourceCompleted = true;
      this.completeWhenEmpty();
    });
  }

  private readonly fail = (error: unknown): void => {
    this.destination.error(error);
  };

  private listen<V>(
    stream$: Observable<V> | undefined,
    next: (value: V) => void,
    complete: () => void = () => undefined,
  ): void {
    // An observer that is its own subscription: it can be unsubscribed from within its first turn.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS has no other that is public
    const listener = new Subscriber<V>({ next, error: this.fail, complete });
    this.destination.add(listener);
    if (!this.destination.closed) stream$?.subscribe(listener);
  }

  private arrive(value: T): void {
    const item = value instanceof Queueable ? value : new Item(value);
    try {
      this.checkCost(item);
    } catch (error) {
      this.refuse(item, error);
      return;
    }
    this.queue.push(item, this.clock.now());
    if (this.isLettingOut) this.newcomers.push(item);
    else {
      this.goOn();
      if (this.isTooLong) this.shorten([item]);
    }
  }

  private get isTooLong(): boolean {
    return this.queue.size > this.queueLimit;
  }

  /** What can never fit is told at once, though others may be waiting. */
  private checkCost(item: Queueable): void {
    const cost = this.costOf(item);
    item.cost = cost;
    item.size = sizeOf(cost);
    const error = this.tracker.neverFits(cost);
    if (error) throw error;
  }

  private release(): void {
    if (this.inFlight > 0) this.inFlight -= 1;
    if (this.inFlight === 0 && this.queue.size === 0) this.queue.rest();
    this.goOnAfterwards();
  }

  private cancel(value: T): void {
    if (!(value instanceof Queueable)) return;
    const wasQueued = this.queue.remove(value);
    // It may have been taken out before by whoever keeps the queue.
    const wasAsked = this.asking.item === value;
    if (wasAsked) this.asking.drop();
    if (!this.hasNextToAsk) this.nextTurn.clear();
    if (!wasAsked && !wasQueued) return;
    this.goOnAfterwards();
    this.completeWhenEmpty();
  }

  private putBack(value: T): void {
    if (!(value instanceof Queueable)) return;
    this.queue.putBack(value);
    this.goOn();
  }

  private permitsChanged(): void {
    if (!this.hasPermit()) this.asking.drop();
    this.goOn();
  }

  private hasPermit(): boolean {
    return this.inFlight < (this.permits.value ?? 0);
  }

  /** At once, unless what has become free is so because its caller leaves: then when that turn is over. */
  private goOnAfterwards(): void {
    if (!isLeaving()) this.goOn();
    else if (this.hasNextToAsk && !this.isLettingOut) this.nextTurn.set();
  }

  private get hasNextToAsk(): boolean {
    const { first } = this.queue;
    return first !== undefined && first !== this.asking.item && this.hasPermit();
  }

  /** A loop, not recursion: what it lets out may end, and come back here, in the same turn. */
  goOn(): void {
    if (this.isLettingOut) return;
    this.nextTurn.clear();
    this.isLettingOut = true;
    while (this.queue.first !== this.asking.item) {
      this.asking.drop();
      const { first } = this.queue;
      if (!first || !this.hasPermit() || this.destination.closed) break;
      this.asking.ask(first, first.cost ?? ONE_REQUEST);
    }
    this.isLettingOut = false;
    if (this.newcomers.length > 0) this.refuseNewcomers();
  }

  grant(item: Queueable, reservation: Reservation): void {
    this.queue.take(item);
    this.inFlight += 1;
    this.asking.drop();
    try {
      this.destination.next(this.project(this.valueOf(item), reservation));
    } catch (error) {
      reservation.giveBack();
      this.destination.error(error);
    }
    this.completeWhenEmpty();
  }

  refuse(item: Queueable, error: unknown): void {
    this.queue.remove(item);
    this.asking.forget(item);
    try {
      if (!this.options.onRefused) throw error;
      this.options.onRefused(this.valueOf(item), error);
    } catch (fatal) {
      this.fail(fatal);
    }
    if (!this.asking.item) this.asking.drop();
    // Whoever it went before was asked for no more.
    this.goOn();
    this.completeWhenEmpty();
  }

  private refuseNewcomers(): void {
    const { newcomers } = this;
    this.newcomers = [];
    if (this.isTooLong) this.shorten(newcomers);
  }

  private shorten(newcomers: readonly Queueable[]): void {
    if (this.options.whenQueueFull === 'drop-oldest') this.dropOldest(newcomers);
    else for (const item of [...newcomers].reverse()) this.refuseAbove(item);
  }

  /** Not one that has been let out meanwhile, and was put back. */
  private refuseAbove(item: Queueable): void {
    if (this.isTooLong && item.isQueued && !item.isBack)
      this.refuse(item, new QueueFullError(this.queueLimit));
  }

  /** One for each that came, at most: those that were put back may be more than the limit. */
  private dropOldest(newcomers: readonly Queueable[]): void {
    for (let left = newcomers.length; left > 0 && this.isTooLong; left--) {
      const { lowest } = this.queue;
      if (!lowest) return;
      this.refuse(lowest, new QueueFullError(this.queueLimit, !newcomers.includes(lowest)));
    }
  }

  private costOf(item: Queueable): Usage {
    const { costOf } = this.options;
    if (!costOf) return item.cost ?? ONE_REQUEST;
    return readCost(costOf(this.valueOf(item)), this.units, 'costOf(value)');
  }

  private completeWhenEmpty(): void {
    if (this.hasSourceCompleted && this.queue.size === 0) this.destination.complete();
  }

  private disconnect(): void {
    this.nextTurn.clear();
    this.asking.drop();
    this.permits.close();
    this.trackers.release();
  }

  private valueOf(item: Queueable): T {
    return (item instanceof Item ? item.value : item) as T;
  }
}

import { BehaviorSubject } from 'rxjs';
import {
  InMemoryRateTracker,
  LLMService,
  type LLMServiceOptions,
  type Quota,
  quota,
  seededRandom,
  sharedQuota,
} from '../../src/index.js';
import { Book, keepBooks } from './simulated-books.js';
import { Station } from './simulated-station.js';
import { SimulatedTime } from './simulated-time.js';
import { Work } from './simulated-work.js';
import { timesOf, weightsOf } from './simulated-wishes.js';
import { VirtualTime } from './virtual-time.js';

const WINDOW_MS = 2_000;
const LASTS_MS = 8_000;
const GRAIN_MS = 50;

/** What a seed may switch on: each seed has some of them. */
const FEATURES = ['failures', 'refusals', 'long waits', 'streams', 'thenables', 'hangs', 'cancels', 'bounds', 'limits', 'meddling', 'priorities', 'reports', 'closes', 'watchers', 'full queues', 'drop-oldest', 'learning', 'many', 'tenants', 'timeouts', 'deadlines', 'pauses', 'call events', 'promises', 'forecasts', 'haste', 'coarse times', 'bad weights'] as const; // prettier-ignore
export type Feature = (typeof FEATURES)[number];

/** A quota, and what is written of it beside. */
interface Counted {
  readonly quota: Quota;
  readonly book: Book;
}

/** How a run differs from that of its seed. */
interface SimulationOptions {
  /** Whether anybody asks how long he would have to wait: it must make no difference. */
  readonly isAsked?: boolean;
  /** What no seed switches on. */
  readonly without?: readonly Feature[];
}

/**
 * One random run of one to three services that share what they may use, in virtual time: the same for the same
 * seed. First everything goes wrong that can, then nothing does, and all that is left must come to its end.
 */
export class Simulation {
  readonly time = new VirtualTime();
  /** The same, as services have it. */
  readonly scheduler = new SimulatedTime(this.time);
  readonly problems: string[] = [];
  readonly stations: Station[] = [];
  readonly features: ReadonlySet<Feature>;
  readonly isAsked: boolean;
  /** When anything happened last: nothing may make time pass after that. */
  lastMovedAt = 0;
  /** When somebody who heard of an event last did something. */
  meddledAt = -1;
  private readonly draw: () => number;
  private readonly limits: BehaviorSubject<number>[] = [];
  private readonly work = new Work(this);
  private isHealthy = false;
  /** How many heard of something and act now, one because of the other. */
  private meddlers = 0;

  constructor(
    readonly seed: number,
    { isAsked = true, without = [] }: SimulationOptions = {},
  ) {
    this.isAsked = isAsked;
    this.draw = seededRandom(seed);
    this.features = new Set(
      FEATURES.filter((feature) => this.chance(0.5) && !without.includes(feature)),
    );
    const shared = this.pick(['quota', 'tracker', 'nothing'] as const);
    const counted = [this.count('tokens', 300), this.count('requests', 12)];
    const quotas = counted.map(({ quota }) => quota);
    const tracker = new InMemoryRateTracker({
      quotas,
      scheduler: this.scheduler,
      gate: { random: () => this.draw() },
    });
    const pool = { ...counted[0]!, quota: sharedQuota(quotas[0]!) };
    if (shared === 'tracker') keepBooks(tracker, booksOf(counted));
    for (let index = this.int(0, 2); index >= 0; index--) {
      const own = [this.count('tokens', 200), this.count('requests', 9)];
      const its = { tracker: counted, quota: [pool, own[1]!], nothing: own }[shared];
      const limited =
        shared === 'tracker' ? { rateTracker: tracker } : { quotas: its.map(({ quota }) => quota) };
      this.stations.push(this.makeStation(limited, booksOf(its)));
    }
    for (const station of this.stations) station.open();
  }

  has(feature: Feature): boolean {
    return !this.isHealthy && this.features.has(feature);
  }

  chance(share: number): boolean {
    return this.draw() < share;
  }

  int(least: number, most: number): number {
    return least + Math.floor(this.draw() * (most - least + 1));
  }

  /** A time: where times are coarse, much happens in one instant. */
  ms(least: number, most: number): number {
    const ms = this.int(least, most);
    return this.features.has('coarse times') ? Math.ceil(ms / GRAIN_MS) * GRAIN_MS : ms;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  later(ms: number, work: () => void): void {
    this.time.schedule(() => {
      this.lastMovedAt = this.time.now();
      work();
    }, ms);
  }

  /** Everything goes wrong. */
  rage(): void {
    const steps = this.has('many') ? 160 : 40;
    for (let step = 0; step < steps; step++) {
      this.later(this.ms(0, LASTS_MS), () => {
        this.act();
        this.check();
        // Once more when all that is due now has happened.
        this.time.schedule(() => this.time.schedule(() => this.checkAtRest(), 0), 0);
      });
    }
    this.time.advanceTo(LASTS_MS);
  }

  /** Nothing goes wrong any more: whatever is left must end by itself, and leave nothing behind. */
  settleDown(): void {
    this.isHealthy = true;
    this.lastMovedAt = this.time.now();
    for (const limit$ of this.limits) limit$.next(1_000);
    for (const station of this.stations) station.recover(this.pick(['drain', 'close', 'abandon']));
    this.time.flush();
    if (this.time.now() > this.lastMovedAt) this.problems.push('a timer was left');
    for (const station of this.stations) station.checkEnd();
    this.time.advance(WINDOW_MS + 1);
    for (const station of this.stations) station.checkUnused();
  }

  /** What promises tell: once in a while between the two, and at the end. */
  async checkPromises(): Promise<void> {
    for (const station of this.stations) await station.checkIdle();
    if (!this.isHealthy) return;
    for (const station of this.stations) station.checkOutcomes();
  }

  /** What somebody who hears of events does with them. */
  meddle(): void {
    if (!this.has('meddling') || !this.chance(0.08)) return;
    this.meddledAt = this.time.now();
    this.meddlers += 1;
    const station = this.pick(this.stations);
    const luck = this.draw();
    if (luck < 0.4) station.cancelOne();
    else if (luck < 0.6) station.call();
    else if (luck < 0.75) station.setBound(this.int(0, 5));
    else if (luck < 0.9 && this.has('pauses')) station.pause(this.chance(0.5));
    else if (luck < 0.95) station.ask();
    else if (this.has('closes')) station.close(this.chance(0.5));
    this.meddlers -= 1;
  }

  /** Whether somebody acts because of what he hears, or has done so in this instant. */
  get isMeddled(): boolean {
    return this.meddlers > 0 || this.meddledAt === this.time.now();
  }

  private act(): void {
    const station = this.pick(this.stations);
    const luck = this.draw();
    if (luck < 0.55) for (let n = this.int(1, 3); n > 0; n--) station.call();
    else if (luck < 0.67 && this.has('cancels')) station.cancelOne();
    else if (luck < 0.76 && this.has('bounds')) station.setBound(this.int(0, 5));
    else if (luck < 0.85 && this.has('limits')) this.pick(this.limits).next(this.int(20, 400));
    else if (luck < 0.93 && this.has('pauses')) station.pause(this.chance(0.4));
    else if (luck < 0.96) station.ask();
    else if (luck < 0.98 && this.has('closes')) station.close(this.chance(0.5));
  }

  private check(): void {
    for (const station of this.stations) station.check();
    const isIdle = this.stations.every((station) => station.isIdle);
    // Who watches is told when usage leaves a window.
    if (isIdle && !this.has('watchers') && this.scheduler.timers > 0)
      this.problems.push(`at ${this.time.now()}: nothing is under way, and a timer is set`);
  }

  private checkAtRest(): void {
    for (const station of this.stations) station.checkAtRest();
  }

  private count(unit: string, limit: number): Counted {
    const limit$ = new BehaviorSubject(limit);
    this.limits.push(limit$);
    const book = new Book({
      unit,
      windowMs: WINDOW_MS,
      limit: () => limit$.value,
      now: () => this.time.now(),
      problem: (what) => this.problems.push(`at ${this.time.now()}: ${what}`),
    });
    return { quota: quota({ unit, limit: limit$, windowMs: WINDOW_MS, marginMs: 0 }), book };
  }

  private makeStation(limited: Partial<LLMServiceOptions>, books: readonly Book[]): Station {
    const index = this.stations.length;
    const bound$ = new BehaviorSubject(this.int(1, 5));
    const retry = {
      maxAttempts: this.int(1, 6),
      baseMs: this.ms(1, 400),
      share: this.pick([0, 0.2, 1, Infinity]),
      atLeast: this.int(0, 6),
      maxRetryAfterMs: 3_000,
      random: () => this.pick([0, this.draw()]),
    };
    const queueLimit = this.has('full queues') ? this.int(0, 6) : Infinity;
    const defaults = this.has('timeouts') && this.chance(0.3) ? timesOf(this) : {};
    const whenQueueFull = this.has('drop-oldest') ? 'drop-oldest' : 'refuse';
    const service = LLMService.of<number, string>({
      modelName: 'm',
      serviceTag: `-${index}`,
      maxConcurrentJobs: bound$,
      ...limited,
      ...defaults,
      queueLimit,
      whenQueueFull,
      scheduler: this.scheduler,
      retry,
      ...(this.has('tenants') && { tenantWeights: weightsOf(this) }),
      ...(this.has('learning') && { learnOutput: { atLeast: 3 } }),
      costOf: (tokens) => this.stations[index]!.costOf(tokens),
      process: (tokens, context) => this.work.begin(this.stations[index]!, tokens, context),
    });
    if ('quotas' in limited) keepBooks(service.tracker, books);
    return new Station({ run: this, service, bound$, retry, books, queueLimit, defaults, whenQueueFull, sharesTracker: !('quotas' in limited) }); // prettier-ignore
  }
}

function booksOf(counted: readonly Counted[]): readonly Book[] {
  return counted.map(({ book }) => book);
}

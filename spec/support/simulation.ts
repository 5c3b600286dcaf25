import {
  BehaviorSubject,
  concat,
  map,
  mergeMap,
  NEVER,
  Observable,
  type ObservableInput,
  of,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  InMemoryRateTracker,
  LLMService,
  type LLMServiceOptions,
  type Quota,
  quota,
  seededRandom,
  sharedQuota,
} from '../../src/index.js';
import { networkError, providerError } from './provider-error.js';
import { Station } from './simulated-station.js';
import { VirtualTime } from './virtual-time.js';

const WINDOW_MS = 2_000;
const LASTS_MS = 8_000;

/** What a seed may switch on: each seed has some of them. */
const FEATURES = ['failures', 'refusals', 'long waits', 'streams', 'thenables', 'hangs', 'cancels', 'bounds', 'limits', 'meddling', 'priorities', 'reports', 'closes', 'watchers', 'full queues', 'learning', 'many'] as const; // prettier-ignore
type Feature = (typeof FEATURES)[number];

/**
 * One random run of one to three services that share what they may use, in virtual time: the same for the same
 * seed. First everything goes wrong that can, then nothing does, and all that is left must come to its end.
 */
export class Simulation {
  readonly time = new VirtualTime();
  readonly problems: string[] = [];
  readonly stations: Station[] = [];
  readonly features: ReadonlySet<Feature>;
  /** When anything happened last: nothing may make time pass after that. */
  lastMovedAt = 0;
  private readonly draw: () => number;
  private readonly limits: BehaviorSubject<number>[] = [];
  private isHealthy = false;

  constructor(readonly seed: number) {
    this.draw = seededRandom(seed);
    this.features = new Set(FEATURES.filter(() => this.chance(0.5)));
    const shared = this.pick(['quota', 'tracker', 'nothing'] as const);
    const quotas = [this.makeQuota('tokens', 300), this.makeQuota('requests', 12)];
    const tracker = new InMemoryRateTracker({ quotas, scheduler: this.time });
    const pool = sharedQuota(quotas[0]!);
    for (let index = this.int(0, 2); index >= 0; index--) {
      const own = [this.makeQuota('tokens', 200), this.makeQuota('requests', 9)];
      const limited =
        shared === 'tracker'
          ? { rateTracker: tracker }
          : { quotas: shared === 'quota' ? [pool, own[1]!] : own };
      this.stations.push(this.makeStation(limited));
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
      this.later(this.int(0, LASTS_MS), () => {
        this.act();
        for (const station of this.stations) station.check();
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

  private act(): void {
    const station = this.pick(this.stations);
    const luck = this.draw();
    if (luck < 0.6) for (let n = this.int(1, 3); n > 0; n--) station.call();
    else if (luck < 0.75 && this.has('cancels')) station.cancelOne();
    else if (luck < 0.85 && this.has('bounds')) station.setBound(this.int(0, 5));
    else if (luck < 0.95 && this.has('limits')) this.pick(this.limits).next(this.int(20, 400));
    else if (luck < 0.97 && this.has('closes')) station.close(this.chance(0.5));
  }

  /** What somebody who hears of events does with them. */
  meddle(): void {
    if (!this.has('meddling') || !this.chance(0.08)) return;
    const station = this.pick(this.stations);
    const luck = this.draw();
    if (luck < 0.5) station.cancelOne();
    else if (luck < 0.7) station.call();
    else if (luck < 0.9) station.setBound(this.int(0, 5));
    else if (this.has('closes')) station.close(this.chance(0.5));
  }

  private makeQuota(unit: string, limit: number): Quota {
    const limit$ = new BehaviorSubject(limit);
    this.limits.push(limit$);
    return quota({ unit, limit: limit$, windowMs: WINDOW_MS, marginMs: 0 });
  }

  private makeStation(limited: Partial<LLMServiceOptions>): Station {
    const index = this.stations.length;
    const bound$ = new BehaviorSubject(this.int(1, 5));
    const retry = {
      maxAttempts: this.int(1, 6),
      baseMs: this.int(1, 400),
      share: this.pick([0, 0.2, 1, Infinity]),
      atLeast: this.int(0, 6),
      maxRetryAfterMs: 3_000,
      random: () => this.pick([0, this.draw()]),
    };
    const service = LLMService.of<number, string>({
      modelName: 'm',
      serviceTag: `-${index}`,
      maxConcurrentJobs: bound$,
      ...limited,
      ...(this.has('full queues') && { queueLimit: this.int(0, 6) }),
      scheduler: this.time,
      retry,
      ...(this.has('learning') && { learnOutput: { atLeast: 3 } }),
      costOf: (tokens) => ({ requests: 1, tokens, inputTokens: 0, outputTokens: tokens }),
      process: (tokens, context) => this.work(this.stations[index]!, tokens, context),
    });
    return new Station({ run: this, service, bound$, retry });
  }

  private work(station: Station, tokens: number, context: CallContext): ObservableInput<string> {
    station.working();
    const used = this.int(0, 2 * tokens);
    if (this.has('reports') && this.chance(0.5))
      context.reportUsage({ tokens: used, outputTokens: used }, { estimated: this.chance(0.5) });
    if (this.has('failures') && this.chance(0.1)) throw this.error();
    if (this.has('thenables') && this.chance(0.3)) return this.thenable(station, context);
    return station.inFlight(context.callId, this.stream());
  }

  private stream(): Observable<string> {
    const after = timer(this.int(0, 300), this.time);
    const answer$ = after.pipe(map(() => 'a'));
    const fail$ = after.pipe(mergeMap(() => throwError(() => this.error())));
    if (this.has('hangs') && this.chance(0.05)) return NEVER;
    if (this.has('failures') && this.chance(0.4))
      return this.chance(0.3) ? throwError(() => this.error()) : fail$;
    if (this.has('streams') && this.chance(0.5))
      return concat(answer$, this.has('failures') && this.chance(0.3) ? fail$ : answer$);
    return this.chance(0.3) ? of('a') : answer$;
  }

  /** Goes on after its caller has left, and now and then settles twice. */
  private thenable(station: Station, { callId }: CallContext): PromiseLike<string> {
    const [isBad, again] = [this.chance(0.4), this.chance(0.3)];
    const then = (resolve: (value: string) => void, reject: (error: unknown) => void) => {
      const done = station.begin(callId);
      this.later(this.int(0, 300), () => {
        done();
        if (isBad) reject(this.error());
        else resolve('a');
        if (again)
          this.later(this.int(0, 300), () => (isBad ? reject(this.error()) : resolve('a')));
      });
    };
    return { then } as unknown as PromiseLike<string>;
  }

  private error(): Error {
    if (this.has('refusals') && this.chance(0.5)) {
      const seconds = this.has('long waits') && this.chance(0.2) ? 700 : this.int(0, 2_000) / 1_000;
      const wait = this.chance(0.7) ? { 'retry-after': String(seconds) } : {};
      return providerError(this.pick([429, 529, 503]), wait);
    }
    const status = this.pick([400, 408, 500, 500, 500]);
    return this.chance(0.3) ? networkError('ECONNREFUSED') : providerError(status);
  }
}

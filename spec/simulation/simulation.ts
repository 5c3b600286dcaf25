/*
 * How a run goes. A seed decides which features are on (features.ts), and everything that is drawn: one to three
 * services (build-stations.ts) share a quota, a tracker or nothing (sharing.ts), and do work that goes wrong
 * (work.ts), or send requests to a simulated provider that does (provider.ts), in virtual time. In the first phase,
 * `rage`, callers come and leave, limits change, clocks step, handlers throw (deeds.ts); in the second, `settleDown`,
 * nothing goes wrong any more, and all who wait must be served within a bound (liveness.ts); in the third all is
 * closed. Beside each service stand those who count once more: a book for each quota (book.ts), the story of each
 * call (story.ts), what each caller was told (caller.ts), what was given back (refunds.ts). After every single thing
 * that happens, what the service says is compared with them; what differs becomes a problem. A seed with a problem
 * is played again with `npm run simulate -- --seed 4711`, which shows what happened. teeth.spec.ts shows what is seen.
 */
import type { SchedulerLike } from 'rxjs';
import { VirtualTime } from '../../src/testing/virtual-time.js';
import { buildStations } from './build-stations.js';
import { actAtRandom } from './deeds.js';
import { checkIdleCapacity } from './idle-capacity.js';
import type { LiveLimit } from './live-limit.js';
import { mostMsLeft } from './liveness.js';
import { Meddling } from './meddling.js';
import type { Plant } from './plant.js';
import { PlantedError } from './planted.js';
import type { FaultyProvider } from './provider.js';
import { MARGIN_MS, WINDOW_MS } from './quotas.js';
import { type FeatureChoice, SeededRun } from './seeded-run.js';
import type { Sharing } from './sharing.js';
import { Slack } from './slack.js';
import type { Station } from './station.js';
import { WatchedSignal } from './watched-signal.js';
import { earlyTime, rightTime, SimulatedTime } from './time.js';

const LASTS_MS = 8_000;
const MOST_OF_A_KIND = 2;

/** By how much everything is more where there are thousands of calls. */
const THOUSANDS = 40;

/** How a run differs from that of its seed. */
export interface SimulationOptions extends FeatureChoice {
  /** Whether anybody asks how long he would have to wait: it must make no difference. */
  readonly isAsked?: boolean;
  readonly plant?: Plant;
}

/**
 * One random run of one to three services that share what they may use, in virtual time: the same for the same
 * seed. First everything goes wrong that can, then nothing does, and all that is left must come to its end.
 */
export class Simulation extends SeededRun {
  /** What has really passed; its clock steps where a seed wants it, which only services look at. */
  readonly time = this.has('early timers') ? earlyTime(this.seed) : new VirtualTime();
  /** The same, as services have it. */
  readonly scheduler = new SimulatedTime(this.time);
  /** The same, as those have it whose clock is right. */
  readonly rightTime: SchedulerLike = rightTime(this.time);
  readonly slack = new Slack(this.has('early timers') || this.has('provider') ? 1 : 0);
  readonly scale = this.has('thousands') ? THOUSANDS : 1;
  readonly problems: string[] = [];
  readonly stations: Station[] = [];
  readonly providers: FaultyProvider[] = [];
  /** Those of all quotas. */
  readonly limits: LiveLimit[] = [];
  readonly meddling = new Meddling(this);
  readonly isAsked: boolean;
  readonly plant: Plant;
  readonly sharing: Sharing;
  /** When anything happened last: nothing may make time pass after that. */
  lastMovedAt = 0;
  private commonSignal = new WatchedSignal();
  private lastActedAt = 0;
  private readonly kinds = new Map<string, number>();
  /** How much has happened. */
  actions = 0;
  /** How many errors were thrown at RxJS, which tells of them later. */
  thrown = 0;

  constructor(seed: number, { isAsked = true, plant = {}, ...choice }: SimulationOptions = {}) {
    super(seed, choice);
    this.isAsked = isAsked;
    this.plant = plant;
    this.sharing = buildStations(this);
    for (const station of this.stations) station.open();
  }

  /** How much has really passed, in ms. */
  get now(): number {
    return this.time.elapsedMs;
  }

  problem(what: string): void {
    const kind = what.replace(/\d+/g, '');
    const count = (this.kinds.get(kind) ?? 0) + 1;
    this.kinds.set(kind, count);
    if (count <= MOST_OF_A_KIND) this.problems.push(`${this.now}: ${what}`);
  }

  later(ms: number, work: () => void): void {
    this.time.schedule(() => {
      this.lastMovedAt = this.now;
      work();
    }, ms);
  }

  /** One for many callers; another when it has been aborted for a while. */
  get sharedSignal(): WatchedSignal {
    if (this.commonSignal.abortedAt !== undefined && this.chance(0.3))
      this.commonSignal = new WatchedSignal();
    return this.commonSignal;
  }

  stepClock(ms: number): void {
    this.meets(`clock steps: ${ms > 0 ? 'forward' : 'back'}`);
    this.slack.stepped(ms);
    this.time.step(ms);
  }

  /** The code of somebody who is told something throws: he gets that from RxJS, and nobody else. */
  throws(who: string): never {
    this.thrown += 1;
    throw new PlantedError(who);
  }

  /** Everything goes wrong. */
  rage(): void {
    const steps = (this.has('many') ? 160 : 40) * this.scale;
    for (let step = 0; step < steps; step++)
      this.later(this.ms(0, LASTS_MS), () => actAtRandom(this));
    this.passUntil(LASTS_MS);
  }

  /** Nothing goes wrong any more: whatever is left must end by itself, in time, and leave nothing behind. */
  settleDown(): void {
    this.isHealthy = true;
    this.lastMovedAt = this.now;
    for (const provider of this.providers) provider.recover();
    for (const limit of this.limits) limit.set(limit.range.healthy);
    for (const station of this.stations) station.recover(this.pick(['drain', 'close', 'abandon']));
    const by = this.now + mostMsLeft(this);
    this.passUntil(by);
    this.checkEnd(by);
    this.passUntil(this.now + WINDOW_MS + MARGIN_MS + this.slack.lateMs(WINDOW_MS) + 1);
    for (const { inspection } of this.stations) inspection.checkUnused();
    for (const provider of this.providers) provider.check();
  }

  /** Nobody needs anything any more: nothing holds on to anything. */
  close(): void {
    for (const { controls } of this.stations) controls.close(false);
    this.sharing.close();
    this.passUntil(this.now + WINDOW_MS);
    for (const { parts } of this.stations) parts.resources.checkReleased();
    const watched = [...this.limits, ...this.stations.map(({ parts }) => parts.bound)];
    if (watched.some(({ isWatched }) => isWatched)) this.problem('limits are still listened to');
    if (this.time.timers > 0) this.problem(`${this.time.timers} timers are left`);
  }

  /** What promises tell: once in a while between phases, and at the end. */
  async checkPromises(): Promise<void> {
    for (const { idleWatch } of this.stations) await idleWatch.check();
    if (!this.isHealthy) return;
    for (const { crowd, controls } of this.stations) {
      crowd.checkOutcomes();
      controls.checkClosed();
    }
  }

  /** Lets happen what is due by then, one after the other, and looks after each whether all is as it must be. */
  private passUntil(until: number): void {
    const { time } = this;
    while (time.nextAt <= until) {
      this.takeStep();
      // Of thousands, not after each, as a look at all takes as long as there are many.
      if (++this.actions % this.scale > 0) continue;
      this.check();
      if (time.nextAt > this.now) this.checkAtRest();
    }
    time.advanceTo(until);
  }

  private takeStep(): void {
    this.lastActedAt = this.time.nextAt;
    try {
      this.time.advanceToNext();
    } catch (error) {
      this.problem(`something throws: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  private check(): void {
    for (const { inspection } of this.stations) inspection.check();
    const isIdle = this.stations.every(({ inspection }) => inspection.isIdle);
    // Who watches is told when usage leaves a window.
    if (isIdle && !this.has('watchers') && this.scheduler.timers > 0)
      this.problem('nothing is under way, and a timer is set');
    if (isIdle) for (const { inspection } of this.stations) inspection.checkReturned();
  }

  private checkAtRest(): void {
    for (const { inspection } of this.stations) inspection.checkAtRest();
    checkIdleCapacity(this);
  }

  private checkEnd(by: number): void {
    if (this.lastActedAt > this.lastMovedAt) this.problem('a timer was left');
    if (this.time.timers > 0) this.problem(`timers are set though all had to end by ${by}`);
    for (const { inspection } of this.stations) inspection.checkEnd();
  }
}

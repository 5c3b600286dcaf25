import type { BehaviorSubject } from 'rxjs';
import { VirtualTime } from '../support/virtual-time.js';
import { buildStations } from './build-stations.js';
import { actAtRandom } from './deeds.js';
import type { Feature } from './features.js';
import { Meddling } from './meddling.js';
import { WINDOW_MS } from './quotas.js';
import { SeededRun } from './seeded-run.js';
import type { Station } from './station.js';
import { SimulatedTime } from './time.js';

const LASTS_MS = 8_000;

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
export class Simulation extends SeededRun {
  readonly time = new VirtualTime();
  /** The same, as services have it. */
  readonly scheduler = new SimulatedTime(this.time);
  readonly problems: string[] = [];
  readonly stations: Station[] = [];
  /** Those of all quotas. */
  readonly limits: BehaviorSubject<number>[] = [];
  readonly meddling = new Meddling(this);
  readonly isAsked: boolean;
  /** When anything happened last: nothing may make time pass after that. */
  lastMovedAt = 0;

  constructor(seed: number, { isAsked = true, without = [] }: SimulationOptions = {}) {
    super(seed, without);
    this.isAsked = isAsked;
    buildStations(this);
    for (const station of this.stations) station.open();
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
        actAtRandom(this);
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
    for (const { inspection } of this.stations) inspection.checkEnd();
    this.time.advance(WINDOW_MS + 1);
    for (const { inspection } of this.stations) inspection.checkUnused();
  }

  /** What promises tell: once in a while between the two, and at the end. */
  async checkPromises(): Promise<void> {
    for (const { idleWatch } of this.stations) await idleWatch.check();
    if (!this.isHealthy) return;
    for (const { crowd } of this.stations) crowd.checkOutcomes();
  }

  private check(): void {
    for (const { inspection } of this.stations) inspection.check();
    const isIdle = this.stations.every(({ inspection }) => inspection.isIdle);
    // Who watches is told when usage leaves a window.
    if (isIdle && !this.has('watchers') && this.scheduler.timers > 0)
      this.problems.push(`at ${this.time.now()}: nothing is under way, and a timer is set`);
  }

  private checkAtRest(): void {
    for (const { inspection } of this.stations) inspection.checkAtRest();
  }
}

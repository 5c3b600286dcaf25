import { seededRandom } from '../../src/index.js';
import { type Feature, FEATURES } from './features.js';

const GRAIN_MS = 50;

/** What the seed of a run decides: what may happen in it, and all that is left to chance. */
export class SeededRun {
  readonly features: ReadonlySet<Feature>;
  /** From 0 to 1, as the seed has it. */
  readonly draw: () => number;
  protected isHealthy = false;

  constructor(
    readonly seed: number,
    without: readonly Feature[],
  ) {
    this.draw = seededRandom(seed);
    this.features = new Set(
      FEATURES.filter((feature) => this.chance(0.5) && !without.includes(feature)),
    );
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
}

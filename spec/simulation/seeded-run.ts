import { seededRandom } from '../../src/index.js';
import { chanceOf, type Feature, FEATURES } from './features.js';

const GRAIN_MS = 50;

/** What a run has instead of what its seed decides. */
export interface FeatureChoice {
  /** Just these, whatever the seed says. */
  readonly only?: readonly Feature[] | undefined;
  /** What no seed switches on. */
  readonly without?: readonly Feature[] | undefined;
}

/** What the seed of a run decides: what may happen in it, and all that is left to chance. */
export class SeededRun {
  readonly features: ReadonlySet<Feature>;
  /** How often each thing happened of which the seed decides. */
  readonly met = new Map<string, number>();
  /** From 0 to 1, as the seed has it. */
  readonly draw: () => number;
  protected isHealthy = false;

  constructor(
    readonly seed: number,
    { only, without = [] }: FeatureChoice,
  ) {
    this.draw = seededRandom(seed);
    // Drawn in any case, so that what comes after it is the same.
    const drawn = FEATURES.filter((feature) => this.chance(chanceOf(feature)));
    this.features = new Set((only ?? drawn).filter((feature) => !without.includes(feature)));
  }

  has(feature: Feature): boolean {
    return !this.isHealthy && this.features.has(feature);
  }

  /** Whether the feature strikes now, which is counted. */
  strikes(feature: Feature, share: number): boolean {
    const does = this.has(feature) && this.chance(share);
    if (does) this.meets(feature);
    return does;
  }

  meets(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
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

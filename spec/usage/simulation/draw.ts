import { seededRandom } from '../../../src/index.js';

/** Draws what a simulation does: the same for the same seed. */
export class Draw {
  readonly random: () => number;

  constructor(readonly seed: number) {
    this.random = seededRandom(seed);
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  some<T>(items: readonly T[], share = 0.5): T[] {
    return items.filter(() => this.chance(share));
  }
}

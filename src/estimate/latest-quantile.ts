import { Latest } from './latest.js';

/** What a product of fractions may be too large by, as 0.07 * 100 is: the rank would be one too high. */
const ROUNDING = 1e-12;

/**
 * Quantiles of the latest so many numbers, exactly: it keeps them sorted as well.
 *
 * Adding is a binary search and a shift in a list that is short; reading is O(1).
 */
export class LatestQuantile {
  private readonly numbers: Latest;
  private readonly sorted: number[] = [];

  constructor(most: number) {
    this.numbers = new Latest(most);
  }

  get size(): number {
    return this.numbers.size;
  }

  add(value: number): void {
    const pushedOut = this.numbers.push(value);
    if (pushedOut !== undefined) this.sorted.splice(this.placeOf(pushedOut), 1);
    this.sorted.splice(this.placeOf(value), 0, value);
  }

  /**
   * The least of the numbers that at least a share `quantile` of them do not exceed, above 0 and at most 1;
   * undefined where there are none. This is the nearest rank (Hyndman and Fan, Sample Quantiles in
   * Statistical Packages, 1996, definition 1): always one of the numbers, never between two.
   */
  at(quantile: number): number | undefined {
    const rank = Math.ceil(quantile * this.size * (1 - ROUNDING));
    return this.sorted[rank - 1];
  }

  /** Index of the first number that is not less. */
  private placeOf(value: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

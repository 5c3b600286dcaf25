import { ExactSum } from '../usage/window/exact-sum.js';
import { Latest } from './latest.js';

/** The sum of the latest so many numbers. */
export class LatestSum {
  private readonly numbers: Latest;
  private readonly sum = new ExactSum();

  constructor(most: number) {
    this.numbers = new Latest(most);
  }

  get value(): number {
    return this.sum.value;
  }

  add(value: number): void {
    this.sum.add(value);
    this.sum.add(-(this.numbers.push(value) ?? 0));
  }
}

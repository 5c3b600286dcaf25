/**
 * A sum that forgets nothing: what is added and taken away again leaves exactly 0.
 *
 * Sums of fractions drift in floating point (0.1 + 0.2 - 0.1 - 0.2 is not 0), so the part that rounding cut
 * off is kept beside the sum (Knuth's two-sum, The Art of Computer Programming, volume 2, 4.2.2).
 */
export class ExactSum {
  private rounded = 0;
  private cutOff = 0;

  get value(): number {
    return this.rounded + this.cutOff;
  }

  add(amount: number): void {
    const sum = this.rounded + amount;
    const share = sum - this.rounded;
    this.cutOff += this.rounded - (sum - share) + (amount - share);
    this.rounded = sum;
  }

  subtract(other: ExactSum): void {
    this.add(-other.rounded);
    this.add(-other.cutOff);
  }

  copy(): ExactSum {
    const copy = new ExactSum();
    copy.rounded = this.rounded;
    copy.cutOff = this.cutOff;
    return copy;
  }

  clear(): void {
    this.rounded = this.cutOff = 0;
  }
}

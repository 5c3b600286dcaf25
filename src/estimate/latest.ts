/** The latest so many numbers: a ring, in which each new one takes the place of the oldest. */
export class Latest {
  private readonly numbers: number[] = [];
  private next = 0;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.numbers.length;
  }

  /** Remembers a number; gives back the one that it pushed out. */
  push(value: number): number | undefined {
    const pushedOut = this.numbers[this.next];
    this.numbers[this.next] = value;
    this.next = (this.next + 1) % this.most;
    return pushedOut;
  }
}

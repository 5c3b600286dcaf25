import type { StationParts } from './station-parts.js';

const MINUTE_MS = 60_000;

/** That there are no more retries than the budget allows: each counted anew, when all is over. */
export class RetryBudget {
  private readonly starts: number[] = [];
  private readonly retries: number[] = [];

  constructor(private readonly parts: StationParts) {}

  /** The first try of a call. */
  started(at: number): void {
    this.starts.push(at);
  }

  retried(at: number): void {
    this.retries.push(at);
  }

  check(): void {
    // A clock that steps has another minute.
    if (!this.parts.run.slack.isExact) return;
    for (const at of this.retries) {
      const soFar = this.retries.slice(0, this.retries.lastIndexOf(at) + 1);
      const most = this.mostAt(at);
      if (countAt(at, soFar) > most)
        this.parts.problem(`has retried ${countAt(at, this.retries)} at ${at}, of ${most}`);
    }
  }

  private mostAt(at: number): number {
    const { share, atLeast } = this.parts.retry;
    return share === Infinity ? Infinity : Math.max(atLeast, share * countAt(at, this.starts));
  }
}

/** How many there were in the minute that ends then. */
function countAt(at: number, times: readonly number[]): number {
  return times.filter((time) => time <= at && at - time < MINUTE_MS).length;
}

/** How many calls have ended, and how quickly. */
export interface ThroughputState {
  /** Calls answered to their end since the service was made. */
  readonly completed: number;
  /** Calls that have failed. */
  readonly failed: number;
  /** Calls that were cancelled. */
  readonly cancelled: number;
  /**
   * Calls answered per minute, since somebody looked for the first time within the last minute; undefined until
   * that is a second ago. It changes with time, not only with calls: look again, at `toJSON()`.
   */
  readonly completedPerMinute: number | undefined;
}

interface Look {
  readonly at: number;
  readonly completed: number;
}

const MINUTE_MS = 60_000;
const APART_MS = 1_000;

/** Counts how calls end, and compares with earlier whenever somebody looks: who does not look pays nothing. */
export class Throughput {
  private readonly ended = { completed: 0, failed: 0, cancelled: 0 };
  /** The oldest first, a second apart. */
  private readonly looks: Look[] = [];

  count(outcome: 'completed' | 'failed' | 'cancelled'): void {
    this.ended[outcome] += 1;
  }

  state(now: number): ThroughputState {
    const { completed } = this.ended;
    while ((this.looks[0]?.at ?? now) < now - MINUTE_MS) this.looks.shift();
    const completedPerMinute = this.rate(now, completed);
    const { at = -Infinity } = this.looks.at(-1) ?? {};
    if (now - at >= APART_MS) this.looks.push({ at: now, completed });
    return { ...this.ended, completedPerMinute };
  }

  /** Since the oldest look of the last minute. */
  private rate(now: number, completed: number): number | undefined {
    const [first] = this.looks;
    if (!first || now - first.at < APART_MS) return undefined;
    return ((completed - first.completed) / (now - first.at)) * MINUTE_MS;
  }
}

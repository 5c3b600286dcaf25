import { InvalidOptionError } from '../../index.js';
import { type RateTrackerSubject, windowMsOf } from './subject.js';

/** A promise of a promise takes some turns; each is a microtask. */
const TURNS = 10;
/** A long window is waited for in so many steps, so that waiting for a day is still quick. */
const MOST_STEPS = 1_000;
/** So often a wait may end early, or between two ticks of a clock. */
const MOST_STALLS = 100;
/** What rounding leaves of a wait is none. */
const NOTHING_MS = 1e-6;
/** What is wrong with the subject's time is called so. */
export const NOW = 'now()';

/**
 * The time of one trial.
 *
 * It passes a little at a time, and promises settle in between: who is answered by one is so dated when it happened,
 * and not when the whole wait was over.
 */
export class TrialClock {
  readonly windowMs: number;
  readonly slackMs: number;
  private readonly stepMs: number;
  private readonly startedAt: number;
  private readonly timersBefore: number;
  private waitedMs = 0;

  /** Begins before the tracker is made: timers that are set by then are not its. */
  constructor(private readonly subject: RateTrackerSubject) {
    const { slackMs = 0 } = subject;
    this.windowMs = windowMsOf(subject);
    this.slackMs = slackMs;
    this.stepMs = Math.max(1, Math.ceil(slackMs), Math.ceil(this.windowMs / MOST_STEPS));
    this.startedAt = this.now;
    this.timersBefore = subject.timers?.() ?? 0;
  }

  get now(): number {
    const now = this.subject.now?.() ?? this.waitedMs;
    if (Number.isFinite(now)) return now;
    throw new InvalidOptionError(NOW, String(now), 'a finite number of ms');
  }

  /** Since the trial began. */
  get passedMs(): number {
    return this.now - this.startedAt;
  }

  /** Whether `now` is of the same clock as what the tracker tells. */
  get isTrackers(): boolean {
    return this.subject.now !== undefined;
  }

  /** How many timers the tracker has set; undefined where nobody tells. */
  get timers(): number | undefined {
    const timers = this.subject.timers?.();
    return timers === undefined ? undefined : Math.max(0, timers - this.timersBefore);
  }

  /** How much later than it came an answer may be dated. */
  get lateMs(): number {
    const isExact = this.slackMs === 0 && this.stepMs === 1;
    return isExact ? 0 : this.slackMs + this.stepMs;
  }

  /** Shortly before an instant: 1 ms, or what answers may be on their way. */
  get shortlyMs(): number {
    return Math.max(1, 2 * this.slackMs);
  }

  async wait(ms: number): Promise<void> {
    const until = this.now + ms;
    let stalls = 0;
    for (let left = ms; left > NOTHING_MS; left = until - this.now) {
      const before = this.now;
      await this.step(Math.min(left, this.stepMs));
      if (this.now <= before) this.checkStalls(++stalls);
    }
  }

  /** Lets answers arrive. */
  async settleDown(): Promise<void> {
    if (this.slackMs > 0) await this.wait(this.slackMs);
    else await turns();
  }

  private async step(ms: number): Promise<void> {
    // Before: what happens at the end of it is dated then.
    this.waitedMs += ms;
    await this.subject.wait(ms);
    await turns();
  }

  private checkStalls(stalls: number): void {
    if (stalls <= MOST_STALLS) return;
    const allowed = 'a time that passes while wait(ms) lets it pass';
    throw new InvalidOptionError(NOW, `still ${this.now} after many waits`, allowed);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}

const LONGEST_ALARM_MS = 10_000;

/**
 * By how much what services do may be early or late, in ms: by nothing, unless their clock steps or their timers
 * fire early.
 *
 * A step forward makes all that is awaited come so much earlier; yet the one timer of many alarms may have been set
 * before it, and those that are set after it are then late by as much, unless the step has passed them all. A step
 * back is taken as the clock standing still since it was read last, so that a wait takes longer by the step, yet
 * never by more than itself.
 */
export class Slack {
  /** All steps forward together. */
  forwardMs = 0;
  private readonly stepsBack: number[] = [];
  /** Those forward that no alarm is so long as to span, left out. */
  private shortForwardMs = 0;

  /** @param grainMs timers are for whole ms: what is awaited from the middle of one is late by a part of one. */
  constructor(private readonly grainMs: number) {}

  /** Whether their clock shows what has really passed. */
  get isExact(): boolean {
    return this.forwardMs === 0 && this.stepsBack.length === 0;
  }

  /** Their clock has been set by so many ms, back below 0. */
  stepped(ms: number): void {
    if (ms > 0) this.forwardMs += ms;
    if (ms > 0 && ms < LONGEST_ALARM_MS) this.shortForwardMs += ms;
    if (ms < 0) this.stepsBack.push(-ms);
  }

  /** By how much a clock that has stepped back is ahead: each step leaves it at the end of a ms. */
  get roundingMs(): number {
    return this.grainMs + this.stepsBack.length;
  }

  /** By how much longer a wait of so many ms may take; a step back leaves a clock at a whole ms. */
  lateMs(waitMs: number): number {
    const steps = this.stepsBack.reduce((sum, ms) => sum + Math.min(ms, waitMs) + 1, 0);
    return this.grainMs + this.shortForwardMs + steps;
  }
}

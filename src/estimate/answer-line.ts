import type { SchedulerLike } from 'rxjs';
import type { Clock } from '../time/clock.js';
import { WakeUp } from '../time/wake-up.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import type { OutputLearner } from './output-learner.js';

/** So many answers wait for one that began before them; then that is waited for no longer. */
const MOST_HELD_UP = 1_000;

/** One call in flight, and how it ended. */
export interface Answer {
  readonly reservation: Reservation;
  readonly at: number;
  /** What is held for it at first. */
  readonly held: Usage;
  /** Undefined while it is in flight. */
  endedAt: number | undefined;
  /** Undefined where it did not say, or was not written to its end. */
  outputTokens: number | undefined;
}

/**
 * The calls of one label in flight: what is held for their answers.
 *
 * A call is let out only when all that it may take fits. Then it holds what is enough where as many share it
 * as are in flight, and all again when it has run for longer than half of the label's calls: those still in
 * flight by then are the long ones. Answers are learned in the order in which their calls began, as the short
 * ones end first and would for a while be all that is known.
 *
 * ```text
 * held     1,024 ─ 460 ──────────── 1,024 ──────── 700
 *          let out                  median         ended
 * ```
 */
export class AnswerLine {
  /** Those not yet learned from, in the order in which they began. */
  private readonly unlearned = new Set<Answer>();
  private heldUp = 0;
  private inFlight = 0;
  /** Those that hold less than they may take, in the same order. */
  private readonly lowered = new Set<Answer>();
  /** Set for the one that was the oldest of them, or for a moment before the oldest is due. */
  private readonly wakeUp: WakeUp;

  constructor(
    private readonly label: string | undefined,
    private readonly learner: OutputLearner,
    scheduler: SchedulerLike,
    private readonly clock: Clock,
  ) {
    this.wakeUp = new WakeUp(scheduler, () => {
      this.raiseOld();
    });
  }

  get isEmpty(): boolean {
    return this.unlearned.size === 0 && this.lowered.size === 0;
  }

  /** A call has been let out, with all that it may take. */
  begin(reservation: Reservation): Answer {
    const { cost } = reservation;
    const at = this.clock.now();
    this.inFlight += 1;
    // A store that cannot revise holds all.
    const held = reservation.revise ? this.learner.adjust(cost, this.label, this.inFlight) : cost;
    const answer = { reservation, at, held, endedAt: undefined, outputTokens: undefined };
    this.unlearned.add(answer);
    return answer;
  }

  /** Lowers what is held for it: others may be let out in this very turn. */
  lower(answer: Answer): void {
    const { held, reservation } = answer;
    if (held === reservation.cost) return;
    this.lowered.add(answer);
    if (this.lowered.size === 1) this.wakeUp.set(this.learner.medianRunMs(this.label));
    reservation.revise?.(held);
  }

  end(answer: Answer, outputTokens: number | undefined): void {
    this.inFlight -= 1;
    answer.endedAt = this.clock.now();
    answer.outputTokens = outputTokens;
    this.lowered.delete(answer);
    if (this.lowered.size === 0) this.wakeUp.clear();
    if (this.unlearned.has(answer)) this.heldUp += 1;
    else this.learn(answer);
    this.learnInOrder();
  }

  private learnInOrder(): void {
    for (const answer of this.unlearned) {
      const hasEnded = answer.endedAt !== undefined;
      if (!hasEnded && this.heldUp <= MOST_HELD_UP) return;
      this.unlearned.delete(answer);
      if (!hasEnded) continue;
      this.heldUp -= 1;
      this.learn(answer);
    }
  }

  private learn({ at, endedAt, outputTokens }: Answer): void {
    if (outputTokens === undefined || endedAt === undefined) return;
    this.learner.observe(this.label, outputTokens, endedAt - at);
  }

  private raiseOld(): void {
    const medianMs = this.learner.medianRunMs(this.label);
    for (const answer of this.lowered) {
      const waitMs = answer.at + medianMs - this.clock.now();
      if (waitMs > 0) {
        this.wakeUp.set(waitMs);
        return;
      }
      this.lowered.delete(answer);
      answer.reservation.revise?.(answer.reservation.cost);
    }
  }
}

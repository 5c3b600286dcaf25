import { from, isObservable, type ObservableInput, Subscription } from 'rxjs';
import { NoReservationError } from '../errors.js';
import type { Queueable } from '../queue/queueable.js';
import type { RateTracker } from '../usage/rate-tracker.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';

/** Who hears what became of an item that was asked for. */
export interface Answered {
  grant(item: Queueable, reservation: Reservation): void;
  refuse(item: Queueable, error: unknown): void;
  /** After an answer that came later than the question. */
  goOn(): void;
}

/**
 * The one question to the tracker: may this item go? It is asked for the head of the queue only.
 *
 * An answer to a question that was dropped meanwhile is given back.
 */
export class Asking {
  /** What is asked for now. */
  item: Queueable | undefined;
  /** Tells this question from an earlier one for the same item. */
  private question = 0;
  private answer = Subscription.EMPTY;

  constructor(
    private readonly tracker: RateTracker,
    private readonly answered: Answered,
  ) {}

  ask(item: Queueable, cost: Usage): void {
    this.item = item;
    this.question += 1;
    try {
      const answer = this.tracker.reserve(cost);
      // Granted at once is the usual case: it needs no subscription.
      if (Array.isArray(answer)) this.take(this.question, answer[0] as Reservation | undefined);
      else this.wait(this.question, answer);
    } catch (error) {
      this.refuse(this.question, error);
    }
  }

  /** Wants no answer for the item any more; until the question is taken back, it is given back. */
  forget(item: Queueable): void {
    if (this.item === item) this.item = undefined;
  }

  /** Takes the question back, which has taken nothing then. */
  drop(): void {
    this.item = undefined;
    this.answer.unsubscribe();
  }

  private wait(question: number, answer: ObservableInput<Reservation>): void {
    const waiting = from(answer).subscribe({
      next: (reservation) => {
        this.take(question, reservation);
        this.answered.goOn();
      },
      error: (error: unknown) => {
        this.refuse(question, error);
        this.answered.goOn();
      },
      complete: () => {
        this.refuse(question, new NoReservationError());
        this.answered.goOn();
      },
    });
    // What a promise will bring cannot be called off; it is given back when it comes.
    if (!isObservable(answer)) return;
    if (this.itemOf(question)) this.answer = waiting;
    else waiting.unsubscribe();
  }

  private take(question: number, reservation: Reservation | undefined): void {
    const item = this.itemOf(question);
    // While it was asked for, somebody may have cancelled it, taken its permit, or left.
    if (!item) reservation?.giveBack();
    else if (reservation) this.answered.grant(item, reservation);
    else this.answered.refuse(item, new NoReservationError());
  }

  private refuse(question: number, error: unknown): void {
    const item = this.itemOf(question);
    if (item) this.answered.refuse(item, error);
  }

  /** Undefined when the question was answered or taken back. */
  private itemOf(question: number): Queueable | undefined {
    return question === this.question ? this.item : undefined;
  }
}

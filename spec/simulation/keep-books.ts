import { isObservable, type ObservableInput, tap } from 'rxjs';
import type { RateTracker, Reservation, Usage } from '../../src/index.js';
import type { Book } from './book.js';

/** Writes down all that the tracker grants, and what becomes of it. */
export function keepBooks(tracker: RateTracker, books: readonly Book[]): void {
  const reserve = tracker.reserve.bind(tracker);
  tracker.reserve = (cost) => {
    const answer: ObservableInput<Reservation> = reserve(cost);
    if (isObservable(answer))
      return answer.pipe(
        tap((reservation) => {
          write(reservation, cost, books);
        }),
      );
    for (const reservation of answer as Reservation[]) write(reservation, cost, books);
    return answer;
  };
}

function write(reservation: Reservation, cost: Usage, books: readonly Book[]): void {
  const entries = books.map((book) => book.charge(cost));
  const { settle, giveBack, revise } = methodsOf(reservation);
  const close = (usage: Usage | undefined) => {
    for (const [index, book] of books.entries()) book.close(entries[index]!, usage);
  };
  reservation.settle = (usage) => {
    close(usage);
    settle(usage);
  };
  reservation.giveBack = () => {
    close(undefined);
    giveBack();
  };
  reservation.revise = (held) => {
    for (const [index, book] of books.entries()) book.revise(entries[index]!, held);
    revise(held);
  };
}

function methodsOf(reservation: Reservation) {
  return {
    settle: reservation.settle.bind(reservation),
    giveBack: reservation.giveBack.bind(reservation),
    revise: (reservation.revise ?? (() => {})).bind(reservation),
  };
}

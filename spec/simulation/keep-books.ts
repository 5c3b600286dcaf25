import { isObservable, type ObservableInput, tap } from 'rxjs';
import type { RateTracker, Reservation, Usage } from '../../src/index.js';
import type { Book } from './book.js';
import type { Simulation } from './simulation.js';

/** Writes down all that the tracker grants, and what becomes of it. */
export function keepBooks(run: Simulation, tracker: RateTracker, books: readonly Book[]): void {
  const write = (reservation: Reservation, cost: Usage) => {
    keepBookOf(run, reservation, cost, books);
    run.plant.granted?.(reservation, run);
  };
  const reserve = tracker.reserve.bind(tracker);
  tracker.reserve = (cost) => {
    const answer: ObservableInput<Reservation> = reserve(cost);
    if (isObservable(answer))
      return answer.pipe(
        tap((reservation) => {
          write(reservation, cost);
        }),
      );
    for (const reservation of answer as Reservation[]) write(reservation, cost);
    return answer;
  };
}

function keepBookOf(
  run: Simulation,
  reservation: Reservation,
  cost: Usage,
  books: readonly Book[],
): void {
  const entries = books.map((book) => book.charge(cost));
  const { settle, giveBack, revise } = methodsOf(reservation);
  const close = (usage: Usage | undefined) => {
    run.stations[cost['station']!]?.refunds.check(cost['caller']!, usage);
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

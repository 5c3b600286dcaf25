import { from, Observable } from 'rxjs';
import type { RateTracker, Reservation } from '../../../src/index.js';

/**
 * A correct tracker whose answers arrive some microtasks later, as those of a promise do; who has left by then gets
 * nothing, and nothing stays taken.
 */
export function answeringByMicrotask(tracker: RateTracker): RateTracker {
  const reserve = tracker.reserve.bind(tracker);
  tracker.reserve = (cost) =>
    new Observable<Reservation>((subscriber) => {
      const waiting = from(reserve(cost)).subscribe({
        next: (reservation) => later(() => tell(reservation)),
        error: (error: unknown) => later(() => subscriber.error(error)),
      });
      const tell = (reservation: Reservation) => {
        if (subscriber.closed) reservation.giveBack();
        subscriber.next(reservation);
        subscriber.complete();
      };
      return waiting;
    });
  return tracker;
}

function later(tell: () => void): void {
  void Promise.resolve().then(() => queueMicrotask(tell));
}

import { defer, Observable, type SchedulerLike } from 'rxjs';
import type { RateTracker, Reservation } from '../../../src/index.js';

/**
 * A correct tracker that is so far away that each question takes some ms to it and each answer some back; what becomes
 * of a reservation it hears as late. Who has left before the answer is there gives it back.
 */
export function farAway(tracker: RateTracker, ms: number, scheduler: SchedulerLike): RateTracker {
  const reserve = tracker.reserve.bind(tracker);
  const later = (work: () => void) => scheduler.schedule(work, ms);
  tracker.reserve = (cost) =>
    new Observable<Reservation>((subscriber) => {
      const given = { ...cost };
      const answer = (reservation: Reservation) => {
        if (subscriber.closed) reservation.giveBack();
        subscriber.next(reservation);
        subscriber.complete();
      };
      const asking = later(() => {
        const waiting = defer(() => reserve(given)).subscribe({
          next: (reservation) => later(() => answer(heardLater(reservation, later))),
          error: (error: unknown) => later(() => subscriber.error(error)),
        });
        asking.add(waiting);
      });
      return asking;
    });
  return tracker;
}

/** Optional parts are left out, as a store may. */
function heardLater(reservation: Reservation, later: (work: () => void) => unknown): Reservation {
  const { cost } = reservation;
  return {
    cost,
    settle: (usage) => {
      const given = { ...usage };
      later(() => reservation.settle(given));
    },
    giveBack: () => {
      later(() => reservation.giveBack());
    },
  };
}

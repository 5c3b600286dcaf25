import { from, map } from 'rxjs';
import { type Faulty, over, withParts, withReservations } from './faulty.js';

const copies = 'changes nothing in a cost, and keeps what it was';
const told = 'says what was reserved, and when (where it says when)';

/** Whose reservations do not say what they should, and who does not take costs as they are. */
export const faultsOfCosts: Readonly<Record<string, Faulty>> = {
  'does not know when it granted': {
    make: withReservations(() => ({ at: NaN })),
    seenBy: told,
  },
  'says a time of another clock': {
    make: withReservations(({ at }) => ({ at: at! + 1e12 })),
    seenBy: told,
  },
  'says when it was asked, not when it granted': {
    make: withParts((tracker, scheduler) => ({
      reserve: (cost) => {
        const at = scheduler.now();
        return from(tracker.reserve(cost)).pipe(map((reservation) => over(reservation, { at })));
      },
    })),
    seenBy: told,
  },
  'does not say what was reserved': {
    make: withReservations(() => ({ cost: {} })),
    seenBy: told,
  },
  'changes the cost that it is given': {
    make: withParts((tracker) => ({
      reserve: (cost) => tracker.reserve(Object.assign(cost, { requests: 1 })),
    })),
    seenBy: copies,
  },
  'cannot take a cost that cannot be changed': {
    make: withParts((tracker) => ({
      reserve: (cost) => tracker.reserve(Object.assign(cost, { requests: 1 })),
    })),
    seenBy: 'takes a cost that cannot be changed',
  },
  'keeps the cost that it is given, not what it was': {
    make: withParts((tracker) => ({
      reserve: (cost) =>
        from(tracker.reserve(cost)).pipe(map((reservation) => over(reservation, { cost }))),
    })),
    seenBy: copies,
  },
  'reads the cost of one who waits when he is granted': {
    make: withParts((tracker) => ({
      reserve: (cost) =>
        from(tracker.reserve(cost)).pipe(
          map((reservation) => {
            reservation.revise?.(cost);
            return reservation;
          }),
        ),
    })),
    seenBy: copies,
  },
};

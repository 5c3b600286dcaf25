import { from, Observable } from 'rxjs';
import type { Reservation, Usage } from '../../../src/index.js';
import { type Faulty, type Make, over, withParts, withReservations } from './faulty.js';

const moment = 'settles what is settled in the moment of its grant';

/** Whose reservations do not do what they should. */
export const faultsOfSettling: Readonly<Record<string, Faulty>> = {
  'forgets to give back': {
    make: withReservations(() => ({ giveBack: () => {} })),
    seenBy: 'returns all that is given back, as if it had not been, and serves those who wait',
  },
  'never corrects an estimate': {
    make: withReservations(() => ({ settle: () => {} })),
    seenBy: 'gives what a settlement leaves over to those who wait, at once',
  },
  'settles as often as it is told': {
    make: withReservations((reservation, tracker) => {
      let hasEnded = false;
      const settle = (usage: Usage) => {
        if (hasEnded) void tracker.reserve(usage);
        else reservation.settle(usage);
        hasEnded = true;
      };
      return { settle };
    }),
    seenBy: 'counts the first end of a reservation only',
  },
  'charges a settlement when it is settled': {
    make: withReservations((reservation, tracker) => ({
      settle: (usage) => {
        reservation.giveBack();
        void tracker.reserve(usage);
      },
    })),
    seenBy: 'charges a settlement at the time of its reservation',
  },
  'throws what is settled in the moment of its grant': {
    make: inTheMoment(() => {
      throw new Error('busy');
    }),
    seenBy: moment,
  },
  'loses what is settled in the moment of its grant': {
    make: inTheMoment(() => {}),
    seenBy: moment,
  },
  'serves nobody after one who settles in the moment of his grant': {
    make: inTheMoment(() => {}),
    seenBy: 'serves those behind one who has waited and settles in the moment of his grant',
  },
  'ignores what is revised upward': {
    make: withReservations((reservation) => ({
      revise: (held) => {
        if (held['tokens']! < reservation.cost['tokens']!) reservation.revise?.(held);
      },
    })),
    seenBy:
      'lets what is revised upward delay what follows, and downward free it (where it can revise)',
  },
  'takes what is revised for the estimate': {
    make: withReservations((reservation) => ({
      revise(held) {
        Object.assign(this, { cost: held });
        reservation.revise?.(held);
      },
    })),
    seenBy:
      'holds what a reservation is revised to, and settles it as any other (where it can revise)',
  },
  'throws when a request has come to the provider': {
    make: withReservations(() => ({
      arrived: () => {
        throw new Error('not my business');
      },
    })),
    seenBy: 'counts a request from when it came to the provider (where it hears of that)',
  },
  'does not care when a request came to the provider': {
    make: withReservations(() => ({ arrived: () => {} })),
    seenBy: 'counts a request from when it came to the provider (where it hears of that)',
  },
};

/** Whose settlements go wrong while the grant is being told. */
function inTheMoment(settle: () => void): Make {
  return withParts((tracker) => ({
    reserve: (cost) =>
      new Observable<Reservation>((subscriber) => {
        let isTelling = false;
        const spoiled = (reservation: Reservation) =>
          over(reservation, {
            settle: (usage) => {
              if (isTelling) settle();
              else reservation.settle(usage);
            },
          });
        return from(tracker.reserve(cost)).subscribe({
          next: (reservation) => {
            isTelling = true;
            subscriber.next(spoiled(reservation));
            isTelling = false;
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        });
      }),
  }));
}

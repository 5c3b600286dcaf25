import { concat, from, mergeMap, NEVER, Observable, of } from 'rxjs';
import type { Quota, Reservation } from '../../../src/index.js';
import { type Faulty, withParts, withQuotas } from './faulty.js';

/** The case that sees what comes too early or too late. */
export const granting = 'grants what does not fit when enough has left the window, and not before';
/** The case that sees what is too much. */
export const storm =
  'keeps every window within its limit, and serves everybody in the end (storm 1)';

/** Who grants too much, too early, too late, or not once. */
export const faultsOfGranting: Readonly<Record<string, Faulty>> = {
  'grants too much': {
    make: withQuotas((quota) => ({ ...quota, limit: raised(quota.limit) })),
    seenBy: granting,
  },
  'grants 1 ms too early': {
    make: withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 })),
    seenBy: granting,
  },
  'grants 1 ms too late': {
    make: withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs + 1 })),
    seenBy: granting,
  },
  'grants 1 ms too early, and nobody looks but in a storm': {
    make: withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 })),
    seenBy: storm,
  },
  'counts in fixed windows': {
    make: withQuotas((quota) => ({ ...quota, model: 'fixed-window' })),
    seenBy: storm,
  },
  'refills continuously': {
    make: withQuotas((quota) => ({ ...quota, model: 'token-bucket' })),
    seenBy: granting,
  },
  'forgets margins': {
    make: withQuotas((quota) => ({ ...quota, marginMs: 0 })),
    seenBy: 'grants nothing before the margin of a window has passed too',
  },
  'forgets 1 ms of a margin': {
    make: withQuotas((quota) => ({ ...quota, marginMs: Math.max(0, quota.marginMs! - 1) })),
    seenBy: 'grants nothing before the margin of a window has passed too',
  },
  'grants twice': {
    make: withParts((tracker) => ({
      reserve: (cost) => from(tracker.reserve(cost)).pipe(mergeMap((one) => of(one, one))),
    })),
    seenBy: 'answers each question once',
  },
  'grants without an end': {
    make: withParts((tracker) => ({
      reserve: (cost) => from(tracker.reserve(cost)).pipe(mergeMap((one) => endlessly(one))),
    })),
    seenBy: 'grants at once what fits',
  },
  'never completes its answer': {
    make: withParts((tracker) => ({ reserve: (cost) => concat(tracker.reserve(cost), NEVER) })),
    seenBy: 'answers each question once',
  },
  'answers with nothing that can be subscribed to': {
    make: withParts(() => ({ reserve: () => undefined as never })),
    seenBy: 'grants at once what fits',
  },
  'keeps the place of one who has left': {
    make: withParts((tracker) => ({
      reserve: (cost) => {
        const answer = tracker.reserve(cost);
        // Subscribed to once for all, and never unsubscribed from.
        if (!Array.isArray(answer)) from(answer).subscribe({ error: () => {} });
        return answer;
      },
    })),
    seenBy: 'has taken nothing for one who leaves while waiting, and those behind move up at once',
  },
  'keeps the place of one who has waited alone and left': {
    make: withParts((tracker) => {
      let waiting = 0;
      return {
        reserve: (cost) =>
          new Observable<Reservation>((subscriber) => {
            waiting += 1;
            const asking = from(tracker.reserve(cost)).subscribe({
              next: (reservation) => subscriber.next(reservation),
              error: (error: unknown) => subscriber.error(error),
              complete: () => subscriber.complete(),
            });
            return () => {
              waiting -= 1;
              if (waiting > 0) asking.unsubscribe();
            };
          }),
      };
    }),
    seenBy: 'takes nothing later either for one who has waited alone and left',
  },
};

function raised(limit: Quota['limit']): Quota['limit'] {
  return typeof limit === 'number' ? limit + 20 : limit;
}

function* endlessly(reservation: Reservation): Iterable<Reservation> {
  for (;;) yield reservation;
}

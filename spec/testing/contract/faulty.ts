import { from, map } from 'rxjs';
import {
  InMemoryRateTracker,
  type Quota,
  type QuotaState,
  type RateTracker,
  type Reservation,
} from '../../../src/index.js';
import type { VirtualTime } from '../../../src/testing/index.js';

/** Makes a tracker. */
export type Make = (quotas: readonly Quota[], scheduler: VirtualTime) => RateTracker;

/** A tracker with one fault, and the case that must see it. */
export interface Faulty {
  readonly make: Make;
  readonly seenBy: string;
}

/** The correct one. */
export const inMemory: Make = (quotas, scheduler) => new InMemoryRateTracker({ quotas, scheduler });

/** With other quotas than those that were asked for. */
export function withQuotas(change: (quota: Quota) => Quota): Make {
  return (quotas, scheduler) => inMemory(quotas.map(change), scheduler);
}

/** With some of its parts replaced. */
export function withParts(
  replaced: (tracker: RateTracker, scheduler: VirtualTime) => Partial<RateTracker>,
): Make {
  return (quotas, scheduler) => {
    const tracker = inMemory(quotas, scheduler);
    return over(tracker, replaced(tracker, scheduler));
  };
}

/** With some parts of every reservation replaced. */
export function withReservations(
  replaced: (reservation: Reservation, tracker: RateTracker) => Partial<Reservation>,
): Make {
  return withParts((tracker) => ({
    reserve: (cost) => {
      const answer = tracker.reserve(cost);
      const spoiled = (reservation: Reservation) =>
        over(reservation, replaced(reservation, tracker));
      // What is at hand stays so: it is granted in the same turn.
      return Array.isArray(answer)
        ? [spoiled(answer[0] as Reservation)]
        : from(answer).pipe(map(spoiled));
    },
  }));
}

/** With the quotas shown otherwise than they are. */
export function withShown(change: (quota: QuotaState) => Partial<QuotaState>): Make {
  const shown = (quotas: readonly QuotaState[]) =>
    quotas.map((quota) => ({ ...quota, ...change(quota) }));
  return withParts((tracker) => ({
    get quotas() {
      return shown(tracker.quotas);
    },
    quotas$: tracker.quotas$.pipe(map(shown)),
  }));
}

/** The whole, with parts in front of its own. */
export function over<Whole extends object>(whole: Whole, parts: Partial<Whole>): Whole {
  return Object.create(whole, Object.getOwnPropertyDescriptors(parts)) as Whole;
}

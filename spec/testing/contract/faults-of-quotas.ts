import { catchError, from, NEVER } from 'rxjs';
import { type Quota, QuotaExceededError, type Usage } from '../../../src/index.js';
import { type Faulty, inMemory, type Make, withParts, withQuotas } from './faulty.js';

/** Who counts some quotas, some costs or budgets otherwise. */
export const faultsOfQuotas: Readonly<Record<string, Faulty>> = {
  'takes from one quota only': {
    make: withQuotas((quota) => (quota.unit === 'requests' ? { ...quota, limit: 1e9 } : quota)),
    seenBy: 'waits for the quota that has room last',
  },
  'counts the first quota of each unit only': {
    make: without((quota, quotas) => quotas.find(({ unit }) => unit === quota.unit) !== quota),
    seenBy: 'counts all quotas of one unit, as one of a minute and one of a day',
  },
  'counts the last quota of each unit only': {
    make: without(
      (quota, quotas) => quotas.filter(({ unit }) => unit === quota.unit).at(-1) !== quota,
    ),
    seenBy: 'counts all quotas of one unit, as one of a minute and one of a day',
  },
  'rounds costs up': {
    make: withCosts(Math.ceil),
    seenBy: 'counts fractions as they are: three of 0.1 fill 0.3',
  },
  'rounds costs': {
    make: withCosts(Math.round),
    seenBy: 'counts fractions as they are: three of 0.1 fill 0.3',
  },
  'takes what rounding adds to fractions for too much': {
    // As who finds that 0.1 + 0.1 + 0.1 is more than 0.3.
    make: withCosts((amount) => amount + 1e-10),
    seenBy: 'counts fractions as they are: three of 0.1 fill 0.3',
  },
  'lets one whose cost nobody knows overtake': {
    make: withParts((tracker) => ({
      reserve: (cost) =>
        Object.keys(cost).length > 0
          ? tracker.reserve(cost)
          : [{ cost, settle: () => {}, giveBack: () => {} }],
    })),
    seenBy: 'lets nobody overtake whose cost nobody knows, though the usage is below the limit',
  },
  'lets who can never fit wait': {
    make: withParts((tracker) => ({ reserve: (cost) => neverRefusing(tracker.reserve(cost)) })),
    seenBy: 'refuses at once what no window can ever hold, and charges nothing for it',
  },
  'does not know what can never fit': {
    make: withParts(() => ({ neverFits: () => undefined })),
    seenBy: 'refuses at once what no window can ever hold, and charges nothing for it',
  },
  'brings a budget back': {
    make: withQuotas((quota) => ({ ...quota, windowMs: Math.min(quota.windowMs, 2_000) })),
    seenBy: 'brings nothing of a budget back, however long one waits',
  },
  'lets calls wait for a budget that is used up': {
    make: withParts((tracker) => ({ reserve: (cost) => neverRefusing(tracker.reserve(cost)) })),
    seenBy: 'refuses at once what a budget that is used up cannot hold',
  },
  'lets who waits for a budget wait for ever': {
    make: withParts((tracker) => ({
      reserve: (cost) =>
        tracker.neverFits(cost) ? tracker.reserve(cost) : neverRefusing(tracker.reserve(cost)),
    })),
    seenBy: 'refuses who waits for a budget when it is used up, and serves those behind',
  },
  'refuses what calls in flight may give back of a budget': {
    make: withParts((tracker) => ({
      neverFits: (cost) => {
        const [tokens] = tracker.quotas;
        const isTooMuch = tokens?.windowMs === Infinity && tokens.remaining < cost['tokens']!;
        return isTooMuch ? new QuotaExceededError('tokens', 1, 1) : tracker.neverFits(cost);
      },
    })),
    seenBy: 'lets calls wait for what those in flight may give back of a budget',
  },
};

function without(isLeftOut: (quota: Quota, quotas: readonly Quota[]) => boolean): Make {
  return (quotas, scheduler) =>
    inMemory(
      quotas.filter((quota) => !isLeftOut(quota, quotas)),
      scheduler,
    );
}

function withCosts(changed: (amount: number) => number): Make {
  return withParts((tracker) => ({
    reserve: (cost) => {
      const amounts = Object.entries(cost).map(([unit, amount]) => [unit, changed(amount)]);
      return tracker.reserve(Object.fromEntries(amounts) as Usage);
    },
  }));
}

function neverRefusing(answer: ReturnType<ReturnType<typeof inMemory>['reserve']>) {
  return Array.isArray(answer) ? answer : from(answer).pipe(catchError(() => NEVER));
}

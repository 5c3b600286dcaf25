import { distinctUntilChanged, EMPTY, filter, skip } from 'rxjs';
import { InvalidOptionError } from '../../../src/index.js';
import { type Faulty, type Make, withParts, withShown } from './faulty.js';

const resetAt = 'counts nothing any more at resetAt, and something until then (where it says)';
const changes =
  'tells the latest on subscribing, then each change, also when usage leaves the window';
const timers =
  'sets no timer while nobody waits or watches, and none after close (where the subject tells)';

/** Who tells too little, too much or nonsense. */
export const faultsOfShowing: Readonly<Record<string, Faulty>> = {
  'shows debt as room of less than nothing': {
    make: withShown(({ limit, used }) => ({ remaining: limit! - used })),
    seenBy: 'shows no debt as room',
  },
  'says nonsense of resetAt': {
    make: withShown(() => ({ resetAt: 1e12 })),
    seenBy: resetAt,
  },
  'says 1 ms too little of resetAt': {
    make: withShown(({ resetAt: at }) => ({ resetAt: at === undefined ? at : at - 1 })),
    seenBy: resetAt,
  },
  'says 1 ms too much of resetAt': {
    make: withShown(({ resetAt: at }) => ({ resetAt: at === undefined ? at : at + 1 })),
    seenBy: resetAt,
  },
  'says a resetAt of NaN': {
    make: withShown(({ resetAt: at }) => ({ resetAt: at === undefined ? at : NaN })),
    seenBy: resetAt,
  },
  'says a resetAt of a budget': {
    make: withShown(() => ({ resetAt: 1 })),
    seenBy: 'brings nothing of a budget back, however long one waits',
  },
  'does not tell the latest on subscribing': {
    make: withParts(({ quotas$ }) => ({ quotas$: quotas$.pipe(skip(1)) })),
    seenBy: changes,
  },
  'does not tell when usage leaves the window': {
    make: withParts(({ quotas$ }) => ({
      quotas$: quotas$.pipe(filter(([tokens]) => tokens!.used > 0)),
    })),
    seenBy: changes,
  },
  'does not tell of changes of a limit': {
    make: withParts(({ quotas$ }) => ({
      quotas$: quotas$.pipe(
        distinctUntilChanged(([before], [after]) => before?.used === after?.used),
      ),
    })),
    seenBy: 'tells of each change of a limit, though nothing is charged',
  },
  'does not tell of a limit that is not allowed': {
    make: withParts(() => ({ faults$: EMPTY })),
    seenBy: 'tells of a limit that is not allowed, and keeps the last good one',
  },
  'does not tell of an error that ends the changes of a limit': {
    make: withParts(({ faults$ }) => ({
      faults$: faults$.pipe(filter((fault) => fault instanceof InvalidOptionError)),
    })),
    seenBy: 'tells of an error that ends the changes of a limit, and keeps the last good one',
  },
  'goes on watching limits and timers when it is closed': {
    make: withParts(() => ({ close: () => {} })),
    seenBy: 'watches a limit no more when it is closed, once or twice',
  },
  'leaves a timer set when it is closed': {
    make: withParts(() => ({ close: () => {} })),
    seenBy: timers,
  },
  'polls though nobody waits': { make: polling(), seenBy: timers },
  'throws when it is closed': {
    make: withParts(() => ({
      close: () => {
        throw new Error('still in use');
      },
    })),
    seenBy: 'grants at once what fits',
  },
  'rejects when it is closed': {
    make: withParts(() => ({ close: () => Promise.reject(new Error('still in use')) as never })),
    seenBy: 'grants at once what fits',
  },
};

function polling(): Make {
  return withParts((_, scheduler) => {
    scheduler.schedule(function () {
      this.schedule(undefined, 100);
    }, 100);
    return {};
  });
}

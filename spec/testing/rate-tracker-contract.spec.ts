import { type Observable, of } from 'rxjs';
import {
  InMemoryRateTracker,
  type InMemoryRateTrackerOptions,
  type Quota,
  type RateTracker,
  type Reservation,
  type RxllmError,
  type Usage,
} from '../../src/index.js';
import { type ContractCase, rateTrackerContract, VirtualTime } from '../../src/testing/index.js';

type Make = (quotas: readonly Quota[], scheduler: VirtualTime) => RateTracker;

function contractOf(make: Make): readonly ContractCase[] {
  const time = new VirtualTime();
  return rateTrackerContract({
    make: (quotas) => make(quotas, time),
    wait: (ms) => time.advance(ms),
    now: () => time.now(),
  });
}

const inMemory: Make = (quotas, scheduler) => new InMemoryRateTracker({ quotas, scheduler });

describe('rateTrackerContract', () => {
  describe('InMemoryRateTracker', () => {
    it.each(contractOf(inMemory).map(({ name, run }) => [name, run] as const))(
      '%s',
      async (_, run) => {
        await run();
      },
    );
  });

  it('knows no time of its own: the sum of all waits will do', async () => {
    const time = new VirtualTime();
    const contract = rateTrackerContract({
      make: async (quotas) => inMemory(quotas, time),
      wait: async (ms) => time.advance(ms),
      windowMs: 400,
      slackMs: 5,
    });

    for (const { run } of contract) await run();
  });

  it.each(Object.entries(faulty()))('sees a tracker that %s', async (_, { make, seenBy }) => {
    const broken: string[] = [];
    for (const { name, run } of contractOf(make))
      await run().catch((error: unknown) => broken.push(`${(error as RxllmError).code}: ${name}`));

    expect(broken).toContain(`CONTRACT_VIOLATION: ${seenBy}`);
  });
});

interface Faulty {
  readonly make: Make;
  readonly seenBy: string;
}

/** Trackers with one fault each, and the case that must see it. */
function faulty(): Readonly<Record<string, Faulty>> {
  return {
    'grants too much': {
      make: withQuotas((quota) => ({ ...quota, limit: more(quota.limit) })),
      seenBy: 'grants what does not fit when enough has left the window, and not before',
    },
    'grants 1 ms too early': {
      make: withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs - 1 })),
      seenBy: 'grants what does not fit when enough has left the window, and not before',
    },
    'grants 1 ms too late': {
      make: withQuotas((quota) => ({ ...quota, windowMs: quota.windowMs + 1 })),
      seenBy: 'grants what does not fit when enough has left the window, and not before',
    },
    'forgets margins': {
      make: withQuotas((quota) => ({ ...quota, marginMs: 0 })),
      seenBy: 'grants nothing before the margin of a window has passed too',
    },
    'forgets to give back': {
      make: withReservations((reservation) => (reservation.giveBack = () => {})),
      seenBy: 'returns all that is given back, as if it had not been, and serves those who wait',
    },
    'never corrects an estimate': {
      make: withReservations((reservation) => (reservation.settle = () => {})),
      seenBy: 'gives what a settlement leaves over to those who wait, at once',
    },
    'settles as often as it is told': {
      make: withReservations((reservation, reserve) => {
        const { settle } = reservation;
        let settled = false;
        reservation.settle = (usage) => {
          if (settled) void reserve(usage);
          else settle.call(reservation, usage);
          settled = true;
        };
      }),
      seenBy: 'counts the first end of a reservation only',
    },
    'keeps the place of one who has left': {
      make: wrapped(({ reserve, tracker }) => {
        tracker.reserve = (cost) => {
          const answer = reserve(cost);
          // Subscribed to once for all, and never unsubscribed from.
          if (!Array.isArray(answer))
            (answer as Observable<Reservation>).subscribe({ error: () => {} });
          return answer;
        };
      }),
      seenBy:
        'has taken nothing for one who leaves while waiting, and those behind move up at once',
    },
    'grants twice': {
      make: wrapped(({ reserve, tracker }) => {
        tracker.reserve = (cost) => {
          const answer = reserve(cost);
          return Array.isArray(answer)
            ? of(answer[0] as Reservation, answer[0] as Reservation)
            : answer;
        };
      }),
      seenBy: 'answers each question once',
    },
    'takes from one quota only': {
      make: withQuotas((quota) => ({
        ...quota,
        limit: quota.unit === 'requests' ? 1e9 : quota.limit,
      })),
      seenBy: 'waits for the quota that has room last',
    },
    'lets who can never fit wait': {
      make: wrapped(({ tracker }) => (tracker.neverFits = () => undefined)),
      seenBy: 'refuses at once what no window can ever hold, and charges nothing for it',
    },
  };
}

function more(limit: Quota['limit']): Quota['limit'] {
  return typeof limit === 'number' ? limit + 20 : limit;
}

function withQuotas(change: (quota: Quota) => Quota): Make {
  return (quotas, scheduler) => inMemory(quotas.map(change), scheduler);
}

interface Wrapped {
  readonly tracker: RateTracker;
  readonly reserve: RateTracker['reserve'];
}

function wrapped(spoil: (parts: Wrapped) => unknown): Make {
  return (quotas, scheduler) => {
    const options: InMemoryRateTrackerOptions = { quotas, scheduler };
    const tracker: RateTracker = new InMemoryRateTracker(options);
    spoil({ tracker, reserve: tracker.reserve.bind(tracker) });
    return tracker;
  };
}

function withReservations(
  spoil: (reservation: Reservation, reserve: (usage: Usage) => unknown) => unknown,
): Make {
  return wrapped(({ tracker, reserve }) => {
    tracker.reserve = (cost) => {
      const answer = reserve(cost);
      if (Array.isArray(answer)) spoil(answer[0] as Reservation, reserve);
      return answer;
    };
  });
}

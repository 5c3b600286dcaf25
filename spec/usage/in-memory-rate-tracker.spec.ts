import { BehaviorSubject, concatMap, config, from, map, mergeMap, of, Subject } from 'rxjs';
import {
  InMemoryRateTracker,
  type Quota,
  quota,
  type RateTracker,
  type Reservation,
  TimeBoundedUsageTracker,
  type Usage,
} from '../../src/index.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

const requests = (limit: number | BehaviorSubject<number> | Subject<number>, windowMs = 6) =>
  quota({ unit: 'requests', limit, windowMs, marginMs: 0 });
const tokens = (limit: number, windowMs = 6) =>
  quota({ unit: 'tokens', limit, windowMs, marginMs: 0 });

/** A timer of the platform that fires a millisecond early. */
class EarlyTime extends VirtualTime {
  override schedule: VirtualTime['schedule'] = (work, delay = 0, state) =>
    super.schedule(work, delay > 1 ? delay - 1 : delay, state);
}

function observersOf(subject: Subject<void>): number {
  return (Reflect.get(subject, 'observers') as unknown[]).length;
}

/** Asks for all of the costs and notes who was granted when. */
function ask(tracker: RateTracker, time: VirtualTime, costs: readonly Usage[]) {
  const log: string[] = [];
  const subscriptions = costs.map((cost, index) =>
    from(tracker.reserve(cost)).subscribe({
      next: () => log.push(`${index} at ${time.frame}`),
      error: (error: unknown) => log.push(`${index} ${(error as Error).name} at ${time.frame}`),
    }),
  );
  return { log, subscriptions };
}

const ONE = { requests: 1 };

describe('InMemoryRateTracker', () => {
  let time: VirtualTime;
  const make = (...quotas: Quota[]) => new InMemoryRateTracker({ quotas, scheduler: time });

  beforeEach(() => {
    time = new VirtualTime();
  });

  it('has the answer at hand when the cost fits', () => {
    expect(make(requests(1)).reserve(ONE)).toEqual([expect.objectContaining({ cost: ONE })]);
  });

  it('grants at the instant at which what was charged leaves the window', () =>
    marbles(({ cold, expectObservable }) => {
      const tracker = new InMemoryRateTracker({ quotas: [requests(2)] });
      const source = '  a-b-c----d-----e-f-|';
      const expected = 'a-b---c--d-----e-f-|';
      const asked$ = cold(source).pipe(
        mergeMap((name) => from(tracker.reserve(ONE)).pipe(map(() => name))),
      );

      expectObservable(asked$).toBe(expected);
    }));

  it('grants nothing before its margin has passed too', () => {
    const tracker = make(quota({ unit: 'requests', limit: 1, windowMs: 1_000 }));
    const { log } = ask(tracker, time, [ONE, ONE]);
    time.flush();

    expect(log).toEqual(['0 at 0', '1 at 1250']);
  });

  it('grants when there is room in every quota, and takes from all of them at once', () => {
    const tracker = make(requests(2, 20), tokens(100, 10), tokens(120, 30));
    const { log } = ask(tracker, time, [
      { tokens: 100 },
      { tokens: 20 }, // room in 100 per 10 at 10, in 2 per 20 and in 120 per 30 at once
      { tokens: 1 }, // room in 2 per 20 at 20, in 120 per 30 at 30
      { tokens: 1 },
    ]);
    time.flush();

    expect(log).toEqual(['0 at 0', '1 at 10', '2 at 30', '3 at 30']);
  });

  it('counts a request that nobody counted as one', () => {
    const tracker = make(requests(2), tokens(100));
    ask(tracker, time, [{ tokens: 1 }, { tokens: 1, requests: 1 }]);

    expect(tracker.quotas).toMatchObject([{ used: 2 }, { used: 2 }]);
  });

  it('lets a cost that nobody knows out while the usage is below the limit', () => {
    const tracker = make(tokens(100));
    const { log } = ask(tracker, time, [{ tokens: 99 }, {}, { tokens: 1 }, {}]);
    time.flush();

    expect(log).toEqual(['0 at 0', '1 at 0', '2 at 0', '3 at 6']);
  });

  it.each([
    [{ requests: 3 }, 'requests', 3, 2],
    [{ tokens: 101 }, 'tokens', 101, 100],
    [{ requests: 3, tokens: 101 }, 'requests', 3, 2],
  ])(
    'refuses %j, which no window can hold, at once and charges nothing',
    (cost, unit, asked, limit) => {
      const tracker = make(requests(2), tokens(100));
      let error: unknown;
      from(tracker.reserve(cost)).subscribe({ error: (reason: unknown) => (error = reason) });

      expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', unit, cost: asked, limit });
      expect(tracker.neverFits(cost)).toMatchObject({ unit, cost: asked, limit });
      expect(tracker.quotas).toMatchObject([{ used: 0 }, { used: 0 }]);
      expect(time.timers).toBe(0);
    },
  );

  it.each([{}, { requests: 2, tokens: 100 }, { tokens: 0 }, { usd: 1e9 }])(
    'says nothing against %j, which fits into an empty window',
    (cost) => {
      expect(make(requests(2), tokens(100)).neverFits(cost)).toBeUndefined();
    },
  );

  it('grants anything when it has no quotas', () => {
    const { log } = ask(make(), time, [ONE, { tokens: 1e9 }, {}]);

    expect(log).toEqual(['0 at 0', '1 at 0', '2 at 0']);
  });

  describe('while somebody waits', () => {
    it('serves first who asked first: nobody overtakes, though it would fit', () => {
      const { log } = ask(make(tokens(10)), time, [{ tokens: 6 }, { tokens: 6 }, { tokens: 1 }]);
      time.flush();

      expect(log).toEqual(['0 at 0', '1 at 6', '2 at 6']);
    });

    it('takes nothing from any quota', () => {
      const tracker = make(requests(9), tokens(10));
      ask(tracker, time, [{ tokens: 6 }, { tokens: 6 }, { tokens: 1 }]);

      expect(tracker.quotas).toMatchObject([{ used: 1 }, { used: 6 }]);
    });

    it('has taken nothing when unsubscribed from, and those behind move up at once', () => {
      const tracker = make(tokens(10));
      const { log, subscriptions } = ask(tracker, time, [
        { tokens: 6 },
        { tokens: 6 },
        { tokens: 4 },
      ]);
      time.advance(2);
      subscriptions[1]!.unsubscribe();

      expect(log).toEqual(['0 at 0', '2 at 2']);
      expect(tracker.quotas).toMatchObject([{ used: 10 }]);
      expect(time.timers).toBe(0);
    });

    it('holds one timer for all, and none when the last has left', () => {
      const { subscriptions } = ask(make(requests(1)), time, [ONE, ONE, ONE, ONE]);
      expect(time.timers).toBe(1);
      subscriptions[2]!.unsubscribe();
      subscriptions[1]!.unsubscribe();
      expect(time.timers).toBe(1);
      subscriptions[3]!.unsubscribe();

      expect(time.timers).toBe(0);
    });

    it('serves at once what a settlement makes room for', () => {
      const tracker = make(tokens(10));
      let first: Reservation | undefined;
      from(tracker.reserve({ tokens: 10 })).subscribe((reservation) => (first = reservation));
      const { log } = ask(tracker, time, [{ tokens: 4 }, { tokens: 3 }]);
      time.advance(2);
      first!.settle({ tokens: 5 });
      time.flush();

      expect(log).toEqual(['0 at 2', '1 at 6']);
    });

    it('lets debt delay what follows', () => {
      const tracker = make(tokens(10));
      let first: Reservation | undefined;
      from(tracker.reserve({ tokens: 1 })).subscribe((reservation) => (first = reservation));
      time.advance(1);
      first!.settle({ tokens: 1_000 });
      expect(tracker.quotas).toMatchObject([{ used: 1_000, remaining: 0 }]);
      const { log } = ask(tracker, time, [{ tokens: 1 }]);
      time.flush();

      expect(log).toEqual(['0 at 6']);
    });

    it('puts who asks again in its answer behind those who waited already', () => {
      const tracker = make(requests(1));
      const log: string[] = [];
      const take = (name: string, again: number) => {
        from(tracker.reserve(ONE)).subscribe(() => {
          log.push(`${name} at ${time.frame}`);
          if (again > 0) take(name, again - 1);
        });
      };
      for (const name of ['a', 'b', 'c']) take(name, 1);
      time.flush();

      expect(log).toEqual(['a at 0', 'a at 6', 'b at 12', 'c at 18', 'b at 24', 'c at 30']);
    });

    it('has taken nothing from one that leaves in the very turn in which it is charged', () => {
      // Who draws quotas$ hears of a charge before the one who is charged gets its reservation.
      const tracker = make(tokens(10));
      ask(tracker, time, [{ tokens: 4 }]);
      const { log, subscriptions } = ask(tracker, time, [{ tokens: 10 }, { tokens: 3 }]);
      tracker.quotas$.subscribe(([quota]) => {
        if (quota!.used === 10) subscriptions[0]!.unsubscribe();
      });
      time.advanceTo(6);

      expect([log, tracker.quotas[0]!.used]).toEqual([['1 at 6'], 3]);
    });

    it('harms nobody else when one of them throws', () =>
      marbles(({ flush }) => {
        const unhandled = jest.fn();
        const { onUnhandledError } = config;
        config.onUnhandledError = unhandled;
        const tracker = make(requests(1));
        ask(tracker, time, [ONE]);
        from(tracker.reserve(ONE)).subscribe(() => {
          throw new Error('from a handler');
        });
        const { log } = ask(tracker, time, [ONE]);
        time.flush();
        flush();
        config.onUnhandledError = onUnhandledError;

        expect(log).toEqual(['0 at 12']);
        expect(unhandled.mock.calls).toEqual([[new Error('from a handler')]]);
      }));

    it('serves a hundred thousand in one turn without growing the stack', () => {
      const limit$ = new BehaviorSubject(1);
      const tracker = make(requests(limit$));
      const { log } = ask(tracker, time, Array<Usage>(100_001).fill(ONE));
      expect(log).toHaveLength(1);
      limit$.next(1_000_000);

      expect(log).toHaveLength(100_001);
      expect(log.at(-1)).toBe('100000 at 0');
    });

    it('watches for changes once, however often the line empties and fills in one turn', () => {
      // A waiter that asks again in its answer: each answer left one more watcher behind.
      const rateTracker = new TimeBoundedUsageTracker({ windowMs: 6, scheduler: time });
      const tracker = new InMemoryRateTracker({ rateLimit: 1, rateTracker });
      const watchers: number[] = [];
      const again$ = of(...Array<Usage>(20).fill({ tokens: 1 }));
      again$.pipe(concatMap((cost) => tracker.reserve(cost))).subscribe(() => {
        watchers.push(observersOf(rateTracker.changes));
      });
      time.flush();

      expect(watchers).toHaveLength(20);
      expect(Math.max(...watchers)).toBe(1);
      expect(rateTracker.changes.observed).toBe(false);
    });
  });

  describe('with a limit that changes', () => {
    it('lets nothing out and sets no timer until the limit is known', () => {
      const limit$ = new Subject<number>();
      const tracker = make(requests(limit$), tokens(10));
      const { log } = ask(tracker, time, [ONE, ONE]);
      expect([log, time.timers]).toEqual([[], 0]);
      expect(tracker.quotas).toMatchObject([
        { limit: undefined, used: 0, remaining: 0 },
        { used: 0 },
      ]);
      time.advance(3);
      limit$.next(2);

      expect(log).toEqual(['0 at 3', '1 at 3']);
    });

    it('serves at once what a raised limit makes room for', () => {
      const limit$ = new BehaviorSubject(1);
      const { log } = ask(make(requests(limit$)), time, [ONE, ONE, ONE]);
      time.advance(1);
      limit$.next(2);
      time.flush();

      expect(log).toEqual(['0 at 0', '1 at 1', '2 at 6']);
    });

    it('lets a lowered limit delay what follows', () => {
      const limit$ = new BehaviorSubject(3);
      const tracker = make(requests(limit$));
      ask(tracker, time, [ONE]);
      time.advance(2);
      ask(tracker, time, [ONE, ONE]);
      limit$.next(1);
      const { log } = ask(tracker, time, [ONE, ONE]);
      time.flush();

      expect(log).toEqual(['0 at 8', '1 at 14']);
    });

    it('refuses who waits for what no longer fits into any window, and serves those behind', () => {
      const limit$ = new BehaviorSubject(10);
      const tracker = make(requests(limit$));
      const { log } = ask(tracker, time, [{ requests: 4 }, { requests: 9 }, { requests: 1 }]);
      time.advance(1);
      limit$.next(5);

      expect(log).toEqual(['0 at 0', '1 QuotaExceededError at 1', '2 at 1']);
    });

    it('reports a limit that is not allowed, with its place, and keeps the last good one', () => {
      const limit$ = new BehaviorSubject(2);
      const tracker = make(tokens(1), requests(limit$));
      const faults: unknown[] = [];
      tracker.faults$.subscribe((fault) => faults.push(fault));
      for (const value of [0, -1, NaN, Infinity]) limit$.next(value);
      limit$.error(new Error('lost'));

      expect(faults.map((fault) => (fault as Error).message)).toEqual([
        ...['0', '-1', 'NaN', 'Infinity'].map(
          (value) => `rxllm: option quotas[1].limit is ${value}; allowed: a finite number above 0`,
        ),
        'lost',
      ]);
      expect(tracker.quotas).toMatchObject([{}, { limit: 2 }]);
    });

    it('stops watching limits and timers when closed', () => {
      const limit$ = new BehaviorSubject(1);
      const tracker = make(requests(limit$));
      ask(tracker, time, [ONE, ONE]);
      tracker.close();

      expect([limit$.observed, time.timers]).toEqual([false, 0]);
    });
  });

  describe('and time', () => {
    it('looks at the time again when a timer fires early', () => {
      time = new EarlyTime();
      const { log } = ask(make(requests(1, 1_000)), time, [ONE, ONE, ONE]);
      time.flush();

      expect(log).toEqual(['0 at 0', '1 at 1000', '2 at 2000']);
    });

    it('waits longer than the longest timer of the platform', () => {
      const windowMs = 60 * 86_400_000;
      const { log } = ask(make(requests(1, windowMs)), time, [ONE, ONE]);
      time.flush();

      expect(log).toEqual(['0 at 0', `1 at ${windowMs}`]);
    });

    it.each([-3_600_000, -1, 1, 3_600_000])(
      'loses at most one window to a step of its clock by %i ms, and grants none twice',
      (step) => {
        time = new VirtualTime();
        const { log } = ask(make(requests(1, 100)), time, [ONE, ONE, ONE]);
        time.advance(50);
        time.step(step);
        time.flush();
        const at = log.map((entry) => Number(entry.split(' at ')[1]));

        expect(log).toHaveLength(3);
        expect(at[1]).toBeGreaterThanOrEqual(step > 0 ? 50 : 100);
        expect(at[1]).toBeLessThanOrEqual(200);
        expect(at[2]! - at[1]!).toBe(100);
      },
    );

    it('is right inside TestScheduler.run also when it was made outside', () => {
      const tracker = new InMemoryRateTracker({ quotas: [requests(1)] });
      from(tracker.reserve(ONE)).subscribe();
      marbles(({ cold, expectObservable }) => {
        const asked$ = cold('a-b|').pipe(
          mergeMap((name) => from(tracker.reserve(ONE)).pipe(map(() => name))),
        );
        // The clock stands still for the step from real to virtual time, at the end of a millisecond.
        expectObservable(asked$).toBe('------a-----(b|)');
      });
    });

    it('is safe at instants between milliseconds: whole windows lie between', () => {
      const { log } = ask(make(requests(1, 10)), time, []);
      const tracker = make(requests(1, 10));
      time.advance(0.3);
      from(tracker.reserve(ONE)).subscribe(() => log.push(`0 at ${time.frame}`));
      time.advance(0.3);
      from(tracker.reserve(ONE)).subscribe(() => log.push(`1 at ${time.frame}`));
      time.flush();

      expect(log[0]).toBe('0 at 0.3');
      expect(Number(log[1]?.split(' at ')[1])).toBeGreaterThanOrEqual(10.3);
      expect(Number(log[1]?.split(' at ')[1])).toBeLessThan(12);
    });
  });

  describe('quotas$', () => {
    it('replays the latest, then tells each change, also when usage leaves its window', () =>
      marbles(({ expectObservable, cold }) => {
        const tracker = new InMemoryRateTracker({ quotas: [tokens(10)] });
        const used$ = tracker.quotas$.pipe(map(([quota]) => `${quota!.used}`));
        cold('-a--b')
          .pipe(concatMap((name) => tracker.reserve({ tokens: name === 'a' ? 3 : 4 })))
          .subscribe();

        expectObservable(used$, ' ^-----------------!').toBe('01--2--3--4', [
          '0',
          '3',
          '7',
          '4',
          '0',
        ]);
        expectObservable(used$, '-----^------------!').toBe(' -----2-3--4', [
          '0',
          '3',
          '7',
          '4',
          '0',
        ]);
      }));

    it('shows unit, limit, window without its margin, and what is left', () => {
      const tracker = make(quota({ unit: 'usd', limit: 2, windowMs: 6 }), requests(5, 10));
      ask(tracker, time, [{ usd: 0.5 }]);

      expect(tracker.quotas).toEqual([
        {
          unit: 'usd',
          limit: 2,
          windowMs: 6,
          used: 0.5,
          reserved: 0.5,
          usedByOthers: 0,
          remaining: 1.5,
          resetAt: 256,
        },
        {
          unit: 'requests',
          limit: 5,
          windowMs: 10,
          used: 1,
          reserved: 1,
          usedByOthers: 0,
          remaining: 4,
          resetAt: 10,
        },
      ]);
    });

    it('tells of a change of the limit', () => {
      const limit$ = new BehaviorSubject(1);
      const limits: unknown[] = [];
      make(requests(limit$)).quotas$.subscribe(([quota]) => limits.push(quota!.limit));
      for (const limit of [1, 2, 2, 3]) limit$.next(limit);

      expect(limits).toEqual([1, 2, 3]);
    });

    it('holds a timer only while it is observed and something is in a window', () => {
      const tracker = make(requests(5, 10));
      ask(tracker, time, [ONE]);
      expect(time.timers).toBe(0);
      const subscription = tracker.quotas$.subscribe();
      expect(time.timers).toBe(1);
      subscription.unsubscribe();
      expect(time.timers).toBe(0);
      tracker.quotas$.subscribe();
      time.flush();

      expect([time.frame, time.timers]).toEqual([10, 0]);
    });

    it('is at hand once for no quotas at all', () => {
      const seen: unknown[] = [];
      make().quotas$.subscribe((quotas) => seen.push(quotas));

      expect(seen).toEqual([[]]);
    });
  });

  describe('over a TimeBoundedUsageTracker', () => {
    let rateTracker: TimeBoundedUsageTracker;
    let tracker: InMemoryRateTracker;

    beforeEach(() => {
      rateTracker = new TimeBoundedUsageTracker({ windowMs: 6, scheduler: time });
      tracker = new InMemoryRateTracker({ rateLimit: 10, rateTracker });
    });

    it('lets an unknown cost out while the total is below the limit', () => {
      rateTracker.add(9);
      const { log } = ask(tracker, time, [{}]);
      rateTracker.add(1);
      const later = ask(tracker, time, [{}]);
      time.flush();

      expect([log, later.log]).toEqual([['0 at 0'], ['0 at 6']]);
    });

    it('counts what others add, and charges what it reserves to the same window', () => {
      rateTracker.add(7);
      ask(tracker, time, [{ tokens: 2 }]);

      expect(rateTracker.total).toBe(9);
      expect(tracker.quotas).toEqual([
        {
          unit: 'tokens',
          limit: 10,
          windowMs: 6,
          used: 9,
          reserved: 2,
          usedByOthers: 0,
          remaining: 1,
          resetAt: 6,
        },
      ]);
    });

    it('shares one window with another limit over it', () => {
      const other = new InMemoryRateTracker({ rateLimit: 5, rateTracker });
      ask(tracker, time, [{ tokens: 4 }]);
      const { log } = ask(other, time, [{ tokens: 2 }]);
      time.flush();

      expect(log).toEqual(['0 at 6']);
    });

    it('delays who waits when others add meanwhile', () => {
      const { log } = ask(tracker, time, [{ tokens: 10 }, { tokens: 1 }]);
      time.advance(4);
      rateTracker.add(10);
      time.flush();

      expect(log).toEqual(['0 at 0', '1 at 10']);
    });
  });

  describe('given a bad cost', () => {
    it.each([
      ['NaN', NaN],
      ['-1', -1],
      ['a text', '5'],
      ['null', null],
    ])('names %s, and charges nothing', (value, amount) => {
      const tracker = make(tokens(10));
      const errors: unknown[] = [];
      const caught = { error: (error: unknown) => errors.push(error) };
      try {
        from(tracker.reserve({ tokens: amount } as Usage)).subscribe(caught);
      } catch (error) {
        errors.push(error);
      }

      expect(errors).toEqual([
        expect.objectContaining({
          code: 'INVALID_OPTION',
          option: expect.stringContaining('tokens'),
          value,
        }),
      ]);
      expect(tracker.quotas).toMatchObject([{ used: 0 }]);
    });
  });
});

describe('InMemoryRateTracker names what it was given', () => {
  const tracker = () =>
    new InMemoryRateTracker({ quotas: [tokens(10)], scheduler: new VirtualTime() });
  const bad = { tokens: NaN };

  it.each<[string, (reservation: Required<Reservation>) => unknown]>([
    ['reserve(cost).tokens', () => tracker().reserve(bad)],
    ['forecast(cost).tokens', () => tracker().forecast(bad)],
    ['forecast(ahead).tokens', () => tracker().forecast({}, bad)],
    ['settle(usage).tokens', (reservation) => reservation.settle(bad)],
    ['revise(held).tokens', (reservation) => reservation.revise(bad)],
  ])('%s', (option, give) => {
    const [reservation] = tracker().reserve({ tokens: 1 }) as Required<Reservation>[];

    expect(errorOf(() => give(reservation!))).toMatchObject({ code: 'INVALID_OPTION', option });
  });

  it('rateLimit, where that changes to what is not allowed', () => {
    const faults: unknown[] = [];
    const tracker = new InMemoryRateTracker({
      rateLimit: of(5, NaN),
      rateTracker: new TimeBoundedUsageTracker({ scheduler: new VirtualTime() }),
    });
    tracker.faults$.subscribe((fault) => faults.push(fault));

    expect(faults).toMatchObject([{ code: 'INVALID_OPTION', option: 'rateLimit', value: 'NaN' }]);
    expect(tracker.quotas).toMatchObject([{ limit: 5 }]);
  });
});

describe('InMemoryRateTracker.forecast', () => {
  it('names the quota that is waited for, though others wait before', () => {
    const tracker = new InMemoryRateTracker({
      quotas: [requests(1)],
      scheduler: new VirtualTime(),
    });
    ask(tracker, new VirtualTime(), [ONE, ONE]);

    expect(tracker.forecast(ONE, ONE)).toMatchObject({ blockedBy: 'quota', unit: 'requests' });
  });
});

describe('InMemoryRateTracker.quotas$', () => {
  const heard = (tracker: InMemoryRateTracker) => {
    const states: unknown[] = [];
    tracker.quotas$.subscribe((quotas) =>
      states.push(quotas.map(({ used, limit }) => [used, limit])),
    );
    return states;
  };

  it('tells when one quota of several changes, whichever', () => {
    const quotas = [tokens(10), quota({ unit: 'images', limit: 10, windowMs: 6, marginMs: 0 })];
    const tracker = new InMemoryRateTracker({ quotas, scheduler: new VirtualTime() });
    const states = heard(tracker);
    tracker.reserve({ images: 2 });
    tracker.reserve({ tokens: 3 });

    expect(states).toEqual([
      [[0, 10], [0, 10]],
      [[0, 10], [2, 10]],
      [[3, 10], [2, 10]],
    ]); // prettier-ignore
  });

  it('tells of what is used, and of the limit, also where nothing remains', () => {
    const rateLimit = new BehaviorSubject(10);
    const rateTracker = new TimeBoundedUsageTracker({ scheduler: new VirtualTime() });
    const states = heard(new InMemoryRateTracker({ rateLimit, rateTracker }));
    rateTracker.add(10);
    rateTracker.add(15);
    rateLimit.next(20);

    expect(states).toEqual([[[0, 10]], [[10, 10]], [[25, 10]], [[25, 20]]]);
  });
});

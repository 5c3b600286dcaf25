import { BehaviorSubject, from } from 'rxjs';
import {
  budget,
  type GateOptions,
  InMemoryRateTracker,
  type Quota,
  quota,
  type QuotaState,
  QuotaExceededError,
  type RateLimit,
  type RateLimitReading,
  requestsPerDay,
  type Reservation,
  sharedQuota,
  TimeBoundedUsageTracker,
  tokensPerMinute,
} from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { LET_IN, limitOf, LOST, reading, refused, told } from './readings.js';

const MINUTE = 60_000;
const tokens = (limit: Quota['limit'], windowMs = MINUTE, model?: Quota['model']) =>
  quota({ unit: 'tokens', limit, windowMs, marginMs: 0, ...(model && { model }) });
const requests = (limit: Quota['limit'], windowMs = MINUTE) =>
  quota({ unit: 'requests', limit, windowMs, marginMs: 0 });
const some = (amount: number) => ({ tokens: amount });
const tokenLimit = (said: Partial<RateLimit>) => limitOf({ dim: 'tokens', ...said });

describe('what the provider tells of its limits', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (...quotas: Quota[]) => new InMemoryRateTracker({ quotas, scheduler: time });
  const learning = (...quotas: Quota[]) =>
    new InMemoryRateTracker({ quotas, scheduler: time, limits: 'learn' });

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  describe('by default', () => {
    it('narrows a limit', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 300, remaining: 200, resetMs: 100 })));
      client.askAll(tracker, 'bcd', some(100));

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 0']);
      expect(tracker.quotas).toMatchObject([
        { limit: 300, used: 300, usedByOthers: 0, remaining: 0 },
      ]);
      time.flush();
      expect(client.news()).toEqual(['d 60000']);
    });

    it('never raises one', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 5_000, remaining: 4_900, resetMs: 100 })));

      expect(tracker.quotas).toMatchObject([{ limit: 1_000, remaining: 900 }]);
    });

    it('adds none', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(limitOf({ limit: 1, remaining: 0, resetMs: 100 })));
      client.ask(tracker, 'b', some(100));

      expect([client.news(), tracker.quotas.length]).toEqual([['a 0', 'b 0'], 1]);
    });

    it('does not count what others use of a larger limit against the part of it that is ours', () => {
      const tracker = make(tokens(200));
      client.ask(tracker, 'a', some(10));
      const limit = tokenLimit({ limit: 2_000, remaining: 1_500, resetMs: 15_000 });
      client.of('a').hear(told(limit));
      expect(tracker.quotas).toMatchObject([{ limit: 200, usedByOthers: 490, remaining: 190 }]);
      client.ask(tracker, 'b', some(190));

      expect(client.news()).toEqual(['a 0', 'b 0']);
    });

    it('keeps to what is left of a larger limit when that is less than ours', () => {
      const tracker = make(tokens(200));
      client.ask(tracker, 'a', some(10));
      client.of('a').hear(told(tokenLimit({ limit: 2_000, remaining: 50, resetMs: 30_000 })));
      expect(tracker.quotas).toMatchObject([{ limit: 200, usedByOthers: 1_940, remaining: 50 }]);
      client.askAll(tracker, 'bc', some(50));
      expect(client.news()).toEqual(['a 0', 'b 0']);
      time.flush();

      expect(client.news()).toEqual(['c 30000']);
    });

    it('keeps to what is left where the limit itself was not told', () => {
      const tracker = make(tokens(200));
      client.ask(tracker, 'a', some(10));
      client.of('a').hear(told(tokenLimit({ remaining: 50, resetMs: 30_000 })));
      client.askAll(tracker, 'bc', some(50));
      time.flush();

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 30000']);
    });

    it('makes calls that cost more than the limit fail at once, by its name', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.ask(tracker, 'b', some(950));
      client.of('a').hear(told(tokenLimit({ limit: 300 })));

      expect(client.news()).toEqual(['a 0', 'b! 0 QUOTA_EXCEEDED']);
      expect(tracker.neverFits(some(301))).toMatchObject({ unit: 'tokens', cost: 301, limit: 300 });
      expect(tracker.neverFits(some(300))).toBeUndefined();
    });

    it('is forgotten for a newer word', () => {
      const tracker = make(tokens(1_000));
      client.askAll(tracker, 'ab', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 300, remaining: 200 })));
      client.of('b').hear(told(tokenLimit({ limit: 900, remaining: 700, resetMs: 1_000 })));

      expect(tracker.quotas).toMatchObject([{ limit: 900, usedByOthers: 0 }]);
    });

    it('narrows what is shared for all who share it', () => {
      const pool = sharedQuota(tokens(1_000));
      const [east, west] = [make(pool), make(pool)] as const;
      client.ask(east, 'a', some(100));
      client.ask(west, 'b', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 300, remaining: 200 })));

      expect(west.quotas).toMatchObject([
        { limit: 300, used: 200, usedByOthers: 0, remaining: 100 },
      ]);
      client.ask(west, 'c', some(101));
      time.flush();
      expect(client.news()).toEqual(['a 0', 'b 0', 'c 60000']);
    });

    it('does not raise what is shared, though one of them learns', () => {
      const pool = sharedQuota(tokens(1_000));
      const east = learning(pool);
      client.ask(east, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 9_000, remaining: 8_900, resetMs: 100 })));

      expect(east.quotas).toMatchObject([{ limit: 1_000 }]);
      expect(east.quotas).toHaveLength(1);
    });
  });

  describe('and what is left', () => {
    it('is reduced by what was sent after the call, also by others who share the quota', () => {
      const pool = sharedQuota(tokens(1_000));
      const [east, west] = [make(pool), make(pool)] as const;
      client.ask(east, 'a', some(100));
      client.ask(west, 'b', some(200));
      client.ask(east, 'c', some(300));
      // 250 are used by others.
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 650, resetMs: 20_000 })));

      expect(east.quotas).toMatchObject([{ used: 600, usedByOthers: 250, remaining: 150 }]);
      client.ask(west, 'd', some(151));
      time.flush();
      expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd 20000']);
    });

    it('is reduced by what another service over the same TimeBoundedUsageTracker sent after it', () => {
      const rateTracker = new TimeBoundedUsageTracker({ windowMs: MINUTE, scheduler: time });
      const over = () => new InMemoryRateTracker({ rateLimit: 1_000, rateTracker });
      const [east, west] = [over(), over()] as const;
      client.ask(east, 'a', some(100));
      client.ask(west, 'b', some(200));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 650, resetMs: 20_000 })));

      expect(east.quotas).toMatchObject([{ used: 300, usedByOthers: 250, remaining: 450 }]);
    });

    it('is what the newest answer says, by the order of sending', () => {
      const tracker = make(tokens(1_000));
      client.askAll(tracker, 'abc', some(100));
      client.of('b').hear(told(tokenLimit({ limit: 1_000, remaining: 500, resetMs: 20_000 })));
      expect(tracker.quotas).toMatchObject([{ usedByOthers: 300 }]);
      client.of('a').hear(told(tokenLimit({ limit: 50, remaining: 0, resetMs: 50_000 })));
      expect(tracker.quotas).toMatchObject([{ limit: 1_000, usedByOthers: 300 }]);
      client.of('b').hear(told(tokenLimit({ limit: 1_000, remaining: 600, resetMs: 20_000 })));
      expect(tracker.quotas).toMatchObject([{ usedByOthers: 200 }]);
      client.of('c').hear(told(tokenLimit({ limit: 1_000, remaining: 700, resetMs: 20_000 })));

      expect(tracker.quotas).toMatchObject([{ usedByOthers: 0 }]);
    });

    it('counts what others used until it is full again, margin included, and tells so', () => {
      const tracker = make(quota({ unit: 'tokens', limit: 1_000, windowMs: MINUTE }));
      const seen: unknown[] = [];
      tracker.quotas$.subscribe(([state]) => {
        seen.push([time.frame, state!.usedByOthers, state!.remaining]);
      });
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 500, resetMs: 20_000 })));
      client.ask(tracker, 'b', some(700));
      time.flush();

      expect(client.news()).toEqual(['a 0', 'b 20250']);
      expect(seen).toEqual([
        [0, 0, 1_000],
        [0, 0, 900],
        [0, 400, 500],
        [20_250, 0, 900],
        [20_250, 0, 200],
        [60_250, 0, 300],
        [80_500, 0, 1_000],
      ]);
    });

    it('lets who waits for others go when a newer answer says that they used less', () => {
      const tracker = make(tokens(1_000));
      client.askAll(tracker, 'ab', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 0, resetMs: 20_000 })));
      client.ask(tracker, 'c', some(300));
      time.advance(5);
      expect(client.news()).toEqual(['a 0', 'b 0']);
      client.of('b').hear(told(tokenLimit({ limit: 1_000, remaining: 500, resetMs: 100 })));

      expect(client.news()).toEqual(['c 5']);
    });

    it.each([null, 0, -1, NaN, Infinity, 1e12])(
      'counts others for one window at most, where the reset is said to be %d',
      (resetMs) => {
        const tracker = make(tokens(1_000));
        client.ask(tracker, 'a', some(100));
        const limit = tokenLimit({ limit: 1_000, remaining: 0, resetMs, windowMs: MINUTE });
        client.of('a').hear(told(limit));
        client.ask(tracker, 'b', some(101));
        time.flush();

        expect(client.news()).toEqual(['a 0', 'b 60000']);
      },
    );

    it('leaves room for who waits as soon as ours has left, though others count on', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(300));
      time.advance(50_000);
      client.ask(tracker, 'b', some(1));
      client.of('b').hear(told(tokenLimit({ limit: 1_000, remaining: 499, resetMs: 50_000 })));
      client.ask(tracker, 'c', some(700));
      time.flush();

      // 200 are used by others until 100,000; a leaves at 60,000.
      expect(client.news()).toEqual(['a 0', 'b 50000', 'c 60000']);
    });

    it('sets one timer for when both have left, others and ours', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(300));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 200, resetMs: 10_000 })));
      const schedule = jest.spyOn(time, 'schedule');
      client.ask(tracker, 'b', some(900));
      time.flush();

      expect(client.news()).toEqual(['a 0', 'b 60000']);
      expect(schedule).toHaveBeenCalledTimes(1);
    });

    it('counts others after a refusal only until the gate reopens: the probe will tell', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client
        .of('a')
        .hear(refused(2_000, tokenLimit({ limit: 1_000, remaining: 0, resetMs: 60_000 })));
      client.ask(tracker, 'b', some(100));
      expect(tracker.quotas).toMatchObject([{ usedByOthers: 900 }]);
      time.advanceTo(2_000);

      expect(client.news()).toEqual(['a 0', 'b 2000']);
    });

    it('lets unknown costs out while something is left', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 50, resetMs: 7_000 })));
      client.ask(tracker, 'b', {});
      client.ask(tracker, 'c', some(50));
      client.ask(tracker, 'd', {});
      time.flush();

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd 7000']);
    });

    it('is not taken for less when a call has been settled before its answer is heard', () => {
      const tracker = make(tokens(1_000));
      client.ask(tracker, 'a', some(100));
      client.of('a').settle(some(40));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 960, resetMs: 100 })));

      expect(tracker.quotas).toMatchObject([{ used: 40, usedByOthers: 0, remaining: 960 }]);
    });
  });

  describe('finds its quota', () => {
    const hear = (tracker: InMemoryRateTracker, ...limits: RateLimit[]) => {
      client.ask(tracker, 'first', { requests: 1, tokens: 1 });
      client.of('first').hear(told(...limits));
      return tracker.quotas.map(({ limit }) => limit);
    };

    it('by the window that is named', () => {
      const tracker = make(requests(50, 10_000), requests(500), requestsPerDay(10_000));

      expect(
        hear(
          tracker,
          limitOf({ limit: 9_000, windowMs: 86_400_000 }),
          limitOf({ limit: 40, windowMs: 10_000 }),
          limitOf({ limit: 400, windowMs: MINUTE }),
          limitOf({ limit: 3, windowMs: 3_600_000 }),
        ),
      ).toEqual([40, 400, 9_000]);
    });

    it('by the time in which it is full again, where no window is named', () => {
      const tracker = make(requests(500), requestsPerDay(10_000));

      expect(hear(tracker, limitOf({ limit: 200, remaining: 197, resetMs: 977_764 }))).toEqual([
        500, 200,
      ]);
      expect(hear(tracker, limitOf({ limit: 400, remaining: 399, resetMs: 150 }))).toEqual([
        400, 200,
      ]);
    });

    it('among several that it may be: the one whose window is nearest', () => {
      const tracker = make(requests(90, 10_000), requests(500), requests(500, 70_000));

      expect(hear(tracker, limitOf({ limit: 80, remaining: 79, resetMs: 150 }))).toEqual([
        90, 80, 500,
      ]);
    });

    it('over a window that is a little longer, as that of a TimeBoundedUsageTracker is', () => {
      const rateTracker = new TimeBoundedUsageTracker({ scheduler: time });
      const tracker = new InMemoryRateTracker({ rateLimit: 1_000, rateTracker });

      expect(hear(tracker, tokenLimit({ limit: 800, remaining: 799, resetMs: 100 }))).toEqual([
        800,
      ]);
    });

    it('never in a budget', () => {
      const tracker = make(budget({ unit: 'tokens', limit: 1_000 }));

      expect(
        hear(
          tracker,
          tokenLimit({ limit: 5, remaining: 0, resetMs: 1e15 }),
          tokenLimit({ limit: 5, remaining: 0, windowMs: Infinity }),
        ),
      ).toEqual([1_000]);
    });

    it('once in an answer: a month without a name does not stand for the minute (Mistral)', () => {
      const month = tokenLimit({ limit: 10_000_000_000, remaining: 9_999_999_893 });
      const minute = tokenLimit({ limit: 2_000_000, remaining: 1_999_893, windowMs: MINUTE });

      for (const limits of [
        [minute, month],
        [month, minute],
      ]) {
        expect(hear(make(tokensPerMinute(5_000_000)), ...limits)).toEqual([2_000_000]);
        expect(hear(learning(tokensPerMinute(1_000_000)), ...limits)).toEqual([2_000_000]);
        const tracker = learning();
        hear(tracker, ...limits);
        expect(tracker.quotas).toMatchObject([{ limit: 2_000_000, windowMs: MINUTE }]);
      }
    });
  });

  describe("with 'learn'", () => {
    it('replaces what was configured, up and down', () => {
      const tracker = learning(tokens(1_000));
      client.askAll(tracker, 'ab', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 5_000, remaining: 4_900, resetMs: 1_200 })));
      expect(tracker.quotas).toMatchObject([{ limit: 5_000, remaining: 4_800 }]);
      client.of('b').hear(told(tokenLimit({ limit: 500, remaining: 300, resetMs: 24_000 })));

      expect(tracker.quotas).toMatchObject([{ limit: 500, remaining: 300 }]);
    });

    it('raises nothing by what may be of a longer window (Groq tells of days without a name)', () => {
      const tracker = learning(requests(30));
      client.ask(tracker, 'a');
      const day = limitOf({ limit: 14_400, remaining: 14_398, resetMs: 11_355 });
      client.of('a').hear(told(day));

      expect(tracker.quotas).toMatchObject([{ limit: 30 }]);
    });

    it('adds what was not configured, to be seen by all', () => {
      const tracker = learning(tokens(1_000));
      const seen: (readonly QuotaState[])[] = [];
      tracker.quotas$.subscribe((quotas) => seen.push(quotas));
      client.ask(tracker, 'a', some(100));
      client
        .of('a')
        .hear(
          told(
            limitOf({ limit: 3, remaining: 2, resetMs: 20_000 }),
            tokenLimit({ limit: 1_000, remaining: 900, resetMs: 6_000 }),
          ),
        );

      expect(tracker.quotas).toMatchObject([
        { unit: 'tokens', limit: 1_000, used: 100 },
        { unit: 'requests', limit: 3, windowMs: MINUTE, used: 1, usedByOthers: 0, remaining: 2 },
      ]);
      expect(seen.at(-1)).toEqual(tracker.quotas);
      client.askAll(tracker, 'bcd', some(10));
      expect(client.news()).toEqual(['a 0', 'b 0', 'c 0']);
      // The margin of what nobody configured is the usual one.
      time.flush();
      expect(client.news()).toEqual(['d 60250']);
    });

    it('charges what it added as all others: settled, given back, to nothing after its window', () => {
      const tracker = learning();
      client.ask(tracker, 'a', some(100));
      client.of('a').hear(told(tokenLimit({ limit: 1_000, remaining: 900, resetMs: 6_000 })));
      client.askAll(tracker, 'bc', some(100));
      expect(tracker.quotas).toMatchObject([{ used: 300, reserved: 200, usedByOthers: 0 }]);
      client.of('b').giveBack();
      client.of('c').settle(some(30));
      client.of('a').settle(some(5));
      expect(tracker.quotas).toMatchObject([{ used: 130, reserved: 0, usedByOthers: 0 }]);
      time.advance(60_250);

      expect(tracker.quotas).toMatchObject([{ used: 0, reserved: 0, usedByOthers: 0 }]);
    });

    it('counts what was on its way when the limit was first told', () => {
      const tracker = learning(tokens(1_000));
      client.askAll(tracker, 'abcd', some(1));
      client.of('b').hear(told(limitOf({ limit: 10, remaining: 6, resetMs: 20_000 })));
      // Four are used by what the provider says, c and d are on their way.
      expect(tracker.quotas[1]).toMatchObject({
        used: 3,
        reserved: 0,
        usedByOthers: 3,
        remaining: 4,
      });
      client.of('c').hear(told(limitOf({ limit: 10, remaining: 5, resetMs: 20_000 })));

      // c is one of the five now, d is still on its way.
      expect(tracker.quotas[1]).toMatchObject({ remaining: 4 });
    });

    it('sends one call first where it knows no limit at all, then what was learned', () => {
      const tracker = learning();
      client.askAll(tracker, 'abcde', some(100));
      expect([client.news(), tracker.gate.status]).toEqual([['a 0'], 'proving']);
      time.advance(70);
      client.of('a').hear(told(tokenLimit({ limit: 400, remaining: 300, resetMs: 15_000 })));
      expect([client.news(), tracker.gate.status]).toEqual([['b 70', 'c 70', 'd 70'], 'open']);
      time.flush();

      expect(client.news()).toEqual(['e 60320']);
    });

    it.each([
      ['is let in and tells nothing', () => client.of('a').hear(LET_IN), ['b 5', 'c 5']],
      ['gives all back', () => client.of('a').giveBack(), ['b 5']],
      ['is settled without a word', () => client.of('a').settle({}), ['b 5']],
      ['is lost', () => client.of('a').hear(LOST), []],
      ['is refused', () => client.of('a').hear(refused(100)), []],
    ])('goes on when the first call of all %s', (_, end, expected) => {
      const tracker = learning();
      client.askAll(tracker, 'abc', some(100));
      time.advance(5);
      end();

      expect(client.news()).toEqual(['a 0', ...expected]);
    });

    it('sends no call first where a limit is configured, or where that is not wanted', () => {
      const gate: Partial<GateOptions> = { isUnproven: false };
      const open = new InMemoryRateTracker({ quotas: [], scheduler: time, limits: 'learn', gate });
      client.askAll(open, 'ab');
      client.askAll(learning(requests(5)), 'cd');

      expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd 0']);
    });

    it('makes calls that cost more than what was learned fail, by its name', () => {
      const tracker = learning();
      client.ask(tracker, 'a', some(100));
      client.ask(tracker, 'b', some(500));
      client.of('a').hear(told(tokenLimit({ limit: 400, remaining: 300, resetMs: 15_000 })));

      expect(client.news()).toEqual(['a 0', 'b! 0 QUOTA_EXCEEDED']);
      expect(tracker.neverFits(some(401))).toMatchObject({ unit: 'tokens', limit: 400 });
    });

    it('follows a learned limit up and down, also where no reset is told', () => {
      const tracker = learning();
      client.ask(tracker, 'a', some(1));
      client.of('a').hear(told(tokenLimit({ limit: 400, remaining: 399 })));
      client.askAll(tracker, 'bc', some(1));
      client.of('b').hear(told(tokenLimit({ limit: 4_000, remaining: 3_998 })));
      expect(tracker.quotas).toMatchObject([{ limit: 4_000 }]);
      client.of('c').hear(told(tokenLimit({ limit: 40, remaining: 37 })));

      expect(tracker.quotas).toMatchObject([{ limit: 40 }]);
    });

    it('waits for a live limit before it learns', () => {
      const limit$ = new BehaviorSubject(1_000);
      const tracker = learning(tokens(limit$));
      client.ask(tracker, 'a', some(1));
      client.of('a').hear(told(tokenLimit({ limit: 400, remaining: 399, resetMs: 100 })));
      limit$.next(300);

      expect(tracker.quotas).toMatchObject([{ limit: 400 }]);
    });
  });

  describe('that is hostile', () => {
    const numbers = [null, 0, -1, 1e-300, 1, 3, NaN, Infinity, 1e308];
    const windows = [undefined, -1, NaN, Infinity, 1e-300, MINUTE];

    it('neither lets more out than is configured, nor blocks for ever', () => {
      const hostile = numbers.flatMap((limit) =>
        numbers.flatMap((remaining) =>
          numbers.flatMap((resetMs) =>
            windows.map((windowMs) => ({
              dim: 'requests',
              limit,
              remaining,
              resetMs,
              ...(windowMs !== undefined && { windowMs }),
            })),
          ),
        ),
      );
      for (const limit of hostile) {
        const tracker = make(requests(2));
        client.ask(tracker, 'a');
        client.of('a').hear(told(limit));
        client.of('a').hear(refused(null, limit));
        client.askAll(tracker, 'bcd');
        const [state] = tracker.quotas;
        const numbersOfIt = Object.values(state!).filter((value) => typeof value === 'number');
        expect([limit, numbersOfIt.every(Number.isFinite)]).toEqual([limit, true]);
        const start = time.frame;
        time.advance(200_000);

        const at = client.news().map((entry) => Number(entry.split(' ')[1]) - start);
        expect([limit, at.length]).toEqual([limit, 4]);
        expect(at[2]).toBeGreaterThanOrEqual(MINUTE);
        expect(at[3]).toBeGreaterThanOrEqual(at[1]! + MINUTE);
      }
    });

    it('adds no more than a few, and never blocks for ever, where it learns', () => {
      const tracker = learning(requests(2));
      client.ask(tracker, 'a');
      const many = Array.from({ length: 5_000 }, (_, index) =>
        limitOf({ dim: index % 2 ? 'requests' : 'tokens', limit: 9, windowMs: 1 + index }),
      );
      client.of('a').hear(told(...many));
      expect(tracker.quotas).toHaveLength(17);
      for (const limit of numbers)
        for (const windowMs of windows)
          client
            .of('a')
            .hear(
              told(
                tokenLimit({ limit, remaining: 0, ...(windowMs !== undefined && { windowMs }) }),
              ),
            );
      expect(tracker.quotas).toHaveLength(17);
      client.askAll(tracker, 'bcd');
      time.flush();

      expect(client.news()).toHaveLength(4);
    });

    it.each([
      ['a limit of nothing', { limit: 0 }],
      ['less than one', { limit: 0.5 }],
      ['no limit', { remaining: 5 }],
      ['a window that none is', { limit: 5, windowMs: -1 }],
      ['a window of years', { limit: 5, windowMs: 1e11 }],
      ['something else', { dim: 'input-images', limit: 5 }],
    ])('adds nothing for %s', (_, said) => {
      const tracker = learning(tokens(9));
      client.ask(tracker, 'a', some(1));
      client.of('a').hear(told(limitOf(said)));

      expect(tracker.quotas).toHaveLength(1);
    });

    it('does not make an empty word of a newer answer forget an older one', () => {
      const tracker = make(tokens(1_000));
      client.askAll(tracker, 'ab', some(1));
      client
        .of('b')
        .hear(told(tokenLimit({ resetMs: 5 }), tokenLimit({ limit: -1, remaining: -1 })));
      client.of('a').hear(told(tokenLimit({ limit: 300 })));

      expect(tracker.quotas).toMatchObject([{ limit: 300 }]);
    });
  });

  it('is heard by who waits and who watches only when it is news', () => {
    const tracker = make(tokens(1_000));
    let emissions = 0;
    client.askAll(tracker, 'ab', some(1));
    tracker.quotas$.subscribe(() => (emissions += 1));
    client.of('b').hear(told(tokenLimit({ limit: 500, remaining: 498 })));
    expect(emissions).toBe(2);
    client.of('a').hear(told(tokenLimit({ limit: 400, remaining: 399 })));
    client.of('b').hear(reading());

    expect(emissions).toBe(2);
  });

  it.each([
    ['what is left of it changes', { limit: 2_050, remaining: 140 }, [1_900, 140]],
    ['what others use of it changes', { limit: 2_000, remaining: 95 }, [1_895, 95]],
  ])('is told to who watches when only %s', (_, said, expected) => {
    const tracker = make(tokens(200));
    const seen: unknown[] = [];
    client.ask(tracker, 'a', some(10));
    tracker.quotas$.subscribe(([state]) => seen.push([state!.usedByOthers, state!.remaining]));
    client.of('a').hear(told(tokenLimit({ limit: 2_000, remaining: 90, resetMs: 1_000 })));
    client.of('a').hear(told(tokenLimit({ ...said, resetMs: 1_000 })));

    expect(seen).toEqual([[0, 190], [1_900, 90], expected]);
  });

  it('is told to who watches when others use less of a limit that is wider than ours', () => {
    const tracker = make(tokens(200));
    const seen: unknown[] = [];
    client.ask(tracker, 'a', some(10));
    tracker.quotas$.subscribe(([state]) => seen.push([state!.usedByOthers, state!.remaining]));
    for (const remaining of [1_500, 1_510])
      client.of('a').hear(told(tokenLimit({ limit: 2_000, remaining, resetMs: 1_000 })));

    expect(seen).toEqual([
      [0, 190],
      [490, 190],
      [480, 190],
    ]);
  });

  describe('of what refills', () => {
    const bucket = (limit: Quota['limit']) => tokens(limit, MINUTE, 'token-bucket');

    it('sets its pace from when it was told, not from when somebody asks', () => {
      const tracker = make(bucket(60_000));
      client.ask(tracker, 'a', some(60_000));
      client.of('a').hear(told(tokenLimit({ limit: 6_000, remaining: 0, resetMs: MINUTE })));
      time.advance(30_000);

      // Half a minute at the new pace: 3,000 have come back.
      expect(tracker.quotas).toMatchObject([{ limit: 6_000, used: 57_000 }]);
    });

    it('keeps to the pace of a limit from when it changes, though nobody asks or watches', () => {
      const limit$ = new BehaviorSubject(60_000);
      for (const make2 of [make, (shared: Quota) => make(sharedQuota(shared))]) {
        limit$.next(60_000);
        const tracker = make2(bucket(limit$));
        client.ask(tracker, 'a', some(60_000));
        limit$.next(6_000);
        time.advance(30_000);

        expect(tracker.quotas).toMatchObject([{ limit: 6_000, used: 57_000 }]);
      }
    });
  });

  it('answers a third party that subscribes later than it asked', () => {
    const tracker = make(tokens(1_000));
    client.ask(tracker, 'a', some(900));
    const later$ = from(tracker.reserve(some(200)));
    time.advance(MINUTE);
    const seen: number[] = [];
    later$.subscribe(() => seen.push(time.frame));

    expect(seen).toEqual([MINUTE]);
  });
});

describe('what the provider tells, where it is heard in disorder or no more', () => {
  const says = (dim: string, limit: number, remaining: number): RateLimitReading => {
    const told = [{ dim, limit, remaining, resetMs: MINUTE }];
    return { limits: told, retryAfterMs: null, shouldPause: false, retryable: false };
  };

  it('answers to a burst lower nothing that an answer to a call apart has told', () => {
    const time = new VirtualTime();
    const requests = quota({ unit: 'requests', limit: 100, windowMs: MINUTE });
    const tracker = new InMemoryRateTracker({ quotas: [requests], scheduler: time });
    const [first] = tracker.reserve({ requests: 1 }) as Reservation[];
    time.advance(1_000);
    first!.hear!(says('requests', 100, 49));
    expect(tracker.quotas).toMatchObject([{ usedByOthers: 50 }]);

    // The last of ten was the first to arrive.
    const burst = Array.from(
      { length: 10 },
      () => tracker.reserve({ requests: 1 }) as Reservation[],
    );
    burst[9]![0]!.hear!(says('requests', 100, 48));
    expect(tracker.quotas).toMatchObject([{ usedByOthers: 50, remaining: 39 }]);

    time.advance(2_000);
    const [apart] = tracker.reserve({ requests: 1 }) as Reservation[];
    apart!.hear!(says('requests', 100, 68));
    expect(tracker.quotas).toMatchObject([{ usedByOthers: 20 }]);
  });

  it('a limit that is too small for any call is forgotten when a window has passed', () => {
    const time = new VirtualTime();
    const tokens = quota({ unit: 'tokens', limit: 100, windowMs: MINUTE });
    const tracker = new InMemoryRateTracker({ quotas: [tokens], scheduler: time });
    const [first] = tracker.reserve({ tokens: 10 }) as Reservation[];
    first!.hear!(says('tokens', 5, 5));
    expect(tracker.neverFits({ tokens: 10 })).toBeInstanceOf(QuotaExceededError);

    time.advance(MINUTE + 249);
    expect(tracker.neverFits({ tokens: 10 })).toBeInstanceOf(QuotaExceededError);
    time.advance(1);
    expect(tracker.neverFits({ tokens: 10 })).toBeUndefined();
    expect(tracker.quotas).toMatchObject([{ limit: 100 }]);
  });
});

describe('what one answer tells of the others who use a limit', () => {
  const MARGIN = 250;
  let time: VirtualTime;
  let client: Client;
  let tracker: InMemoryRateTracker;
  const says = (remaining: number) => told(tokenLimit({ limit: 100, remaining, windowMs: MINUTE }));
  const usedByOthers = () => tracker.quotas[0]!.usedByOthers;
  const sendAt = (at: number, name: string) => {
    time.advanceTo(at);
    client.ask(tracker, name, some(1));
  };

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
    tracker = new InMemoryRateTracker({ quotas: [tokensPerMinute(100)], scheduler: time });
  });

  it.each([
    ['a margin after the one before', 1_000, 1_000 + MARGIN, 9_000, 0],
    ['more than a margin after the one before', 1_000, 1_001 + MARGIN, 9_000, 50],
    ['a margin before the next', 100, 1_000, 1_000 + MARGIN, 0],
    ['more than a margin before the next', 100, 1_000, 1_001 + MARGIN, 50],
  ])('is for certain, whatever a later one tells, only if it was sent apart: %s', (_, before, at, next, known) => {
    sendAt(before, 'a');
    sendAt(at, 'b');
    for (const name of 'cd') sendAt(next, name);
    // Of the others are 50, as b is told, and none, as c is told.
    client.of('b').hear(says(100 - 2 - 50));
    client.of('c').hear(says(100 - 3));

    expect(usedByOthers()).toBe(known);
  }); // prettier-ignore

  it.each([
    ['for certain if nothing was sent since', '', 50],
    ['not for certain if something was', 'b', 0],
  ])('of a limit that is learned by it is %s', (_, between, known) => {
    tracker = new InMemoryRateTracker({ quotas: [], limits: 'learn', scheduler: time });
    sendAt(1_000, 'x');
    client.of('x').hear(LET_IN);
    sendAt(3_000, 'a');
    client.askAll(tracker, between, some(1));
    client.of('a').hear(says(100 - 1 - 50));
    for (const name of 'cd') sendAt(9_000, name);
    client.of('c').hear(says(100 - 2 - between.length));

    expect(usedByOthers()).toBe(known);
  });
});

describe('a limit that was told', () => {
  const time = new VirtualTime();
  const learning = () =>
    new InMemoryRateTracker({ quotas: [], limits: 'learn', scheduler: new VirtualTime() });
  const heardFrom = (tracker: InMemoryRateTracker, ...limits: RateLimit[]) => {
    const [reservation] = tracker.reserve(some(1)) as Required<Reservation>[];
    reservation!.hear(told(...limits));
    return tracker.quotas.map(({ limit }) => limit);
  };

  it('is not forgotten where nothing else is known', () => {
    const tracker = new InMemoryRateTracker({ quotas: [], limits: 'learn', scheduler: time });
    heardFrom(tracker, tokenLimit({ limit: 100, remaining: 99, windowMs: MINUTE }));
    time.advance(10 * MINUTE);

    expect(tracker.quotas).toMatchObject([{ limit: 100 }]);
  });

  it('lets a call fit as soon as it is forgotten, one of the whole quota, too', () => {
    const clock = new VirtualTime();
    const tracker = new InMemoryRateTracker({ quotas: [tokens(100)], scheduler: clock });
    expect(heardFrom(tracker, tokenLimit({ limit: 50, remaining: 49, windowMs: MINUTE }))).toEqual([50]); // prettier-ignore
    clock.advance(MINUTE);

    expect(tracker.neverFits(some(100))).toBeUndefined();
  });

  it.each([undefined, MINUTE])('is the first of two that one answer tells of one window (%s)', (windowMs) => {
    const said = (limit: number) => tokenLimit({ limit, ...(windowMs && { windowMs }) });

    expect(heardFrom(learning(), said(100), said(50))).toEqual([100]);
    expect(heardFrom(learning(), said(50), said(100))).toEqual([50]);
  }); // prettier-ignore
});

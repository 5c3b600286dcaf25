import { NEVER, Subject } from 'rxjs';
import {
  budget,
  type GateOptions,
  InMemoryRateTracker,
  type LimitModel,
  type Quota,
  quota,
  sharedQuota,
  TimeBoundedUsageTracker,
  type Usage,
} from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { LET_IN, limitOf, refused, told } from './readings.js';

const tokens = (amount: number): Usage => ({ tokens: amount });
const NOTHING = { waitMs: 0, blockedBy: undefined };
const byTokens = (waitMs: number, windowMs = 100) => ({
  waitMs,
  blockedBy: 'quota',
  unit: 'tokens',
  windowMs,
});

describe('forecast', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (quotas: Quota[], gate?: Partial<GateOptions>) =>
    new InMemoryRateTracker({ quotas, scheduler: time, ...(gate && { gate }) });
  const of = (model: LimitModel, limit: Quota['limit'] = 100, marginMs = 10) =>
    quota({ unit: 'tokens', limit, windowMs: 100, marginMs, model });

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  describe('of a sliding window', () => {
    it('is the instant at which enough has left', () => {
      const tracker = make([of('sliding-window')]);
      client.ask(tracker, 'a', tokens(60));
      time.advance(30);
      client.ask(tracker, 'b', tokens(40));
      time.advance(10);

      expect(tracker.forecast(tokens(0))).toEqual(NOTHING);
      expect(tracker.forecast(tokens(1))).toEqual(byTokens(70));
      expect(tracker.forecast(tokens(60))).toEqual(byTokens(70));
      expect(tracker.forecast(tokens(61))).toEqual(byTokens(100));
    });

    it('repeats a window later what is let out in one, behind what is ahead', () => {
      const tracker = make([of('sliding-window')]);
      client.ask(tracker, 'a', tokens(60));
      time.advance(30);
      const waits = [20, 21, 80, 81, 120, 180, 280].map(
        (ahead) => tracker.forecast(tokens(20), tokens(ahead)).waitMs,
      );

      expect(waits).toEqual([0, 80, 80, 110, 110, 190, 300]);
    });
  });

  describe('of a token bucket', () => {
    it('is the refill, and the margin once', () => {
      const tracker = make([of('token-bucket')]);
      const waits = [0, 50, 100, 150, 1_000].map(
        (ahead) => tracker.forecast(tokens(50), tokens(ahead)).waitMs,
      );

      expect(waits).toEqual([0, 0, 60, 110, 960].map((wait) => expect.closeTo(wait, 6) as number));
    });

    it('goes on from what is missing', () => {
      const tracker = make([of('token-bucket')]);
      client.ask(tracker, 'a', tokens(100));
      time.advance(50);
      const waits = [0, 10, 200].map((ahead) => tracker.forecast(tokens(50), tokens(ahead)).waitMs);

      expect(waits).toEqual([10, 20, 210].map((wait) => expect.closeTo(wait, 6) as number));
    });

    it('is what a reservation waits for, where nothing is ahead', () => {
      const tracker = make([of('token-bucket')]);
      client.ask(tracker, 'a', tokens(50));
      time.advance(55);
      const { waitMs } = tracker.forecast(tokens(97));
      client.ask(tracker, 'b', tokens(97));
      time.flush();

      expect(waitMs).toBeCloseTo(2, 6);
      expect(client.news()).toEqual(['a 0', 'b 57']);
    });

    it('waits for no margin where all of it fits once the bucket is full', () => {
      const tracker = make([of('token-bucket')]);
      client.ask(tracker, 'a', tokens(50));
      time.advance(55);

      expect(tracker.quotas).toMatchObject([{ used: 5 }]);
      expect(tracker.forecast(tokens(50), tokens(50)).waitMs).toBeCloseTo(5, 6);
    });
  });

  describe('of a fixed window', () => {
    it('is the edge at which enough is forgotten, a margin late', () => {
      const tracker = make([of('fixed-window')]);
      time.advance(30);
      client.ask(tracker, 'a', tokens(60));
      const waits = [0, 20, 21, 120, 121, 1_020].map(
        (ahead) => tracker.forecast(tokens(20), tokens(ahead)).waitMs,
      );

      expect(waits).toEqual([0, 0, 80, 80, 180, 980]);
    });

    it('counts what is let out near an edge in both windows', () => {
      const tracker = make([of('fixed-window')]);
      time.advance(95);
      const waits = [0, 80, 81, 180, 181].map(
        (ahead) => tracker.forecast(tokens(20), tokens(ahead)).waitMs,
      );

      expect(waits).toEqual([0, 0, 115, 115, 215]);
    });

    it('lets the limit out once in two windows where the margin reaches over half of one', () => {
      const tracker = make([of('fixed-window', 100, 60)]);
      time.advance(50);
      const waits = [80, 180, 280, 380].map(
        (ahead) => tracker.forecast(tokens(20), tokens(ahead)).waitMs,
      );

      expect(waits).toEqual([0, 210, 410, 610]);
    });
  });

  it('is the longest of several quotas, each by its own unit', () => {
    const requests = quota({ unit: 'requests', limit: 2, windowMs: 10, marginMs: 0 });
    const tracker = make([requests, of('sliding-window')]);

    expect(tracker.forecast(tokens(10), { requests: 1, tokens: 90 })).toEqual(NOTHING);
    expect(tracker.forecast(tokens(10), { requests: 2, tokens: 90 })).toEqual({
      waitMs: 10,
      blockedBy: 'quota',
      unit: 'requests',
      windowMs: 10,
    });
    expect(tracker.forecast(tokens(10), { requests: 2, tokens: 91 })).toEqual(byTokens(110));
  });

  it('counts a cost that names no requests as one, and what is ahead as it is named', () => {
    const tracker = make([quota({ unit: 'requests', limit: 1, windowMs: 10, marginMs: 0 })]);
    const waits = [{}, { tokens: 5 }, { requests: 1 }, { requests: 2 }].map(
      (ahead) => tracker.forecast({}, ahead).waitMs,
    );

    expect(waits).toEqual([0, 0, 10, 20]);
    expect(tracker.forecast({ requests: 0 }, { requests: 1 }).waitMs).toBe(0);
  });

  it('waits with an unknown cost until less than the limit is used, whatever is ahead', () => {
    const tracker = make([of('sliding-window')]);
    client.ask(tracker, 'a', tokens(99));
    expect(tracker.forecast({}, tokens(500))).toEqual(NOTHING);
    client.ask(tracker, 'b', tokens(1));

    expect(tracker.forecast({}, tokens(500))).toEqual(byTokens(110));
  });

  it('is never while no limit is known, and for what no window can hold', () => {
    const limit$ = new Subject<number>();
    const tracker = make([of('sliding-window', limit$)]);
    expect(tracker.forecast(tokens(1))).toEqual(byTokens(Infinity));
    expect(make([of('token-bucket', NEVER)]).forecast({}, tokens(5)).waitMs).toBe(Infinity);
    limit$.next(50);

    expect(tracker.forecast(tokens(50), tokens(50))).toEqual(byTokens(110));
    expect(tracker.forecast(tokens(51), tokens(50))).toEqual(byTokens(Infinity));
    limit$.next(100);
    expect(tracker.forecast(tokens(50), tokens(50))).toEqual(NOTHING);
  });

  it('is never for more than is left of a budget', () => {
    const tracker = make([budget({ unit: 'usd', limit: 5 })]);
    client.ask(tracker, 'a', { usd: 2 });

    expect(tracker.forecast({ usd: 1 }, { usd: 2 })).toEqual(NOTHING);
    expect(tracker.forecast({ usd: 1 }, { usd: 2.5 })).toEqual({
      waitMs: Infinity,
      blockedBy: 'quota',
      unit: 'usd',
      windowMs: Infinity,
    });
    expect(tracker.forecast({ usd: 1 }, { usd: 50 }).waitMs).toBe(Infinity);
    expect(tracker.forecast({}, { usd: 50 }).waitMs).toBe(0);
  });

  it('takes fractions that fill a limit on paper to fill it', () => {
    const tracker = make([quota({ unit: 'usd', limit: 0.3, windowMs: 10, marginMs: 0 })]);
    const sum = 0.1 + 0.2 + 0.1;

    expect(tracker.forecast({ usd: 0.2 }, { usd: 0.1 }).waitMs).toBe(0);
    expect(tracker.forecast({ usd: 0.2 }, { usd: sum }).waitMs).toBe(10);
  });

  it('takes what others use for free once they count no more', () => {
    const tracker = make([quota({ unit: 'tokens', limit: 100, windowMs: 60_000, marginMs: 0 })]);
    client.ask(tracker, 'a', tokens(10));
    const limit = { dim: 'tokens', limit: 100, remaining: 20, resetMs: 5_000 };
    client.of('a').hear(told(limitOf(limit)));
    const waits = [0, 10, 11, 80, 81, 170, 171].map(
      (ahead) => tracker.forecast(tokens(10), tokens(ahead)).waitMs,
    );

    expect(tracker.quotas).toMatchObject([{ used: 10, usedByOthers: 70 }]);
    expect(waits).toEqual([0, 0, 5_000, 5_000, 60_000, 60_000, 60_000]);
    expect(tracker.forecast(tokens(0), tokens(20)).waitMs).toBe(0);
  });

  it('takes a limit that the provider told to be forgotten in one window, but not in several', () => {
    const tracker = make([quota({ unit: 'tokens', limit: 100, windowMs: 60_000, marginMs: 0 })]);
    client.ask(tracker, 'a', tokens(10));
    client.of('a').hear(told(limitOf({ dim: 'tokens', limit: 15 })));
    time.advance(1_000);
    client.ask(tracker, 'b', tokens(5));

    expect(tracker.forecast(tokens(10)).waitMs).toBe(59_000);
    expect(tracker.forecast(tokens(15)).waitMs).toBe(59_000);
    expect(tracker.forecast(tokens(15), tokens(30)).waitMs).toBe(180_000);
  });

  describe('with a gate', () => {
    it('is at the earliest when the gate lets it pass', () => {
      const tracker = make([of('sliding-window')]);
      client.ask(tracker, 'a', tokens(10));
      client.of('a').hear(refused(30));

      expect(tracker.forecast(tokens(10))).toEqual({ waitMs: 30, blockedBy: 'gate' });
      expect(tracker.forecast(tokens(10), tokens(200))).toEqual(byTokens(220));
      client.of('a').settle(tokens(100));
      time.advance(10);
      expect(tracker.forecast(tokens(10))).toEqual(byTokens(100));
    });

    it('names the gate where a quota takes as long', () => {
      const tracker = make([of('sliding-window')]);
      client.ask(tracker, 'a', tokens(100));
      client.of('a').hear(refused(110));

      expect(tracker.forecast(tokens(1))).toEqual({ waitMs: 110, blockedBy: 'gate' });
    });

    it('hears that of a shared quota as well', () => {
      const pool = sharedQuota(of('sliding-window'));
      const [east, west] = [make([pool]), make([pool])] as const;
      client.ask(east, 'a', tokens(10));
      client.of('a').hear(refused(30));

      expect(west.forecast(tokens(10))).toEqual({ waitMs: 30, blockedBy: 'gate' });
    });

    it('leaves the probe to the call that really goes', () => {
      const tracker = make([of('sliding-window')]);
      client.ask(tracker, 'a', tokens(10));
      client.of('a').hear(refused(30));
      time.advance(30);

      expect([1, 2].map(() => tracker.forecast(tokens(10)))).toEqual([NOTHING, NOTHING]);
      client.ask(tracker, 'b', tokens(10));
      expect(tracker.forecast(tokens(10))).toEqual({ waitMs: 10_000, blockedBy: 'gate' });
      client.of('b').hear(LET_IN);
      expect(tracker.forecast(tokens(10))).toEqual(NOTHING);
    });
  });

  describe('with a shared quota', () => {
    it('waits its turn behind one in another line that came before', () => {
      const pool = sharedQuota(of('sliding-window'));
      const [east, west] = [make([pool]), make([pool])] as const;
      client.ask(east, 'a', tokens(60));
      client.ask(east, 'b', tokens(60));

      expect(west.forecast(tokens(10))).toEqual({
        waitMs: 0,
        blockedBy: 'turn',
        unit: 'tokens',
        windowMs: 100,
      });
      expect(west.forecast(tokens(50))).toEqual(byTokens(110));
      client.leave('b');
      expect(west.forecast(tokens(10))).toEqual(NOTHING);
    });

    it('waits for the first of its own line, not for those who came after that', () => {
      const pool = sharedQuota(of('sliding-window'));
      const [east, west] = [make([pool]), make([pool])] as const;
      client.ask(east, 'a', tokens(60));
      client.ask(west, 'b', tokens(60));
      client.ask(east, 'c', tokens(60));

      expect(west.forecast(tokens(10))).toEqual({ waitMs: 0, blockedBy: 'turn' });
      expect(east.forecast(tokens(10)).blockedBy).toBe('turn');
    });

    it('counts what others charge', () => {
      const rateTracker = new TimeBoundedUsageTracker({ windowMs: 100, scheduler: time });
      const tracker = new InMemoryRateTracker({ rateLimit: 10, rateTracker });
      rateTracker.add(6);

      expect(tracker.forecast(tokens(4))).toEqual(NOTHING);
      expect(tracker.forecast(tokens(4), tokens(1))).toEqual(byTokens(100));
    });
  });

  it('changes nothing: who waits is served as if nobody had asked', () => {
    const tracker = make([of('sliding-window')]);
    const seen: unknown[] = [];
    tracker.quotas$.subscribe((quotas) => seen.push(quotas));
    client.askAll(tracker, 'abc', tokens(60));
    seen.length = 0;
    const { timers } = time;
    for (const amount of [0, 10, 99]) tracker.forecast(tokens(amount), tokens(amount));

    expect([seen, time.timers]).toEqual([[], timers]);
    time.advance(500);
    expect(client.news()).toEqual(['a 0', 'b 110', 'c 220']);
  });

  it('waits for nothing where there is no quota', () => {
    expect(make([]).forecast({}, { tokens: 1e9 })).toEqual(NOTHING);
  });

  it('refuses what is no usage', () => {
    const tracker = make([of('sliding-window')]);

    expect(() => tracker.forecast(tokens(NaN))).toThrow(/forecast\(cost\)\.tokens/);
    expect(() => tracker.forecast({}, tokens(-1))).toThrow(/forecast\(ahead\)\.tokens/);
  });
});

import fc from 'fast-check';
import { Subject } from 'rxjs';
import { InMemoryRateTracker, quota, type Usage } from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { LET_IN, limitOf, LOST, refused, told } from './readings.js';

const WINDOW_MS = 100;
const UNITS = ['requests', 'tokens', 'inputTokens', 'usd'];

describe('a reservation in several quotas', () => {
  let time: VirtualTime;
  let client: Client;
  let limit$: Subject<number>;
  let tracker: InMemoryRateTracker;
  const used = () => tracker.quotas.map((state) => state.used);
  const reserved = () => tracker.quotas.map((state) => state.reserved);

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
    limit$ = new Subject();
    tracker = new InMemoryRateTracker({
      quotas: UNITS.map((unit) =>
        quota({ unit, limit: unit === 'usd' ? limit$ : 10, windowMs: WINDOW_MS, marginMs: 0 }),
      ),
      scheduler: time,
    });
  });

  it('takes nothing from any while the limit of one is unknown, and from all once it is known', () => {
    client.ask(tracker, 'a', { tokens: 4, inputTokens: 3, usd: 2 });
    client.ask(tracker, 'b', {});
    expect([client.news(), used(), time.timers]).toEqual([[], [0, 0, 0, 0], 0]);
    limit$.next(2);

    expect([client.news(), used(), reserved()]).toEqual([['a 0'], [1, 4, 3, 2], [1, 4, 3, 2]]);
  });

  it('takes nothing from any when there is no room in one, whichever that is', () => {
    limit$.next(10);
    client.ask(tracker, 'a', { requests: 5, tokens: 5, inputTokens: 5, usd: 5 });
    for (const unit of UNITS) {
      client.ask(tracker, unit, { requests: 1, tokens: 1, inputTokens: 1, usd: 1, [unit]: 6 });
      expect([client.news().filter((entry) => entry !== 'a 0'), used()]).toEqual([
        [],
        [5, 5, 5, 5],
      ]);
      client.leave(unit);
    }
    expect(time.timers).toBe(0);
  });

  it('is told of as reserved until it has ended, whichever way', () => {
    limit$.next(10);
    client.ask(tracker, 'a', { tokens: 4, usd: 2 });
    client.ask(tracker, 'b', { tokens: 3, inputTokens: 1 });
    client.ask(tracker, 'c', {});
    expect(reserved()).toEqual([3, 7, 1, 2]);
    client.of('a').settle({ tokens: 8 });
    expect([used(), reserved()]).toEqual([
      [3, 11, 1, 2],
      [2, 3, 1, 0],
    ]);
    client.of('b').giveBack();
    expect(reserved()).toEqual([1, 0, 0, 0]);
    client.of('c').settle({ requests: 2, usd: 1 });

    expect([used(), reserved()]).toEqual([
      [3, 8, 0, 3],
      [0, 0, 0, 0],
    ]);
  });

  it('is no longer told of as reserved once it has left the window, nor missed when it ends then', () => {
    limit$.next(10);
    client.ask(tracker, 'a', { tokens: 4 });
    time.advance(WINDOW_MS);
    expect(reserved()).toEqual([0, 0, 0, 0]);
    client.ask(tracker, 'b', { tokens: 3 });
    client.of('a').settle({ tokens: 9 });
    expect([used(), reserved()]).toEqual([
      [1, 3, 0, 0],
      [1, 3, 0, 0],
    ]);
    client.of('b').giveBack();

    expect([used(), reserved()]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('leaves exactly nothing reserved of amounts that no sum holds exactly', () => {
    const huge = new InMemoryRateTracker({
      quotas: [quota({ unit: 'usd', limit: 1e17, windowMs: WINDOW_MS })],
      scheduler: time,
    });
    [1e16, 0.1, 0.3].forEach((usd, index) => client.ask(huge, `${index}`, { usd }));
    for (const name of ['1', '2', '0']) client.of(name).settle({});

    expect(huge.quotas).toMatchObject([{ reserved: 0 }]);
  });

  it('counts from when the provider had the request, however often that is told', () => {
    limit$.next(10);
    const late = new InMemoryRateTracker({
      quotas: [quota({ unit: 'tokens', limit: 10, windowMs: WINDOW_MS, marginMs: 5 })],
      scheduler: time,
    });
    client.ask(late, 'a', { tokens: 4 });
    time.advance(60);
    // It came 20 late, and the margin covers 5 of these.
    for (const ms of [NaN, 40, 40, 50, Infinity]) client.of('a').arrived(ms);
    time.advance(59);
    expect(late.quotas).toMatchObject([{ used: 4 }]);
    time.advance(1);

    expect(late.quotas).toMatchObject([{ used: 0 }]);
  });

  it('may be settled after a settlement that was not allowed', () => {
    limit$.next(10);
    client.ask(tracker, 'a', { tokens: 4 });
    expect(() => client.of('a').settle({ tokens: -1 })).toThrow(/settle\(usage\)\.tokens is -1/);
    client.of('a').settle({ tokens: 3 });

    expect([used(), reserved()]).toEqual([
      [1, 3, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('counts the first end only, and hears whenever it is told, in any order and number', () => {
    const ends: Record<string, (name: string) => void> = {
      settle: (name) => client.of(name).settle({ tokens: 2 }),
      'settle to more': (name) => client.of(name).settle({ tokens: 5, usd: 1 }),
      'give back': (name) => client.of(name).giveBack(),
    };
    const words: Record<string, (name: string) => void> = {
      'let in': (name) => client.of(name).hear(LET_IN),
      lost: (name) => client.of(name).hear(LOST),
      refused: (name) => client.of(name).hear(refused(10)),
      told: (name) => client.of(name).hear(told(limitOf({ limit: 9, remaining: 5, resetMs: 3 }))),
    };
    const left: Record<string, number[]> = {
      settle: [1, 2, 0, 0],
      'settle to more': [1, 5, 0, 1],
      'give back': [0, 0, 0, 0],
    };
    const step = fc.constantFrom(...Object.keys(ends), ...Object.keys(words));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        limit$.next(10);
        time.advance(20_000);
        client.ask(tracker, 'first', { tokens: 0, usd: 0 });
        client.ask(tracker, 'a', { tokens: 4 });
        client.of('first').giveBack();
        for (const name of steps) (ends[name] ?? words[name])!('a');
        const end = steps.find((name) => name in ends);

        expect(used()).toEqual(end ? left[end] : [1, 4, 0, 0]);
        expect(reserved()).toEqual(end ? [0, 0, 0, 0] : [1, 4, 0, 0]);
        client.of('a').giveBack();
      }),
    );
  });

  it('leaves nothing reserved, and after a window nothing used, whatever was done', () => {
    const usage = fc.record(
      Object.fromEntries(UNITS.map((unit) => [unit, fc.nat(300).map((cents) => cents / 100)])),
      { requiredKeys: [] },
    ) as fc.Arbitrary<Usage>;
    const call = fc.record({
      cost: usage,
      usage: fc.option(usage),
      gap: fc.nat(60),
      later: fc.nat(250),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
        limit$.next(10);
        calls.forEach(({ cost, usage, gap, later }, index) => {
          time.advance(gap);
          const name = `${index}`;
          client.ask(tracker, name, cost);
          time.schedule(() => {
            client.leave(name);
            if (!client.has(name)) return;
            if (usage) client.of(name).settle(usage);
            else client.of(name).giveBack();
          }, later);
        });
        time.flush();
        const endings = reserved();
        time.advance(WINDOW_MS);

        expect([endings, used()]).toEqual([
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ]);
      }),
    );
  });
});

describe('a reservation that is revised', () => {
  it('has that much reserved, beside what others have used', () => {
    const time = new VirtualTime();
    const client = new Client(time);
    const quotas = [quota({ unit: 'tokens', limit: 100, windowMs: WINDOW_MS, marginMs: 0 })];
    const tracker = new InMemoryRateTracker({ quotas, scheduler: time });
    client.askAll(tracker, 'ab', { tokens: 10 });
    client.of('a').settle({ tokens: 20 });
    client.of('b').revise({ tokens: 4 });

    expect(tracker.quotas).toMatchObject([{ used: 24, reserved: 4 }]);
  });
});

describe('a reservation that arrived late', () => {
  const tracker = (time: VirtualTime) =>
    new InMemoryRateTracker({
      quotas: [quota({ unit: 'requests', limit: 1, windowMs: WINDOW_MS, marginMs: 0 })],
      scheduler: time,
    });

  it('counts from when it arrived, not from when it was sent', () => {
    const time = new VirtualTime();
    const client = new Client(time);
    time.advance(1_000);
    const late = tracker(time);
    client.ask(late, 'a');
    time.advance(30);
    client.of('a').arrived(10);

    expect(late.quotas).toMatchObject([{ resetAt: 1_020 + WINDOW_MS }]);
  });

  it('changes nothing once it has ended', () => {
    const time = new VirtualTime();
    const client = new Client(time);
    const late = tracker(time);
    client.ask(late, 'a');
    client.of('a').settle({ requests: 1 });
    time.advance(30);
    client.of('a').arrived(0);

    expect(late.quotas).toMatchObject([{ resetAt: WINDOW_MS }]);
  });
});

import fc from 'fast-check';
import { from, NEVER } from 'rxjs';
import {
  budget,
  InMemoryRateTracker,
  type LimitModel,
  type Quota,
  quota,
  type QuotaState,
} from '../../src/index.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';
import { limitOf, told } from './readings.js';

const MODELS: LimitModel[] = ['sliding-window', 'token-bucket', 'fixed-window'];
const tokens = (amount: number) => ({ tokens: amount });

/** A clock whose milliseconds have fractions, as that of a browser has. */
class FractionalTime extends VirtualTime {
  override now = () => 5.3 + this.frame * 1.7;
}

describe('resetAt', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (...quotas: Quota[]) => new InMemoryRateTracker({ quotas, scheduler: time });
  const of = (model: LimitModel, limit: Quota['limit'] = 100) =>
    quota({ unit: 'tokens', limit, windowMs: 100, marginMs: 10, model });
  const resetOf = ({ quotas }: InMemoryRateTracker) => quotas[0]!.resetAt;

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  it('is undefined while nothing is charged, and when all of it was given back', () => {
    for (const model of MODELS) {
      const tracker = make(of(model));
      expect(resetOf(tracker)).toBeUndefined();
      client.ask(tracker, model, tokens(10));
      expect(resetOf(tracker)).toBeGreaterThan(0);
      client.of(model).giveBack();
      expect(resetOf(tracker)).toBeUndefined();
    }
  });

  it('is when the newest charge leaves a sliding window', () => {
    const tracker = make(of('sliding-window'));
    client.ask(tracker, 'a', tokens(10));
    time.advance(30);
    client.ask(tracker, 'b', tokens(10));
    expect(resetOf(tracker)).toBe(140);
    time.advanceTo(139);
    expect(tracker.quotas).toMatchObject([{ used: 10, resetAt: 140 }]);
    time.advanceTo(140);

    expect(tracker.quotas).toMatchObject([{ used: 0, resetAt: undefined }]);
  });

  it('is when a token bucket is full, a margin late', () => {
    const tracker = make(of('token-bucket'));
    client.ask(tracker, 'a', tokens(40));
    expect(resetOf(tracker)).toBe(50);
    time.advanceTo(20);
    expect(resetOf(tracker)).toBe(50);
    client.of('a').settle(tokens(25));
    expect(resetOf(tracker)).toBe(35);
    time.advanceTo(35);

    expect(tracker.quotas).toMatchObject([{ used: 0, resetAt: undefined }]);
  });

  it('is rounded up to whole milliseconds', () => {
    const tracker = make(of('token-bucket', 300));
    client.ask(tracker, 'a', tokens(100));

    expect(resetOf(tracker)).toBe(44);
  });

  it('is when the last fixed window that holds a charge is out of reach', () => {
    const tracker = make(of('fixed-window'));
    client.ask(tracker, 'a', tokens(10));
    expect(resetOf(tracker)).toBe(110);
    time.advanceTo(95);
    client.ask(tracker, 'b', tokens(10));
    expect(resetOf(tracker)).toBe(210);
    client.of('b').giveBack();

    expect(resetOf(tracker)).toBe(110);
  });

  it('is undefined for a budget, and of a bucket while its limit is unknown', () => {
    const tracker = make(budget({ unit: 'tokens', limit: 50 }), of('token-bucket', NEVER));
    expect(tracker.quotas.map(({ resetAt }) => resetAt)).toEqual([undefined, undefined]);
    const spent = make(budget({ unit: 'tokens', limit: 50 }));
    client.ask(spent, 'a', tokens(5));

    expect(spent.quotas).toMatchObject([{ used: 5, resetAt: undefined }]);
  });

  it('waits for what others have used as well', () => {
    const tracker = make(quota({ unit: 'tokens', limit: 100, windowMs: 60_000, marginMs: 0 }));
    client.ask(tracker, 'a', tokens(10));
    time.advance(58_000);
    const limit = { dim: 'tokens', limit: 100, remaining: 50, resetMs: 5_000 };
    client.of('a').hear(told(limitOf(limit)));
    expect(tracker.quotas).toMatchObject([{ used: 10, usedByOthers: 40, resetAt: 63_000 }]);
    time.advanceTo(60_000);
    expect(tracker.quotas).toMatchObject([{ used: 0, usedByOthers: 40, resetAt: 63_000 }]);
    time.advanceTo(63_000);

    expect(tracker.quotas).toMatchObject([{ usedByOthers: 0, resetAt: undefined }]);
  });

  it.each([
    [5_000, 9_000],
    [9_000, 5_000],
  ])('is the later of two instants at which others are gone: %i, %i', (apart, inBurst) => {
    const tracker = make(quota({ unit: 'tokens', limit: 100, windowMs: 60_000, marginMs: 0 }));
    const answer = (name: string, remaining: number, resetMs: number) => {
      client.of(name).hear(told(limitOf({ dim: 'tokens', limit: 100, remaining, resetMs })));
    };
    client.ask(tracker, 'a', tokens(1));
    answer('a', 40, apart);
    client.askAll(tracker, 'bc', tokens(1));
    answer('b', 70, inBurst);
    for (const name of 'abc') client.of(name).giveBack();
    const resets = [resetOf(tracker)];
    time.advanceTo(5_000);
    resets.push(resetOf(tracker));
    time.advanceTo(9_000);

    expect(resets).toEqual([9_000, 9_000]);
    expect(resetOf(tracker)).toBeUndefined();
  });

  describe('in quotas$', () => {
    const history = fc.array(fc.record({ gap: fc.nat(40), amount: fc.nat(30) }), { maxLength: 20 });

    it('tells of a later reset though nothing else is different', () => {
      const tracker = make(of('sliding-window'));
      const seen: unknown[] = [];
      tracker.quotas$.subscribe(([state]) => seen.push(state!.resetAt));
      client.ask(tracker, 'a', tokens(10));
      time.advance(30);
      client.ask(tracker, 'b', tokens(0));

      expect(seen).toEqual([undefined, 110, 140]);
    });

    it.each(MODELS)('never emits for the rounding of it alone: %s', (model) => {
      fc.assert(
        fc.property(history, fc.constantFrom(7, 30, 97.3), (steps, limit) => {
          const time = new FractionalTime();
          const tracker = new InMemoryRateTracker({
            quotas: [quota({ unit: 'tokens', limit, windowMs: 100, marginMs: 10, model })],
            scheduler: time,
          });
          const seen: QuotaState[] = [];
          const watching = tracker.quotas$.subscribe(([state]) => seen.push(state!));
          for (const { gap, amount } of steps) {
            time.advance(gap);
            const asking = from(tracker.reserve(tokens(Math.min(amount, limit)))).subscribe();
            // Who leaves at once changes nothing; nor does time, but that all is gone in the end.
            asking.unsubscribe();
            const { resetAt } = tracker.quotas[0]!;
            const after = seen.length;
            time.advance(7);
            const resets = seen.slice(after).map((state) => state.resetAt);
            expect(resets.filter((at) => at !== resetAt && at !== undefined)).toEqual([]);
          }
          time.advance(300);
          const count = seen.length;
          time.advance(5_000);

          expect(seen).toHaveLength(count);
          expect(seen.at(-1)).toMatchObject({ used: 0, resetAt: undefined });
          watching.unsubscribe();
        }),
      );
    });
  });

  it.each(MODELS)('is the first whole millisecond at which nothing counts: %s', (model) => {
    const step = fc.record({ gap: fc.nat(60), amount: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 15 }), (steps) => {
        const time = new VirtualTime();
        const quotas = [quota({ unit: 'tokens', limit: 60, windowMs: 100, marginMs: 10, model })];
        const tracker = new InMemoryRateTracker({ quotas, scheduler: time });
        let last = 0;
        for (const { gap, amount } of steps) {
          time.advance(gap);
          const asking = from(tracker.reserve(tokens(amount))).subscribe(() => {
            last = amount;
          });
          asking.unsubscribe();
        }
        const { resetAt, used } = tracker.quotas[0]!;
        fc.pre(resetAt !== undefined);
        expect(used).toBeGreaterThan(0);
        time.advanceTo(resetAt - 1);
        // What is charged last may be nothing: then it is this late at the latest.
        if (last > 0 || model !== 'sliding-window')
          expect(tracker.quotas[0]!.resetAt).toBe(resetAt);
        time.advanceTo(resetAt);
        expect(tracker.quotas).toMatchObject([{ used: 0, resetAt: undefined }]);
      }),
      { numRuns: 500 },
    );
  });
});

import fc from 'fast-check';
import {
  InMemoryRateTracker,
  type Quota,
  quota,
  sharedQuota,
  type Usage,
} from '../../src/index.js';
import { Turns } from '../../src/usage/turns.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';

const UNITS = ['a', 'b', 'c', 'd'];
const WINDOW_MS = 10;
const LIMIT = 10;

/** A quota of each unit, shared or not. */
const make = (unit: string): Quota =>
  quota({ unit, limit: LIMIT, windowMs: WINDOW_MS, marginMs: 0 });

describe('Turns', () => {
  it('knows who came before, until they give their turn up', () => {
    const turns = new Turns();
    expect(turns.isClaimedBefore(Infinity)).toBe(false);
    turns.claim(5);
    turns.claim(3);
    turns.claim(3);

    expect([3, 4, 5, 6].map((turn) => turns.isClaimedBefore(turn))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect([turns.release(3), turns.release(3), turns.release(4)]).toEqual([true, false, false]);
    expect([5, 6].map((turn) => turns.isClaimedBefore(turn))).toEqual([false, true]);
  });
});

describe('those who wait for what is shared', () => {
  const amount = fc.integer({ min: 1, max: LIMIT });
  const costOver = (units: readonly string[]): fc.Arbitrary<Usage> =>
    fc.record(Object.fromEntries(units.map((unit) => [unit, amount])));
  const gap = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 12 }));

  it('are all served in the order in which they came, where all that they need is shared', () => {
    const ask = fc.record({ by: fc.nat(3), cost: costOver(['a', 'b']), gap });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 40 }), (asks) => {
        const time = new VirtualTime();
        const client = new Client(time);
        const quotas = ['a', 'b'].map((unit) => sharedQuota(make(unit)));
        const trackers = [0, 1, 2, 3].map(
          () => new InMemoryRateTracker({ quotas, scheduler: time }),
        );
        asks.forEach(({ by, cost, gap }, index) => {
          time.advance(gap);
          client.ask(trackers[by]!, `${index}`, cost);
        });
        time.flush();

        const order = client.log.map((entry) => Number(entry.split(' ')[0]));
        expect(order).toEqual(asks.map((_, index) => index));
        expect(time.timers).toBe(0);
      }),
    );
  });

  it('are served within a bound that only those who came before set, however many come after', () => {
    const set = fc.record({
      shared: fc.subarray(UNITS, { minLength: 1 }),
      own: fc.subarray(UNITS, { maxLength: 2 }),
    });
    const sets = fc.array(set, { minLength: 2, maxLength: 4 });
    const ask = fc.record({ by: fc.nat(3), cost: costOver(UNITS), gap });
    fc.assert(
      fc.property(sets, fc.array(ask, { maxLength: 50 }), (trackerSets, asks) => {
        const time = new VirtualTime();
        const client = new Client(time);
        const pool = new Map(UNITS.map((unit) => [unit, sharedQuota(make(unit))]));
        const trackers = trackerSets.map(
          ({ shared, own }) =>
            new InMemoryRateTracker({
              quotas: [...shared.map((unit) => pool.get(unit)!), ...own.map(make)],
              scheduler: time,
            }),
        );
        const bounds = asks.map(({ by, cost, gap }, index) => {
          time.advance(gap);
          const before = index - client.log.length;
          client.ask(trackers[by % trackers.length]!, `${index}`, cost);
          // Each before it may have to wait for a window of each unit, one after the other; and so may it.
          return time.frame + (before + 1) * UNITS.length * WINDOW_MS;
        });
        time.flush();

        expect(client.log).toHaveLength(asks.length);
        for (const entry of client.log) {
          const [index, at] = entry.split(' ').map(Number) as [number, number];
          expect(at).toBeLessThanOrEqual(bounds[index]!);
        }
      }),
    );
  });

  it('let no window hold more than its limit, wherever it is laid', () => {
    const ask = fc.record({ by: fc.nat(2), cost: costOver(UNITS), gap });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 50 }), (asks) => {
        const time = new VirtualTime();
        const client = new Client(time);
        const pool = UNITS.map((unit) => sharedQuota(make(unit)));
        const trackers = [pool, pool.slice(2), pool.slice(1, 3)].map(
          (quotas) => new InMemoryRateTracker({ quotas, scheduler: time }),
        );
        asks.forEach(({ by, cost, gap }, index) => {
          time.advance(gap);
          client.ask(trackers[by]!, `${index}`, cost);
        });
        time.flush();

        const counted = [UNITS, UNITS.slice(2), UNITS.slice(1, 3)];
        const grants = client.log.map((entry) => {
          const [index, at] = entry.split(' ').map(Number) as [number, number];
          return { ...asks[index]!, at };
        });
        for (const { at } of grants) {
          const inside = grants.filter((grant) => grant.at > at - WINDOW_MS && grant.at <= at);
          for (const unit of UNITS) {
            const sum = inside
              .filter(({ by }) => counted[by]!.includes(unit))
              .reduce((total, { cost }) => total + cost[unit]!, 0);
            expect(sum).toBeLessThanOrEqual(LIMIT);
          }
        }
      }),
    );
  });
});

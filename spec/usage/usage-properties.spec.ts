import fc from 'fast-check';
import { from, Subject } from 'rxjs';
import {
  InMemoryRateTracker,
  InvalidOptionError,
  quota,
  type Reservation,
} from '../../src/index.js';
import { LiveNumber } from '../../src/time/live-number.js';
import { Gate } from '../../src/usage/gate.js';
import { Gates } from '../../src/usage/gates.js';
import { laneOf } from '../../src/usage/lane-of.js';
import { QuotaLimit } from '../../src/usage/quota-limit.js';
import { Shared } from '../../src/usage/shared.js';
import { isMeant, isSurelyMeant, windowMsOf } from '../../src/usage/told-quota.js';
import { Turns } from '../../src/usage/turns.js';
import { readCost, readUsage } from '../../src/usage/read-usage.js';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';
import { limitOf, refused, told } from './readings.js';

const MONTH_MS = 31 * 86_400_000;
const isSound = (amount: number) => amount >= 0 && amount < Infinity;

describe('readUsage', () => {
  const unit = fc.constantFrom('requests', 'tokens', 'usd', 'toString', '');
  const amount = fc.oneof(fc.nat(9), fc.constantFrom(0.5, -1, NaN, Infinity, '7', null, undefined));
  const record = fc.dictionary(unit, amount, { maxKeys: 3 });
  const units = fc.subarray(['requests', 'tokens', 'usd']);

  it('gives a copy with every amount, each finite and not negative, or throws what is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(record, amount, fc.anything()), units, (given, units) => {
        const read = errorOf(() => {
          const usage = readUsage(given as never, units, 'it');
          expect(usage).not.toBe(given);
          expect(Object.values(usage).every(isSound)).toBe(true);
          if (typeof given === 'number') return;
          const named = Object.keys(given as object).filter((name) => name !== '__proto__');
          expect(Object.keys(usage)).toEqual(named);
        });

        if (read !== 'no error') expect(read).toBeInstanceOf(InvalidOptionError);
      }),
      { numRuns: 500 },
    );
  });

  it('of a cost names all that the quotas count, or throws', () => {
    fc.assert(
      fc.property(record, units, (given, units) => {
        const counted = units.filter((one) => one !== 'requests');
        const isWhole = counted.every((one) => Object.hasOwn(given, one));
        const areSound = Object.values(given).every(
          (one) => typeof one === 'number' && isSound(one),
        );
        const error = errorOf(() => readCost(given as never, units, 'it'));

        expect(error === 'no error').toBe(isWhole && areSound);
      }),
      { numRuns: 500 },
    );
  });
});

describe('Turns', () => {
  const step = fc.record({
    does: fc.constantFrom('claim' as const, 'release' as const),
    turn: fc.nat(5),
  });

  it('agree with a list', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const turns = new Turns();
        let claims: number[] = [];
        for (const { does, turn } of steps) {
          if (does === 'release') expect(turns.release(turn)).toBe(claims.includes(turn));
          else turns.claim(turn);
          claims = claims.filter((one) => one !== turn);
          if (does === 'claim') claims.push(turn);
          for (let asked = 0; asked <= 6; asked++)
            expect(turns.isClaimedBefore(asked)).toBe(claims.some((one) => one < asked));
        }
      }),
    );
  });
});

describe('what a provider tells', () => {
  const number = fc.oneof(
    fc.constantFrom(null, 0, 1, 1_000, 60_000, 61_000, 86_400_000, -1, NaN, Infinity),
    fc.nat(200_000_000),
  );
  const limit = fc.record({
    limit: number,
    remaining: number,
    resetMs: number,
    windowMs: fc.oneof(
      fc.constant(undefined),
      number.map((one) => one ?? 0),
    ),
  });
  const windowMs = fc.constantFrom(
    1_000,
    59_999,
    60_000,
    60_250,
    75_000,
    75_001,
    3_600_000,
    86_400_000,
    Infinity,
  );

  it('is of a window that can be, or of none; what is surely meant is meant', () => {
    fc.assert(
      fc.property(limit, windowMs, ({ windowMs: named, ...rest }, ours) => {
        const one = limitOf(named === undefined ? rest : { ...rest, windowMs: named });
        const window = windowMsOf(one);

        if (window !== undefined) expect(window > 0 && window <= MONTH_MS).toBe(true);
        if (isSurelyMeant(one, ours)) expect(isMeant(one, ours)).toBe(true);
        // Whatever counts in a longer window lets too much out; in a shorter one it only waits too long.
        if (isMeant(one, ours)) expect(ours).toBeLessThanOrEqual(window! * 1.25);
        if (isMeant(one, ours) && named !== undefined) expect(ours).toBeGreaterThanOrEqual(named);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is learned of a quota that nobody configured', () => {
  const tokens = fc.integer({ min: 1, max: 9 });

  it('counts what was sent since the call that told of it, and the call, whoever was answered first', () => {
    fc.assert(
      fc.property(
        fc.array(tokens, { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        (costs, answered) => {
          const time = new VirtualTime();
          const tracker = new InMemoryRateTracker({
            quotas: [quota({ unit: 'requests', limit: 100, windowMs: 60_000 })],
            limits: 'learn',
            scheduler: time,
          });
          const sent = costs.map((one) => (tracker.reserve({ tokens: one }) as Reservation[])[0]!);
          const index = answered % costs.length;
          sent[index]!.hear!(told(limitOf({ dim: 'tokens', limit: 1_000, windowMs: 60_000 })));
          const since = costs.slice(index).reduce((sum, one) => sum + one, 0);

          expect(tracker.quotas).toMatchObject([
            { unit: 'requests', used: costs.length },
            { unit: 'tokens', used: since, limit: 1_000 },
          ]);
        },
      ),
    );
  });
});

describe('what a provider tells that is garbage', () => {
  const number = fc.oneof(
    fc.nat(20),
    fc.constantFrom(null, -1, NaN, Infinity, 1e300, 0.5, 60_000, 86_400_000),
  );
  const dim = fc.constantFrom('requests', 'tokens', 'output-tokens', '__proto__', 'images');
  const limit = fc.record({ dim, limit: number, remaining: number, resetMs: number });
  const windowMs = fc.constantFrom(undefined, 1, 60_000, -5, NaN, Infinity, 86_400_000);
  const reading = fc.record({
    limits: fc.array(fc.tuple(limit, windowMs), { maxLength: 3 }),
    shouldPause: fc.boolean(),
    retryAfterMs: fc.constantFrom(null, 0, 5, 60_000, 86_400_000, -1, NaN, Infinity),
    gap: fc.nat(100_000),
  });
  const isNumber = (value: number | undefined) => value === undefined || !Number.isNaN(value);

  it.each(['learn', undefined] as const)(
    'makes no number of the quotas unsound, and blocks nobody for ever: limits %s',
    (limits) => {
      fc.assert(
        fc.property(fc.array(reading, { maxLength: 4 }), (readings) => {
          const time = new VirtualTime();
          const tracker = new InMemoryRateTracker({
            quotas: ['requests', 'tokens'].map((unit) =>
              quota({ unit, limit: 9, windowMs: 60_000 }),
            ),
            scheduler: time,
            ...(limits && { limits }),
          });
          const calls: Reservation[] = [];
          const ask = () =>
            from(tracker.reserve({ tokens: 1 })).subscribe({
              next: (call) => calls.push(call),
              // Behind a gate that stays closed for longer than calls wait.
              error: () => undefined,
            });
          for (const { limits, gap, ...rest } of readings) {
            const asking = ask();
            time.advance(gap);
            asking.unsubscribe();
            const named = limits.map(([one, windowMs]) => ({
              ...one,
              ...(windowMs !== undefined && { windowMs }),
            }));
            calls.at(-1)?.hear?.({ ...rest, limits: named, retryable: rest.shouldPause });
            for (const { used, remaining, limit, usedByOthers } of tracker.quotas) {
              expect([used, remaining, usedByOthers].every(isSound)).toBe(true);
              expect(limit === undefined || limit >= 1).toBe(true);
              expect(isNumber(limit)).toBe(true);
            }
            calls.at(-1)?.giveBack();
          }
          expect(tracker.quotas.length).toBeLessThanOrEqual(2 + 16);
          time.advance(2 * MONTH_MS);
          const before = calls.length;
          ask();

          expect(calls).toHaveLength(before + 1);
        }),
        { numRuns: 200 },
      );
    },
  );
});

describe('QuotaLimit', () => {
  it('is the least of ours and theirs, or theirs where it is learned and surely meant; ours again once that is old', () => {
    const amount = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(amount, amount, fc.boolean(), fc.boolean(), (own, theirs, isLearning, isSure) => {
        const limit = new QuotaLimit(new LiveNumber(own, () => undefined), isLearning);
        const heard = {
          ticket: 1,
          used: 0,
          isExact: true,
          isSure,
          limitUntil: 50,
          othersUntil: 50,
        };
        expect(limit.hear(limitOf({ limit: theirs }), heard)).toBe(true);
        const least = Math.min(own, theirs);
        const held = isLearning && isSure ? theirs : least;
        limit.forgetOld(49);
        expect(limit.value).toBe(held);
        expect(limit.waitUntilOld(49)).toBe(isLearning ? Infinity : 1);
        limit.forgetOld(50);

        expect(limit.value).toBe(isLearning ? held : own);
      }),
    );
  });
});

describe('Gates', () => {
  const UNITS = ['requests', 'tokens', 'inputTokens'];
  const DIMS = ['requests', 'tokens', 'input-tokens'];

  const make = (shares: readonly boolean[]) => {
    const lanes = UNITS.map((unit, index) =>
      laneOf(quota({ unit, limit: 9, windowMs: 1_000 }), {
        name: unit,
        ...(shares[index] && { shared: new Shared() }),
      }),
    );
    return { lanes, own: new Gate() };
  };
  const shares = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
  const refusal = fc.record({
    gap: fc.nat(9),
    ms: fc.integer({ min: 1, max: 20 }),
    usedUp: fc.subarray(DIMS),
  });

  it('close those of the quotas that are named, all where none of theirs is, and wait for the last', () => {
    fc.assert(
      fc.property(shares, fc.array(refusal, { maxLength: 4 }), (areShared, refusals) => {
        const { lanes, own } = make(areShared);
        const gates = new Gates(own, lanes);
        const shut = new Map<unknown, number>([
          [own, 0],
          ...lanes.map(({ shared }) => [shared?.gate, 0] as const),
        ]);
        let now = 0;
        refusals.forEach(({ gap, ms, usedUp }, ticket) => {
          now += gap;
          const limits = DIMS.map((dim) =>
            limitOf({ dim, limit: 9, remaining: usedUp.includes(dim) ? 0 : 5 }),
          );
          gates.hear(ticket, ticket, refused(ms, ...limits), now);
          const named = lanes.filter(
            (_, index) => usedUp.length === 0 || usedUp.includes(DIMS[index]!),
          );
          for (const gate of [own, ...named.map(({ shared }) => shared?.gate)])
            shut.set(gate, now + ms);
          shut.delete(undefined);

          for (const [gate, until] of shut)
            expect((gate as Gate).waitMs(now)).toBe(Math.max(0, until - now));
          const wait = Math.max(0, ...[...shut.values()].map((until) => until - now));
          expect(gates.waitMs(now)).toBe(wait);
          expect(gates.areOpen).toBe(false);
          expect(gates.state(now)).toEqual({ status: 'closed', reopensAt: now + wait });
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a reservation that is refused', () => {
  const command = fc.oneof(
    fc.record({ does: fc.constant('ask' as const), tokens: fc.nat(14) }),
    fc.record({ does: fc.constant('wait' as const), ms: fc.nat(12) }),
    fc.record({ does: fc.constant('limit' as const), to: fc.constantFrom(4, 10) }),
  );

  // Until it is granted, nobody can tell by looking at the quotas that it was asked for.
  it('has charged nothing, of any quota, whatever the state', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 15 }), (commands) => {
        const time = new VirtualTime();
        const limit$ = new Subject<number>();
        const tracker = new InMemoryRateTracker({
          quotas: [
            quota({ unit: 'tokens', limit: limit$, windowMs: 10, marginMs: 0 }),
            quota({ unit: 'requests', limit: 3, windowMs: 20, marginMs: 0 }),
          ],
          scheduler: time,
        });
        for (const one of commands) {
          if (one.does === 'wait') time.advance(one.ms);
          else if (one.does === 'limit') limit$.next(one.to);
          else {
            const before = tracker.quotas;
            const answer = tracker.reserve({ tokens: one.tokens });
            if (!Array.isArray(answer)) expect(tracker.quotas).toEqual(before);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

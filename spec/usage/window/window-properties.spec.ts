import fc from 'fast-check';
import { ExactSum } from '../../../src/usage/window/exact-sum.js';
import type { UsageWindow } from '../../../src/usage/window/usage-window.js';
import { LIMIT_MODELS, type LimitModel } from '../../../src/usage/window/limit-model.js';
import { windowOf } from '../../../src/usage/window/window-of.js';
import { windowsUntil } from '../../../src/usage/window/windows-until.js';

const WINDOW_MS = 20;
const LIMIT = 40;

const margins = fc.constantFrom(0, 1, 5, 20);
const step = fc.record({
  gap: fc.oneof(fc.nat(6), fc.constantFrom(19, 20, 21, 25, 40)),
  amount: fc.nat(30),
  /** What one of the latest is corrected to. */
  corrected: fc.option(fc.record({ back: fc.nat(2), to: fc.nat(30) })),
});
const steps = fc.array(step, { maxLength: 12 });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A window to which all of this has happened; `ask` is called after each step. */
function windowAfter(
  model: LimitModel,
  marginMs: number,
  history: readonly Step[],
  ask: (window: UsageWindow, now: number) => void = () => undefined,
): { window: UsageWindow; now: number } {
  const window = windowOf({ model, windowMs: WINDOW_MS, marginMs });
  window.limitChanged?.(LIMIT, 0);
  const charged: { entry: unknown; amount: number }[] = [];
  let now = 0;
  for (const { gap, amount, corrected } of history) {
    now += gap;
    charged.push({ entry: window.charge(amount, now), amount });
    const one = corrected && charged.at(-1 - corrected.back);
    if (one) {
      window.correct(one.entry, corrected.to - one.amount, now);
      one.amount = corrected.to;
    }
    ask(window, now);
  }
  return { window, now };
}

const reading = (window: UsageWindow, now: number) => [
  window.total(now),
  window.waitUntilAtMost(LIMIT / 2, now),
  window.waitUntilBelow(LIMIT / 2, now),
  window.waitUntilNextLeaves(now),
  window.waitUntilEmpty(now),
  window.waitBehind(25, 20, LIMIT, now),
];

describe.each(LIMIT_MODELS)('a window of the model %s', (model) => {
  const cost = fc.nat(LIMIT);
  const property = (check: (window: UsageWindow, now: number, one: number, more: number) => void) =>
    fc.property(margins, steps, cost, cost, (marginMs, history, one, more) => {
      const { window, now } = windowAfter(model, marginMs, history);
      check(window, now, one, more);
    });

  it('is not changed by being asked, whatever it is asked', () => {
    fc.assert(
      fc.property(margins, steps, fc.nat(50), (marginMs, history, later) => {
        const asked = windowAfter(model, marginMs, history, reading);
        const quiet = windowAfter(model, marginMs, history);

        expect(reading(asked.window, asked.now + later)).toEqual(
          reading(quiet.window, quiet.now + later),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('makes what costs more wait as long or longer', () => {
    fc.assert(
      property((window, now, one, more) => {
        const [less, least] = [LIMIT - one, Math.max(0, LIMIT - one - more)];

        expect(window.waitUntilAtMost(least, now)).toBeGreaterThanOrEqual(
          window.waitUntilAtMost(less, now),
        );
        expect(window.waitUntilBelow(least + 1, now)).toBeGreaterThanOrEqual(
          window.waitUntilBelow(less + 1, now),
        );
        // What must get below waits no shorter than what may stay at the same.
        expect(window.waitUntilBelow(less + 1, now)).toBeGreaterThanOrEqual(
          window.waitUntilAtMost(less + 1, now),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('makes what comes behind others wait as long or longer, the more these take', () => {
    fc.assert(
      property((window, now, one, ahead) => {
        const waits = [1, 1 + ahead, 1 + 2 * ahead, 1 + 5 * ahead].map((amount) =>
          window.waitBehind(amount, one, LIMIT, now),
        );

        expect(waits).toEqual([...waits].sort((a, b) => a - b));
        // Not before itself alone.
        const alone = window.waitUntilAtMost(LIMIT - one, now);
        expect(waits[0]).toBeGreaterThanOrEqual(alone - 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('waits until it is empty for as long as it does for the last of its charges, not less', () => {
    fc.assert(
      property((window, now) => {
        const wait = window.waitUntilEmpty(now);

        expect(wait).toBeGreaterThanOrEqual(window.waitUntilAtMost(0, now));
        expect(window.total(now + wait)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('names the next change of its total: until then it stays, or falls by less than a hundredth', () => {
    fc.assert(
      property((window, now) => {
        const total = window.total(now);
        const wait = window.waitUntilNextLeaves(now);
        if (wait === Infinity) expect(total).toBe(0);
        else expect(wait).toBeGreaterThan(0);
        const almost = window.total(now + Math.min(wait, 1_000) - 0.001);

        expect(almost).toBeGreaterThanOrEqual(total - LIMIT / 100 - LIMIT / WINDOW_MS);
      }),
      { numRuns: 200 },
    );
  });
});

describe('TokenBucketWindow.delay', () => {
  it('never makes less of what is missing, nor more of it than the request that came late', () => {
    const late = fc.integer({ min: 1, max: 60 });
    const amount = fc.nat(30);
    fc.assert(
      fc.property(margins, steps, amount, amount, late, (marginMs, history, amount, later, ms) => {
        const { window, now } = windowAfter('token-bucket', marginMs, history);
        const entry = window.charge(amount, now);
        const before = window.total(now + later);
        window.delay!(entry, amount, ms, now + later);
        const after = window.total(now + later);

        expect(after).toBeGreaterThanOrEqual(before);
        expect(after).toBeLessThanOrEqual(before + amount + 1e-9);
      }),
      { numRuns: 200 },
    );
  });
});

describe('ExactSum', () => {
  // Multiples of 2^-20, of which a number holds each, and not each sum; a BigInt holds those too.
  const UNIT = 2 ** 20;
  const amounts = fc.array(
    fc.record({
      whole: fc.oneof(
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -(2 ** 32), max: 2 ** 32 }),
      ),
      part: fc.nat(UNIT - 1),
    }),
    { maxLength: 20 },
  );
  /** Tenths, and the same in another order. */
  const twice = fc
    .array(fc.integer({ min: -50, max: 50 }), { maxLength: 30 })
    .chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );

  it('is the true sum', () => {
    fc.assert(
      fc.property(amounts, (all) => {
        const sum = new ExactSum();
        let exact = 0n;
        for (const { whole, part } of all) {
          sum.add(whole + part / UNIT);
          exact += BigInt(whole) * BigInt(UNIT) + BigInt(part);
        }

        expect(sum.value).toBe(Number(exact) / UNIT);
      }),
      { numRuns: 500 },
    );
  });

  it('is exactly 0 when all has been taken away again, in whatever order, singly or as a sum', () => {
    fc.assert(
      fc.property(twice, ([added, taken]) => {
        const [sum, other] = [new ExactSum(), new ExactSum()];
        for (const tenths of added) sum.add(tenths / 10);
        const copy = sum.copy();
        for (const tenths of taken) {
          sum.add(-tenths / 10);
          other.add(tenths / 10);
        }
        copy.subtract(other);

        expect([Math.abs(sum.value), Math.abs(copy.value)]).toEqual([0, 0]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('windowsUntil', () => {
  /** The same, one window after the other, one piece after the other. */
  function naive(
    amount: number,
    charged: readonly number[],
    limit: number,
    inReach: number,
  ): number {
    let windows = [...charged];
    let left = 0;
    for (let rest = amount; rest > 0;) {
      const room = limit - Math.max(0, ...windows);
      if (room > 0) {
        rest -= 1;
        windows = windows.map((held) => held + 1);
      } else {
        left += 1;
        windows = windows.slice(1);
        while (windows.length < inReach) windows.push(0);
      }
    }
    return left;
  }

  it('is what one counts who lets the windows leave one by one, and fills them piece by piece', () => {
    const reach = fc.integer({ min: 1, max: 3 });
    const limit = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(
        fc.nat(60),
        limit,
        reach,
        fc.array(fc.nat(9), { maxLength: 4 }),
        (amount, limit, inReach, held) => {
          // As many as are in reach, or one more while two of them overlap.
          const charged = [...held, 0, 0, 0, 0].slice(0, inReach + (held.length % 2));

          expect(windowsUntil(amount, charged, limit, inReach)).toBe(
            naive(amount, charged, limit, inReach),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

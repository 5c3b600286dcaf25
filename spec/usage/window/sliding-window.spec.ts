import fc from 'fast-check';
import type { WindowEntry } from '../../../src/usage/window/charge-log.js';
import { SlidingWindow } from '../../../src/usage/window/sliding-window.js';

/** The window as a list that is summed anew each time: what `SlidingWindow` must agree with. */
class NaiveWindow {
  readonly charges: { at: number; amount: number }[] = [];

  constructor(private readonly lengthMs: number) {}

  charge(amount: number, now: number): void {
    this.charges.push({ at: Math.ceil(now), amount });
  }

  correct(index: number, delta: number): void {
    // What has left is in no sum, so that it does not matter what it is.
    this.charges[index]!.amount += delta;
  }

  total(now: number): number {
    const inside = this.charges.filter(({ at }) => now < at + this.lengthMs);
    return inside.reduce((sum, { amount }) => sum + amount, 0);
  }
}

/** What steps of time find bugs: none, one, anything, and a window's edge, before and after. */
const gapFor = (lengthMs: number) =>
  fc.oneof(
    fc.constantFrom(0, 1, lengthMs - 1, lengthMs, lengthMs + 1, 2 * lengthMs),
    fc.nat(lengthMs),
    fc.nat(lengthMs).map((gap) => gap + 0.25),
  );

const LENGTH = 20;
const steps = fc.array(
  fc.record({
    gap: gapFor(LENGTH),
    amount: fc.nat(50),
    corrected: fc.option(fc.record({ back: fc.nat(5), to: fc.nat(80) })),
  }),
  { maxLength: 60 },
);

/** Plays the steps on both windows and calls `check` after each. */
function play(
  history: readonly {
    gap: number;
    amount: number;
    corrected: { back: number; to: number } | null;
  }[],
  check: (window: SlidingWindow, naive: NaiveWindow, now: number) => void,
  window = new SlidingWindow(LENGTH),
  opened = new Set<WindowEntry>(),
): void {
  const naive = new NaiveWindow(LENGTH);
  const entries: WindowEntry[] = [];
  let now = 0;
  for (const { gap, amount, corrected } of history) {
    now += gap;
    const entry = window.charge(amount, now);
    entries.push(entry);
    opened.add(entry);
    naive.charge(amount, now);
    const index = entries.length - 1 - (corrected?.back ?? 0);
    if (corrected && index >= 0) {
      const delta = corrected.to - naive.charges[index]!.amount;
      window.correct(entries[index]!, delta, now);
      naive.correct(index, delta);
    }
    check(window, naive, now);
  }
}

describe('SlidingWindow', () => {
  it('holds what was charged within its length', () => {
    const window = new SlidingWindow(100);
    const rows = [
      // at, charge, total after
      [0, 50, 50],
      [10, 75, 125],
      [99, 0, 125],
      [100, 0, 75],
      [109, 0, 75],
      [110, 0, 0],
      [110, 7, 7],
      [209, 1, 8],
      [210, 0, 1],
    ] as const;

    for (const [at, charge, total] of rows) {
      window.charge(charge, at);
      expect([at, window.total(at)]).toEqual([at, total]);
    }
  });

  it('is half-open: what is as old as the window has left', () => {
    const window = new SlidingWindow(60_000);
    window.charge(800, 0);

    expect(window.total(59_999.999)).toBe(800);
    expect(window.total(60_000)).toBe(0);
  });

  it.each([
    [0, 100],
    [0.001, 101],
    [0.999, 101],
    [1, 101],
    [1_700_000_000_000.3, 1_700_000_000_101],
  ])('stamps what is charged at %d so that it leaves at %d, on the safe side', (at, leaves) => {
    const window = new SlidingWindow(100);
    window.charge(1, at);

    expect(window.waitUntilNextLeaves(at)).toBeCloseTo(leaves - at, 6);
    expect(window.total(leaves - 0.001)).toBe(1);
    expect(window.total(leaves)).toBe(0);
  });

  it('keeps one entry for all that is charged in one millisecond', () => {
    const window = new SlidingWindow(100);
    const first = window.charge(1, 5.1);

    expect(window.charge(2, 5.9)).toBe(first);
    expect(window.charge(3, 6)).toBe(first);
    expect(window.charge(4, 6.1)).not.toBe(first);
    expect([first.at, first.amount.value]).toEqual([6, 6]);
  });

  it('changes nothing by correcting what has left', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(10, 0);
    window.charge(3, 50);
    window.correct(entry, 90, 100);

    expect(window.total(100)).toBe(3);
  });

  it('lets who keeps an entry that has left keep nothing of what came after it', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(10, 0);
    window.charge(10, 1);
    window.total(100);

    expect(entry).toMatchObject({ hasLeft: true, next: undefined });
  });

  it('charges a correction at the time of the charge', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(10, 0);
    window.correct(entry, 90, 99);

    expect(window.total(99)).toBe(100);
    expect(window.total(100)).toBe(0);
  });

  it.each([
    // at most, wait for it, below, wait for it (2 charged at 0, 10, 20, 30, 40; asked at 50)
    [10, 0, 11, 0],
    [9, 50, 10, 50],
    [8, 50, 9, 50],
    [7, 60, 8, 60],
    [2, 80, 3, 80],
    [0, 90, 1, 90],
    [-1, Infinity, 0, Infinity],
  ])('is at most %i after %s ms, and below %i after %s', (atMost, waitAtMost, below, waitBelow) => {
    const window = new SlidingWindow(100);
    for (const at of [0, 10, 20, 30, 40]) window.charge(2, at);

    expect(window.waitUntilAtMost(atMost, 50)).toBe(waitAtMost);
    expect(window.waitUntilBelow(below, 50)).toBe(waitBelow);
  });

  it('waits for nothing to leave when it is empty', () => {
    const window = new SlidingWindow(100);
    expect(window.waitUntilNextLeaves(0)).toBe(Infinity);
    window.charge(1, 0);

    expect(window.waitUntilNextLeaves(40)).toBe(60);
    expect(window.waitUntilNextLeaves(100)).toBe(Infinity);
  });

  it('agrees with a sum over all charges, at every instant', () => {
    fc.assert(
      fc.property(steps, (history) => {
        play(history, (window, naive, now) => {
          expect(window.total(now)).toBe(naive.total(now));
        });
      }),
    );
  });

  it('names waits that are enough and not a millisecond too long', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 300 }), (history, amount) => {
        play(history, (window, naive, now) => {
          const atMost = window.waitUntilAtMost(amount, now);
          const below = window.waitUntilBelow(amount, now);

          expect(atMost === 0).toBe(naive.total(now) <= amount);
          expect(below === 0).toBe(naive.total(now) < amount);
          expect(naive.total(now + atMost)).toBeLessThanOrEqual(amount);
          expect(naive.total(now + below)).toBeLessThan(amount);
          if (atMost > 0) expect(naive.total(now + atMost - 0.25)).toBeGreaterThan(amount);
          if (below > 0) expect(naive.total(now + below - 0.25)).toBeGreaterThanOrEqual(amount);
        });
      }),
    );
  });

  it('says 0 for a wait exactly when it is over, also where fractions are rounded', () => {
    // 1.4 - 1 < 0.4 in floating point, though 1 + 0.4 is 1.4: each alone is no edge to compare by.
    const fraction = fc.double({ min: 0.01, max: 50, noNaN: true });
    fc.assert(
      fc.property(fraction, fc.nat(100), fc.constantFrom(-1e-9, 0, 1e-9), (length, at, hair) => {
        const window = new SlidingWindow(length);
        window.charge(1, at);
        const now = Math.max(at, at + length + hair);

        expect(window.waitUntilAtMost(0, now) <= 0).toBe(window.total(now) === 0);
        expect(window.waitUntilNextLeaves(now)).toBeGreaterThan(0);
      }),
      { examples: [[0.4, 1, 0]] },
    );
  });

  it('is exactly 0 when all has left, however many fractions it has summed', () => {
    const window = new SlidingWindow(1_000);
    let fraction = 0.5;
    for (let i = 0; i < 100_000; i++) {
      fraction = (fraction * 997 + 0.123) % 1;
      const entry = window.charge(fraction, i / 3);
      if (i % 7 === 0) window.correct(entry, fraction / 3, i / 3);
    }

    expect(window.total(100_000 / 3 + 1_000)).toBe(0);
  });

  it.each([1 / 3, 1e7 / 3, 1e10 / 3, 1e17, 1e300])(
    'is exactly 0 when all has left, when amounts of %d and of a third have come and gone',
    (amount) => {
      const window = new SlidingWindow(100);
      for (let at = 0; at < 60; at++) window.charge(at % 7 === 0 ? amount : 1 / 3 + at, at);

      expect(window.total(159)).toBe(0);
      expect(window.waitUntilAtMost(0, 159)).toBe(0);
    },
  );

  it.each([1e-3, 1e-9, 1e-12])('counts amounts as small as %d', (amount) => {
    const window = new SlidingWindow(100);
    for (let at = 0; at < 3; at++) window.charge(amount, at);

    expect(window.total(2) / amount).toBeCloseTo(3, 1);
    expect(window.waitUntilAtMost(2.5 * amount, 2)).toBe(98);
  });

  it('is exactly 0 when every fraction charged has been taken back', () => {
    const fraction = fc.oneof(
      fc.integer({ min: 1, max: 1_000 }).map((n) => n / 10),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(fraction, { maxLength: 50 }), fc.nat(2), (amounts, step) => {
        const window = new SlidingWindow(1_000);
        const entries = amounts.map((amount, index) => window.charge(amount, index * step));
        const now = amounts.length * step;
        amounts.forEach((amount, index) => {
          window.correct(entries[index]!, -amount, now);
        });

        expect(Math.abs(window.total(now))).toBe(0);
        expect(window.waitUntilAtMost(0, now)).toBe(0);
      }),
    );
  });

  it('holds of fractions exactly what a window holds that never held the others', () => {
    const fractions = fc.array(
      fc.integer({ min: 1, max: 50 }).map((n) => n / 10),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fractions, fractions, (earlier, later) => {
        const [window, fresh] = [new SlidingWindow(100), new SlidingWindow(100)];
        for (const amount of earlier) window.charge(amount, 0);
        for (const amount of later) {
          window.charge(amount, 1);
          fresh.charge(amount, 1);
        }

        expect(window.total(100)).toBe(fresh.total(100));
      }),
    );
  });

  it('names a wait for fractions that is not one entry too long', () => {
    const tenths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(tenths, fc.nat(), (amounts, split) => {
        const first = 1 + (split % (amounts.length - 1));
        const [window, later] = [new SlidingWindow(100), new SlidingWindow(100)];
        amounts.forEach((amount, at) => {
          window.charge(amount / 10, at);
          if (at >= first) later.charge(amount / 10, at);
        });
        const now = amounts.length;

        // What remains when the first have left is what a window of the others holds.
        expect(window.waitUntilAtMost(later.total(now), now)).toBe(first - 1 + 100 - now);
      }),
    );
  });

  it('keeps no rounding error while it is in use', () => {
    const window = new SlidingWindow(50);
    const naive = new NaiveWindow(50);
    for (let i = 0; i < 20_000; i++) {
      const amount = i % 100 === 0 ? 1e9 : 1 / ((i % 9) + 1);
      window.charge(amount, i);
      if (i >= 19_900) naive.charge(amount, i);
      window.total(i);
    }

    expect(Math.abs(window.total(19_999) - naive.total(19_999))).toBeLessThan(1e-6);
  });

  it('makes nobody wait for the rounding error of fractions that were taken back', () => {
    const window = new SlidingWindow(100);
    window.charge(0.1, 0);
    const entry = window.charge(0.2, 0);
    window.correct(entry, -0.1, 1);
    window.correct(entry, -0.2, 1);

    expect(window.total(1)).toBeCloseTo(0, 12);
    expect(window.waitUntilAtMost(0, 1)).toBe(0);
  });

  it('is exact while it holds fewer entries than many', () => {
    const window = new SlidingWindow(1_000_000);
    for (let at = 0; at < 100_000; at++) window.charge(1, at);

    expect(window.total(1_000_000)).toBe(99_999);
    expect(window.total(1_050_000)).toBe(49_999);
    expect(window.total(1_099_998)).toBe(1);
  });

  it('holds many entries and their like at most, also while it is longer than that', () => {
    const window = new SlidingWindow(250_000);
    const entries: WindowEntry[] = [];
    let [left, most] = [0, 0];
    for (let at = 0; at < 600_000; at++) {
      const entry = window.charge(1, at);
      if (entries.at(-1) !== entry) entries.push(entry);
      while (entries[left]?.hasLeft) left++;
      most = Math.max(most, entries.length - left);
    }

    expect(most).toBeLessThanOrEqual(200_002);
    expect(window.total(599_999)).toBeGreaterThanOrEqual(250_000);
    expect(window.total(599_999)).toBeLessThanOrEqual(250_003);
  });

  it('forgets what has left also when it is only charged', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(1, 0);
    window.charge(1, 100);

    expect(entry).toMatchObject({ hasLeft: true, next: undefined });
  });

  it('lets what many have in common leave with the last of it, never earlier', () => {
    const window = new SlidingWindow(100, 4);
    const entries = [0, 1, 2, 3, 10, 27, 28].map((at) => window.charge(1, at));

    // Once there are four, what is charged within 25 ms of the first of an entry is in it.
    expect(new Set(entries.slice(3, 6)).size).toBe(1);
    expect([entries[3]?.openedAt, entries[3]?.at]).toEqual([3, 27]);
    expect(entries[6]).not.toBe(entries[5]);
    expect(window.total(126.75)).toBe(4);
    expect(window.total(127)).toBe(1);
    expect(window.waitUntilAtMost(0, 127)).toBe(1);
  });

  it('is exact again when many have left', () => {
    const window = new SlidingWindow(100, 4);
    for (const at of [0, 1, 2, 3, 4]) window.charge(1, at);
    const entry = window.charge(1, 101);

    expect(window.charge(1, 102)).not.toBe(entry);
  });

  it('is late by no more than a part of its length, however many it holds', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), (history, many) => {
        const window = new SlidingWindow(LENGTH, many);
        const later = new NaiveWindow(LENGTH + LENGTH / many);
        const entries = new Set<WindowEntry>();
        play(
          history,
          (exact, naive, now) => {
            later.charges.splice(0, Infinity, ...naive.charges);
            expect(exact.total(now)).toBeGreaterThanOrEqual(naive.total(now));
            expect(exact.total(now)).toBeLessThanOrEqual(later.total(now));
            expect([...entries].filter(({ hasLeft }) => !hasLeft).length).toBeLessThanOrEqual(
              2 * many + 2,
            );
          },
          window,
          entries,
        );
      }),
      { numRuns: 300 },
    );
  });

  describe('of Infinity', () => {
    it('lets nothing leave, ever', () => {
      const window = new SlidingWindow(Infinity);
      window.charge(5, 0);
      window.charge(3, 1e15);

      expect(window.total(8e15)).toBe(8);
      expect(window.waitUntilNextLeaves(8e15)).toBe(Infinity);
      expect(window.waitUntilAtMost(8, 8e15)).toBe(0);
      expect(window.waitUntilAtMost(7, 8e15)).toBe(Infinity);
      expect(window.waitUntilBelow(8, 8e15)).toBe(Infinity);
      expect(window.waitUntilBelow(9, 8e15)).toBe(0);
    });

    it('can be corrected for ever', () => {
      const window = new SlidingWindow(Infinity);
      const entry = window.charge(5, 0);
      window.charge(3, 1_000);
      window.correct(entry, -4, 1e15);

      expect(window.total(1e15)).toBe(4);
      expect(window.waitUntilAtMost(4, 1e15)).toBe(0);
    });

    it('is one entry', () => {
      const window = new SlidingWindow(Infinity);
      const entry = window.charge(1, 0);
      for (let at = 1; at < 1_000; at++) expect(window.charge(1, at)).toBe(entry);

      expect(entry.next).toBeUndefined();
    });

    it('sums millions of fractions without drift', () => {
      const window = new SlidingWindow(Infinity);
      for (let i = 0; i < 1_000_000; i++) {
        const entry = window.charge(0.3, i);
        window.correct(entry, -0.2, i);
      }

      // Each is 0.3 - 0.2 to the last bit, which is not 0.1.
      expect(Math.abs(window.total(1_000_000) - 1_000_000 * (0.3 - 0.2))).toBeLessThan(1e-9);
    });
  });
});

describe('SlidingWindow.delay', () => {
  it.each([
    [20, 1],
    [50, 1],
    [51, 6],
  ])('by %d ms puts it to the first that was charged then or later, and no later', (ms, left) => {
    const window = new SlidingWindow(100);
    const entry = window.charge(5, 0);
    window.charge(1, 50);
    window.charge(1, 90);
    window.delay(entry, 5, ms, 90);

    expect([window.total(149), window.total(150)]).toEqual([7, left]);
  });

  it('makes nothing of what has left, for those that are charged after it either', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(5, 0);
    window.charge(3, 150);
    window.delay(entry, 5, 10, 160);
    window.charge(1, 170);

    expect([window.total(249), window.total(250), window.total(270)]).toEqual([4, 1, 0]);
  });

  it('lets what came late leave so much later, and what was charged with it in time', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(30, 0);
    window.charge(20, 0);
    window.charge(5, 40);
    window.delay(entry, 30, 25, 50);

    expect([99, 100, 124, 125, 139, 140].map((now) => window.total(now))).toEqual([
      55, 35, 35, 35, 35, 0,
    ]);
  });

  it('puts it to the first that was charged then or later, never earlier', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(30, 0);
    window.charge(1, 25);
    const later = window.delay(entry, 30, 25, 50);

    expect([124, 125].map((now) => window.total(now))).toEqual([31, 0]);
    window.correct(later, -30, 125);
    expect(window.total(125)).toBe(0);
  });

  it('opens an entry where nothing was charged since, and not in the future', () => {
    const window = new SlidingWindow(100);
    const entry = window.delay(window.charge(30, 0), 30, 1_000, 60);
    window.correct(entry, -10, 70);

    expect([100, 159, 160].map((now) => window.total(now))).toEqual([20, 20, 0]);
  });

  it('changes nothing once it has left', () => {
    const window = new SlidingWindow(100);
    const entry = window.charge(30, 0);
    window.delay(entry, 30, 50, 100);

    expect(window.total(100)).toBe(0);
  });

  it('never makes the total of any instant less, and keeps the order of leaving', () => {
    const steps = fc.array(fc.record({ amount: fc.nat(50), advance: fc.nat(30), ms: fc.nat(60) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const window = new SlidingWindow(100);
        const naive: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { amount, advance, ms } of history) {
          const entry = window.charge(amount, now);
          const charge = { at: now, amount };
          naive.push(charge);
          now += advance;
          if (window.total(now) === 0) continue;
          const moved = window.delay(entry, amount, ms, now);
          if (entry.hasLeft) continue;
          const least = Math.min(charge.at + ms, now);
          expect(moved.at).toBeGreaterThanOrEqual(least);
          charge.at = moved.at;
        }
        for (let at = now; at <= now + 200; at += 7) {
          const inside = naive.filter((charge) => at < charge.at + 100);
          expect(window.total(at)).toBe(inside.reduce((sum, charge) => sum + charge.amount, 0));
        }
      }),
    );
  });
});

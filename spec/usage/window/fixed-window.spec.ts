import fc from 'fast-check';
import { FixedWindow, type FixedWindowEntry } from '../../../src/usage/window/fixed-window.js';

/** The windows as a list of charges, walked anew each time: what `FixedWindow` must agree with. */
class NaiveWindow {
  readonly charges: { readonly at: number; amount: number }[] = [];

  constructor(
    private readonly windowMs: number,
    private readonly marginMs: number,
  ) {}

  total(now: number): number {
    const earliest = Math.floor((now - 2 * this.marginMs) / this.windowMs) - 2;
    const latest = Math.ceil((now + 2 * this.marginMs) / this.windowMs) + 2;
    let most = 0;
    for (let index = earliest; index <= latest; index++) {
      if (this.mayCount(index, now)) most = Math.max(most, this.sum(index));
    }
    return most;
  }

  private sum(index: number): number {
    const counted = this.charges.filter(({ at }) => this.mayCount(index, at));
    return counted.reduce((sum, { amount }) => sum + amount, 0);
  }

  private mayCount(index: number, at: number): boolean {
    const start = index * this.windowMs;
    return start <= at + this.marginMs && at - this.marginMs < start + this.windowMs;
  }
}

interface Step {
  readonly gap: number;
  readonly amount: number;
  readonly corrected: { readonly back: number; readonly to: number } | null;
}

const WINDOW = 20;
const margins = fc.constantFrom(0, 1, 3, 9.75, 10, 19, 20);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    gap: fc.oneof(
      fc.constantFrom(0, 1, 19, 20, 21, 23, 40, 200),
      fc.nat(20),
      fc.nat(80).map((n) => n / 4),
    ),
    amount: fc.nat(50),
    corrected: fc.option(fc.record({ back: fc.nat(5), to: fc.nat(80) })),
  }),
  { maxLength: 60 },
);

/** Plays the steps on both windows and calls `check` after each. */
function play(
  history: readonly Step[],
  window: FixedWindow,
  naive: NaiveWindow,
  check: (now: number) => void,
): void {
  const entries: FixedWindowEntry[] = [];
  let now = 7;
  for (const { gap, amount, corrected } of history) {
    now += gap;
    entries.push(window.charge(amount, now));
    naive.charges.push({ at: now, amount });
    const index = entries.length - 1 - (corrected?.back ?? 0);
    if (corrected && index >= 0) {
      const charge = naive.charges[index]!;
      window.correct(entries[index]!, corrected.to - charge.amount);
      charge.amount = corrected.to;
    }
    check(now);
  }
}

describe('FixedWindow', () => {
  it('counts from zero again at each multiple of its length, a margin late', () => {
    const window = new FixedWindow(100, 10);
    const rows = [
      // at, charge, total after
      [0, 50, 50],
      [89, 25, 75],
      [90, 7, 82],
      [109, 0, 82],
      [110, 0, 7],
      [110, 3, 10],
      [189.5, 1, 11],
      [190, 1, 12],
      [209.5, 0, 12],
      [210, 0, 1],
      [309.5, 0, 1],
      [310, 0, 0],
    ] as const;

    for (const [at, charge, total] of rows) {
      window.charge(charge, at);
      expect([at, window.total(at)]).toEqual([at, total]);
    }
  });

  it('counts days as UTC does', () => {
    const window = new FixedWindow(86_400_000, 0);
    window.charge(800, Date.UTC(2027, 0, 1, 12));

    expect(window.total(Date.UTC(2027, 0, 2) - 1)).toBe(800);
    expect(window.total(Date.UTC(2027, 0, 2))).toBe(0);
  });

  it.each([
    // sent at, windows in which it may be counted
    [10, [0]],
    [89.9, [0]],
    [90, [0, 1]],
    [100, [0, 1]],
    [109.9, [0, 1]],
    [110, [1]],
    [-5, [-1, 0]],
  ])('charges what is sent at %d to the windows %j', (at, windows) => {
    const entry = new FixedWindow(100, 10).charge(1, at);

    expect(entry.map(({ index }) => index)).toEqual(windows);
  });

  it('corrects what was charged in each of its windows', () => {
    const window = new FixedWindow(100, 10);
    const entry = window.charge(50, 95);
    window.charge(1, 111);
    window.correct(entry, -20);

    expect(window.total(111)).toBe(31);
  });

  it('changes nothing by correcting what is out of reach', () => {
    const window = new FixedWindow(100, 10);
    const entry = window.charge(50, 0);
    window.charge(3, 110);
    window.correct(entry, 20);

    expect(window.total(110)).toBe(3);
  });

  it('forgets debt with its window', () => {
    const window = new FixedWindow(100, 10);
    window.correct(window.charge(50, 0), 1_000);

    expect(window.total(109)).toBe(1_050);
    expect(window.total(110)).toBe(0);
  });

  it.each([
    // at most, wait for it, below, wait for it (5 charged at 50, 3 at 95; asked at 95)
    [8, 0, 9, 0],
    [7, 15, 8, 15],
    [3, 15, 4, 15],
    [2, 115, 3, 115],
    [0, 115, 1, 115],
    [-1, Infinity, 0, Infinity],
  ])('is at most %i after %d ms, and below %i after %d', (atMost, waitAtMost, below, waitBelow) => {
    const window = new FixedWindow(100, 10);
    window.charge(5, 50);
    window.charge(3, 95);

    expect(window.waitUntilAtMost(atMost, 95)).toBe(waitAtMost);
    expect(window.waitUntilBelow(below, 95)).toBe(waitBelow);
  });

  it('names the next change of its total', () => {
    const window = new FixedWindow(100, 10);
    expect(window.waitUntilNextLeaves(0)).toBe(Infinity);
    window.charge(3, 95);
    expect(window.waitUntilNextLeaves(95)).toBe(115);
    window.charge(0, 111);
    expect(window.waitUntilNextLeaves(111)).toBe(99);
    expect(window.waitUntilNextLeaves(210)).toBe(Infinity);
  });

  it('agrees with a sum over all charges, at every instant', () => {
    fc.assert(
      fc.property(steps, margins, (history, marginMs) => {
        const window = new FixedWindow(WINDOW, marginMs);
        const naive = new NaiveWindow(WINDOW, marginMs);
        play(history, window, naive, (now) => {
          expect(window.total(now)).toBe(naive.total(now));
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('names waits that are enough and not a millisecond too long', () => {
    fc.assert(
      fc.property(steps, margins, fc.integer({ min: 1, max: 300 }), (history, marginMs, amount) => {
        const window = new FixedWindow(WINDOW, marginMs);
        const naive = new NaiveWindow(WINDOW, marginMs);
        play(history, window, naive, (now) => {
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
      { numRuns: 1_000 },
    );
  });

  it('counts windows that are shorter than the margin as longer ones, on the safe side', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(20.25, 33, 50, 100), (history, marginMs) => {
        const window = new FixedWindow(WINDOW, marginMs);
        const exact = new NaiveWindow(WINDOW, marginMs);
        const longer = new NaiveWindow(Math.ceil(marginMs / WINDOW) * WINDOW, marginMs);
        play(history, window, exact, (now) => {
          longer.charges.splice(0, Infinity, ...exact.charges);
          expect(window.total(now)).toBeGreaterThanOrEqual(exact.total(now));
          expect(window.total(now)).toBe(longer.total(now));
        });
      }),
    );
  });

  it.each([
    [86_400_000, 250],
    [100, 100],
    [1, 250],
    [0.001, 1e9],
  ])('keeps no more than four windows, of %d ms with a margin of %d', (windowMs, marginMs) => {
    const window = new FixedWindow(windowMs, marginMs);
    let most = 0;
    for (let now = 0; now < 100_000; now++) {
      most = Math.max(most, window.charge(1, now * 0.7).length);
    }

    expect(most).toBeLessThanOrEqual(4);
  });

  it('is exactly 0 when every fraction charged has been taken back', () => {
    const fraction = fc.integer({ min: 1, max: 1_000 }).map((n) => n / 10);
    fc.assert(
      fc.property(fc.array(fraction, { maxLength: 50 }), (amounts) => {
        const window = new FixedWindow(100, 10);
        const entries = amounts.map((amount) => window.charge(amount, 95));
        entries.forEach((entry, index) => {
          window.correct(entry, -amounts[index]!);
        });

        expect(Math.abs(window.total(95))).toBe(0);
        expect(window.waitUntilAtMost(0, 95)).toBe(0);
      }),
    );
  });

  it('holds a window until it says that it leaves, also where fractions are rounded', () => {
    const window = new FixedWindow(81.7, 3.2);
    window.charge(1, 200);

    // One bit before 3 * 81.7 + 3.2, of which the quotient is rounded up to 3.
    expect(window.total(248.29999999999998)).toBe(1);
    expect(window.waitUntilAtMost(0, 200)).toBeCloseTo(48.3, 9);
  });

  it('waits for nothing behind what fits beside it', () => {
    const window = new FixedWindow(20, 0);
    window.charge(4, 105);

    expect(window.waitBehind(3, 3, 10, 110)).toBe(0);
    expect(window.waitBehind(3, 4, 10, 110)).toBe(10);
  });

  it('holds nothing of a window that has left, before the next comes', () => {
    const window = new FixedWindow(20, 3);
    window.charge(5, 10);
    window.charge(2, 21);

    // 10 is in the first only, 21 in the first and the second: 0 to 23, 17 to 43.
    expect([22.9, 23, 30].map((now) => window.total(now))).toEqual([7, 2, 2]);
  });
});

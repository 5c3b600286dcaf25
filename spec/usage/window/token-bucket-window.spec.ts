import fc from 'fast-check';
import { TokenBucketWindow } from '../../../src/usage/window/token-bucket-window.js';

const WINDOW = 100;

function bucketOf(limit: number, marginMs: number, windowMs = WINDOW): TokenBucketWindow {
  const window = new TokenBucketWindow(windowMs, marginMs);
  window.limitChanged(limit, 0);
  return window;
}

/** The bucket as a list of charges, walked anew each time: the most that can be missing, whatever the delays. */
class NaiveBucket {
  readonly charges: { readonly at: number; amount: number }[] = [];
  readonly limits: { readonly since: number; readonly limit: number }[] = [];

  constructor(private readonly marginMs: number) {}

  correct(index: number, delta: number, now: number): void {
    const charge = this.charges[index]!;
    if (now < Math.ceil(charge.at) + WINDOW + this.marginMs) charge.amount += delta;
  }

  /** Whichever charge the bucket was last full before, what came since is missing but for what flowed in. */
  missing(now: number): number {
    let charged = 0;
    let most = 0;
    for (const { at, amount } of [...this.charges].reverse()) {
      charged += amount;
      most = Math.max(most, charged - this.flowedIn(at + this.marginMs, now));
    }
    return most;
  }

  private flowedIn(from: number, to: number): number {
    return this.limits.reduce((sum, { since, limit }, index) => {
      const until = Math.min(this.limits[index + 1]?.since ?? to, to);
      return sum + (limit * Math.max(0, until - Math.max(from, since))) / WINDOW;
    }, 0);
  }
}

interface Step {
  readonly gap: number;
  readonly amount: number;
  readonly corrected: { readonly back: number; readonly to: number } | null;
  readonly limit: number | null;
}

const gap = fc.oneof(
  fc.constantFrom(0, 1, 9, 10, 11, 99, 100, 101, 109, 110, 111),
  fc.nat(15),
  fc.nat(60).map((n) => n / 4),
);

/** Steps of which some correct an earlier charge to what `to` allows, and some change the limit. */
const stepsWith = (to: fc.Arbitrary<number>, limit: fc.Arbitrary<number | null>) => {
  const corrected = fc.option(fc.record({ back: fc.nat(6), to }));
  const step = fc.record({ gap, amount: fc.nat(60), corrected, limit });
  return fc.array(step, { maxLength: 50 });
};

const margins = fc.constantFrom(0, 1, 10, 150);

/** Plays the steps on both buckets and calls `check` after each. */
function play(
  steps: readonly Step[],
  marginMs: number,
  check: (window: TokenBucketWindow, naive: NaiveBucket, now: number) => void,
): void {
  const window = bucketOf(100, marginMs);
  const naive = new NaiveBucket(marginMs);
  naive.limits.push({ since: 0, limit: 100 });
  const entries: ReturnType<TokenBucketWindow['charge']>[] = [];
  let now = 0;
  for (const { gap, amount, corrected, limit } of steps) {
    now += gap;
    if (limit !== null) {
      window.limitChanged(limit, now);
      naive.limits.push({ since: now, limit });
    }
    entries.push(window.charge(amount, now));
    naive.charges.push({ at: now, amount });
    const index = entries.length - 1 - (corrected?.back ?? 0);
    if (corrected && index >= 0) {
      const charged = naive.charges[index]!.amount;
      const delta =
        (corrected.to > 1 ? corrected.to : Math.floor(corrected.to * charged)) - charged;
      window.correct(entries[index]!, delta, now);
      naive.correct(index, delta, now);
    }
    check(window, naive, now);
  }
}

const toMoreOrLess = fc.nat(80);
const toLess = fc.constantFrom(0, 1 / 4, 1 / 2, 1);
const noLimit = fc.constant(null);

describe('TokenBucketWindow', () => {
  it('begins to refill a margin after the charge, and is full a window later', () => {
    const window = bucketOf(100, 10);
    window.charge(100, 0);
    const rows = [
      // at, total
      [0, 100],
      [9, 100],
      [10, 100],
      [11, 99],
      [60, 50],
      [109, 1],
      [110, 0],
      [1_000, 0],
    ] as const;

    for (const [at, total] of rows) expect([at, window.total(at)]).toEqual([at, total]);
  });

  it('refills in between milliseconds too', () => {
    const window = bucketOf(7, 10, 60_000);
    window.charge(7, 0);

    expect(window.total(30_010)).toBe(3.5);
    expect(window.total(30_010.5)).toBeCloseTo(3.5 - 3.5 / 60_000, 9);
    expect(window.total(60_009.999)).toBeGreaterThan(0);
    expect(window.total(60_010)).toBe(0);
  });

  it('refills nothing before it knows the limit', () => {
    const window = new TokenBucketWindow(100, 10);
    window.charge(50, 0);

    expect(window.total(1_000)).toBe(50);
    expect(window.waitUntilAtMost(49, 1_000)).toBe(Infinity);
    expect(window.waitUntilNextLeaves(1_000)).toBe(Infinity);

    window.limitChanged(100, 1_000);
    expect(window.waitUntilAtMost(49, 1_000)).toBe(11);
  });

  it('lets a steady stream have all of the rate', () => {
    const window = bucketOf(500, 250, 60_000);
    let sent = 0;
    for (let now = 0; now <= 180_000; now++) {
      for (; window.waitUntilAtMost(499, now) === 0; sent++) window.charge(1, now);
    }

    // A full bucket, and three minutes of refill but for the margin, which is waited for once.
    expect(sent).toBe(500 + Math.floor((500 * (180_000 - 250)) / 60_000));
  });

  it('refills at the old limit until it changes, and at the new one from then on', () => {
    const window = bucketOf(100, 0);
    window.charge(100, 0);
    window.limitChanged(50, 20);

    expect(window.total(20)).toBe(80);
    expect(window.total(40)).toBe(70);
    window.limitChanged(200, 40);
    expect(window.total(50)).toBe(50);
  });

  it('takes the same limit, told again, for no change', () => {
    const [window, told] = [bucketOf(100, 10), bucketOf(100, 10)];
    for (const one of [window, told]) {
      const entry = one.charge(50, 0);
      one.charge(50, 1);
      if (one === told) one.limitChanged(100, 40);
      one.correct(entry, -50, 50);
    }

    expect(window.total(50)).toBe(50 - 39);
    expect(told.total(50)).toBe(50 - 39);
  });

  it('counts what was charged too little as if it had been charged with the rest', () => {
    const window = bucketOf(100, 10);
    const entry = window.charge(20, 0);
    window.correct(entry, 70, 20);

    expect(window.total(20)).toBe(90 - 10);
    expect(window.total(100)).toBe(0);
  });

  it('counts all of what was charged too little where it was full in between', () => {
    const window = bucketOf(100, 10);
    const entry = window.charge(20, 0);
    window.correct(entry, 70, 50);

    expect(window.total(50)).toBe(70);
    expect(window.total(120)).toBe(0);
  });

  it('gives back what was charged too much, as if it had not been', () => {
    const window = bucketOf(100, 10);
    const entry = window.charge(100, 0);
    window.correct(entry, -40, 30);

    expect(window.total(30)).toBe(60 - 20);
    expect(window.total(70)).toBe(0);
  });

  it('gives back no more than the provider has not refilled long since', () => {
    const window = bucketOf(100, 0);
    const entry = window.charge(100, 0);
    window.charge(90, 90);
    window.correct(entry, -90, 91);

    // Really 10 were taken at 0, and 90 at 90.
    expect(window.total(91)).toBe(89);
  });

  it('gives back to each of a burst what it was charged too much', () => {
    const window = bucketOf(1_000, 10);
    const entries = Array.from({ length: 10 }, () => window.charge(100, 0));
    for (const entry of entries) window.correct(entry, -40, 30);

    expect(window.total(30)).toBe(600 - 200);
  });

  it('gives back no more, also of what it does not tell apart by time', () => {
    const window = bucketOf(10_000, 0, 10_000);
    for (let now = 0; now < 100; now++) window.charge(0, now);
    const entry = window.charge(50, 200);
    expect(window.charge(30, 260).within).toBe(entry.within);

    // The 50 were refilled by 250, whatever they really were.
    window.correct(entry, -20, 265);
    expect(window.total(265)).toBe(25);
    window.correct(entry, -30, 265);
    expect(window.total(265)).toBe(25);
  });

  it('is not more for giving back, also when the limit has changed since', () => {
    const window = bucketOf(100, 0);
    const entry = window.charge(10, 0);
    window.charge(90, 0);
    window.limitChanged(50, 80);
    window.correct(entry, -10, 80);

    expect(window.total(80)).toBe(20);
  });

  it.each([
    // corrected at, by, total then
    [109, 50, 51],
    [109, -50, 0],
    [110, 50, 0],
    [110, -50, 0],
  ])('corrected at %i by %i is %i: after window and margin nothing changes', (at, delta, total) => {
    const window = bucketOf(100, 10);
    const entry = window.charge(100, 0);
    window.correct(entry, delta, at);

    expect(window.total(at)).toBe(total);
  });

  it('pays debt back at its rate', () => {
    const window = bucketOf(100, 10);
    window.correct(window.charge(100, 0), 150, 5);

    expect(window.total(5)).toBe(250);
    expect(window.waitUntilAtMost(0, 5)).toBe(255);
    expect(window.total(259)).toBe(1);
    expect(window.total(260)).toBe(0);
  });

  it.each([
    // at most, wait for it, below, wait for it (100 charged at 0, asked at 0)
    [100, 0, 101, 0],
    [99, 11, 99.5, 10.5],
    [50, 60, 50.5, 59.5],
    [0, 110, 0.5, 109.5],
    [-1, Infinity, 0, Infinity],
  ])('is at most %d after %d ms, and below %d after %d', (atMost, waitAtMost, below, waitBelow) => {
    const window = bucketOf(100, 10);
    window.charge(100, 0);

    expect(window.waitUntilAtMost(atMost, 0)).toBe(waitAtMost);
    expect(window.waitUntilBelow(below, 0)).toBeCloseTo(waitBelow, 9);
    if (waitBelow < Infinity)
      expect(window.total(window.waitUntilBelow(below, 0))).toBeLessThan(below);
  });

  it.each([
    // charged, wait for the next hundredth of the limit to be back
    [100, 11],
    [1, 11],
    [0.5, 10.5],
    [0.000_001, 10.000_001],
  ])('of %d shows the next change after %d ms', (amount, wait) => {
    const window = bucketOf(100, 10);
    window.charge(amount, 0);

    expect(window.waitUntilNextLeaves(0)).toBeCloseTo(wait, 9);
  });

  it('shows its next change after a millisecond at least', () => {
    const window = bucketOf(100, 0);
    window.charge(1, 0);

    expect(window.waitUntilNextLeaves(0.75)).toBe(1);
    expect(window.waitUntilNextLeaves(1)).toBe(Infinity);
  });

  it('never says less than what can be missing, however it is corrected and the limit changes', () => {
    const limits = fc.option(fc.constantFrom(50, 100, 300), { freq: 6 });
    fc.assert(
      fc.property(stepsWith(toMoreOrLess, limits), margins, (steps, marginMs) => {
        play(steps, marginMs, (window, naive, now) => {
          for (const later of [0, 1, 10, 50]) {
            const missing = naive.missing(now + later);
            expect(window.total(now + later)).toBeGreaterThanOrEqual(missing - 1e-9);
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('never says more than what can be missing and a margin refills, however much is given back', () => {
    fc.assert(
      fc.property(stepsWith(toLess, noLimit), margins, (steps, marginMs) => {
        // Charges of one millisecond are told apart by their amounts only, so that it may be one more.
        play(steps, marginMs, (window, naive, now) => {
          const most = naive.missing(now) + marginMs + 1;
          expect(window.total(now)).toBeLessThanOrEqual(most + 1e-9);
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('never says more than all that was charged since it was full', () => {
    const amounts = fc.array(fc.nat(30), { maxLength: 30 });
    fc.assert(
      fc.property(amounts, fc.nat(3), margins, (burst, step, marginMs) => {
        const window = bucketOf(100, marginMs);
        window.charge(100, 0);
        let sum = 0;
        burst.forEach((amount, index) => {
          const now = WINDOW + marginMs + index * step;
          window.charge(amount, now);
          sum += amount;
          expect(window.total(now)).toBeLessThanOrEqual(sum);
        });
      }),
    );
  });

  it('names waits that are enough and not longer than it takes, also for fractions of any size', () => {
    const start = fc.constantFrom(0, 5.3, 1.7e12 + 0.37);
    const amounts = fc.array(fc.double({ min: 1e-6, max: 500, noNaN: true }), { minLength: 1 });
    const limit = fc.double({ min: 0.1, max: 1_000, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(start, amounts, limit, share, fc.nat(50), (at, charged, limit, share, later) => {
        const window = bucketOf(limit, 7.7, 60);
        for (const amount of charged) window.charge(amount, at);
        const now = at + later / 7;
        const amount = share * window.total(now);
        const atMost = window.waitUntilAtMost(amount, now);
        const below = window.waitUntilBelow(amount + 1e-6, now);

        expect(window.total(now + atMost)).toBeLessThanOrEqual(amount);
        expect(window.total(now + below)).toBeLessThan(amount + 1e-6);
        if (atMost > 0.01) expect(window.total(now + atMost - 0.01)).toBeGreaterThan(amount);
        if (below > 0.01) expect(window.total(now + below - 0.01)).toBeGreaterThan(amount);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is exactly 0 when window and margin have passed, however the fractions were rounded', () => {
    const limits = fc.integer({ min: 1, max: 1_000 }).map((n) => n / 10);
    const shares = fc.array(fc.constantFrom(0.1, 0.3, 1), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(limits, shares, fc.nat(9), (limit, shares, marginMs) => {
        const window = bucketOf(limit, marginMs);
        let now = 0;
        for (const share of shares) {
          now += Math.ceil(window.waitUntilAtMost(limit - share * limit, now));
          window.charge(share * limit, now);
        }

        expect(window.total(now + WINDOW + marginMs)).toBe(0);
        expect(window.waitUntilAtMost(0, now + WINDOW + marginMs)).toBe(0);
      }),
      { numRuns: 1_000, examples: [[0.3, [1], 7]] },
    );
  });

  it('counts each of many that are a billionth of the limit', () => {
    const window = bucketOf(1e9, 0, 2_592_000_000);
    const start = 3_000_000_000;
    for (let now = 0; now < 10_000; now++) window.charge(1, start + now);

    expect(window.total(start + 10_000)).toBeCloseTo(10_000 * (1 - 1e9 / 2_592_000_000), 3);
  });

  it('tells no more than a few hundred charges apart', () => {
    const window = bucketOf(100, 10, 1_000_000);
    const apart = new Set<unknown>();
    for (let now = 0; now < 1_000_000; now += 10) apart.add(window.charge(0.001, now).within);

    expect(apart.size).toBeLessThanOrEqual(202);
  });

  it('gives back in a long stream nearly all that was charged too much', () => {
    const window = bucketOf(1_000, 0, 1_000);
    for (let now = 0; now < 5_000; now++) {
      const entry = window.charge(4, now);
      window.correct(entry, -3, now);
    }
    const entries = Array.from({ length: 500 }, (_, index) => window.charge(2, 5_000 + index));
    for (const entry of entries) window.correct(entry, -1, 5_500);

    // One per millisecond is what flows in.
    expect(window.total(5_500)).toBeLessThan(20);
  });
});

describe('TokenBucketWindow.delay', () => {
  const bucketOf100 = () => {
    const window = new TokenBucketWindow(100, 10);
    window.limitChanged(100, 0);
    return window;
  };

  it('takes back what was refilled before the request came', () => {
    const window = bucketOf100();
    const entry = window.charge(100, 0);
    window.delay(entry, 100, 20, 30);

    expect([30, 60, 130].map((now) => window.total(now))).toEqual([100, 70, 0]);
  });

  it('takes back no more than was charged', () => {
    const window = bucketOf100();
    window.charge(60, 0);
    const entry = window.charge(5, 0);
    const before = window.total(40);
    window.delay(entry, 5, 20, 40);

    expect(window.total(40)).toBe(before + 5);
  });
});

describe('TokenBucketWindow.waitBehind', () => {
  it.each([
    ['nothing where all fits', 4, 0, 3, 3, 0],
    ['nothing where they all fit, once what is left is back', 1, 15, 5, 5, 5],
    ['a margin, and the time in which the rest flows in', 0, 0, 7, 8, 60],
  ])('is %s', (_, charged, now, ahead, cost, wait) => {
    const window = bucketOf(10, 10);
    if (charged > 0) window.charge(charged, 0);

    expect(window.waitBehind(ahead, cost, 10, now)).toBe(wait);
  });
});

describe('TokenBucketWindow, when its limit rises', () => {
  it('takes what is on its way for as late as before, and no later', () => {
    const window = bucketOf(10, 10);
    window.charge(5, 0);
    expect(window.waitUntilEmpty(0)).toBe(60);
    window.limitChanged(20, 0);

    // 10 * 10 + 5 * 100 is missing, and 10 * 10 more may be late; 20 a window flow in.
    expect(window.waitUntilEmpty(0)).toBe(35);
  });
});

describe('TokenBucketWindow, a window and a margin after its last charge', () => {
  it('holds nothing, whatever fractions it has summed', () => {
    const totals = Array.from({ length: 500 }, (_, index) => {
      const limit = (index + 1) / 7;
      const window = bucketOf(limit, 250, 60_000);
      window.charge(limit / 3, 0.1);
      window.charge((limit * 2) / 3, 0.7);
      return window.total(0.7 + 60_250);
    });

    expect(new Set(totals)).toEqual(new Set([0]));
  });
});

describe('TokenBucketWindow, corrected after its limit has risen', () => {
  it('does not take what flowed in before for as much as flows in now', () => {
    const window = bucketOf(10, 0);
    const corrected = window.charge(10, 0);
    window.charge(5, 10);
    window.limitChanged(20, 50);
    window.correct(corrected, -10, 51);

    // Of the 5 there were 40 * 10 / 100 back at 50, and 20 / 100 more are by now.
    expect(window.total(51)).toBeGreaterThanOrEqual(0.8);
  });
});

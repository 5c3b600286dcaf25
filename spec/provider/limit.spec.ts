import fc from 'fast-check';
import { LIMIT_MODELS, type Limit, type LimitModel } from '../../src/provider/index.js';

const models = Object.entries(LIMIT_MODELS) as [LimitModel, (l: number, w: number) => Limit][];

interface Granted {
  readonly at: number;
  readonly amount: number;
}

/** Asks at random instants, the edges of windows among them, and charges whatever fits. */
const history = fc.array(
  fc.record({
    gap: fc.oneof(fc.nat(40), fc.constantFrom(99, 100, 101, 200)),
    amount: fc.integer({ min: 1, max: 12 }),
  }),
  { maxLength: 60 },
);

function grant(limit: Limit, asked: readonly { gap: number; amount: number }[]): Granted[] {
  let now = 0;
  return asked.flatMap(({ gap, amount }) => {
    now += gap;
    if (!limit.fits(amount, now)) return [];
    limit.charge(amount, now);
    return [{ at: now, amount }];
  });
}

const sum = (granted: readonly Granted[]) => granted.reduce((total, g) => total + g.amount, 0);

describe.each(models)('%s', (_name, limitOf) => {
  it('is untouched at first', () => {
    const limit = limitOf(10, 100);

    expect(limit.remaining(0)).toBe(10);
    expect(limit.resetMs(0)).toBe(0);
    expect(limit.waitMs(10, 0)).toBe(0);
  });

  it('takes exactly its limit and no more', () => {
    const limit = limitOf(10, 100);
    for (let i = 0; i < 10; i++) limit.charge(1, 0);

    expect(limit.remaining(0)).toBe(0);
    expect(limit.fits(1, 0)).toBe(false);
    expect(limit.fits(0, 0)).toBe(true);
  });

  it('has all of its limit back after a whole window, and says so', () => {
    const limit = limitOf(10, 100);
    limit.charge(10, 0);

    expect(limit.resetMs(0)).toBe(100);
    expect(limit.resetMs(99)).toBe(1);
    expect(limit.fits(10, 99)).toBe(false);
    expect(limit.fits(10, 100)).toBe(true);
    expect(limit.resetMs(100)).toBe(0);
  });

  it('waits for ever for what is larger than the limit', () => {
    const limit = limitOf(10, 100);

    expect(limit.waitMs(11, 0)).toBe(Infinity);
    expect(limit.fits(11, 0)).toBe(false);
  });

  it('gives back what a correction makes smaller', () => {
    const limit = limitOf(10, 100);
    const charge = limit.charge(10, 0);
    limit.correct(charge, 4, 0);

    expect(limit.remaining(0)).toBe(6);
    expect(charge.amount).toBe(4);
  });

  it('owes what a correction makes larger than the limit', () => {
    const limit = limitOf(10, 100);
    limit.correct(limit.charge(1, 0), 15, 0);

    expect(limit.remaining(0)).toBe(-5);
    expect(limit.fits(0, 0)).toBe(false);
  });

  it('takes a step back of the clock for no time passed', () => {
    const limit = limitOf(10, 100);
    limit.charge(10, 50);

    expect(limit.remaining(20)).toBe(0);
    expect(limit.fits(1, 0)).toBe(false);
  });

  it('names a wait that is enough and not a millisecond too long', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 20 }), fc.nat(60), (asked, amount, later) => {
        const limit = limitOf(20, 100);
        grant(limit, asked);
        const now = asked.reduce((total, { gap }) => total + gap, later);
        const wait = limit.waitMs(amount, now);

        expect(limit.fits(amount, now)).toBe(wait === 0);
        if (wait > 0) expect(limit.fits(amount, now + wait - 1)).toBe(false);
        expect(limit.fits(amount, now + wait)).toBe(true);
      }),
    );
  });

  it('names a wait that is enough at instants between milliseconds too', () => {
    const instant = fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true });
    fc.assert(
      fc.property(instant, fc.nat(99), fc.integer({ min: 1, max: 7 }), (start, gap, amount) => {
        const limit = limitOf(7, 99.9);
        limit.charge(7, start);
        const now = start + gap / 7;

        expect(limit.fits(amount, now + limit.waitMs(amount, now))).toBe(true);
      }),
    );
  });

  it('never has more left than its limit, nor less than nothing when it is asked first', () => {
    fc.assert(
      fc.property(history, (asked) => {
        const limit = limitOf(20, 100);
        grant(limit, asked);
        const now = asked.reduce((total, { gap }) => total + gap, 0);

        expect(limit.remaining(now)).toBeGreaterThanOrEqual(0);
        expect(limit.remaining(now)).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe('slidingLog', () => {
  it('grants no window of its length more than the limit, wherever it is laid', () => {
    fc.assert(
      fc.property(history, (asked) => {
        const granted = grant(LIMIT_MODELS['sliding-log'](20, 100), asked);
        for (const { at } of granted) {
          const window = granted.filter((g) => g.at > at - 100 && g.at <= at);
          expect(sum(window)).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  it('waits for as many entries to leave as the amount needs', () => {
    const limit = LIMIT_MODELS['sliding-log'](10, 100);
    for (const at of [0, 10, 20, 30, 40]) limit.charge(2, at);

    expect([1, 2, 3, 4, 5, 10].map((amount) => limit.waitMs(amount, 50))).toEqual([
      50, 50, 60, 60, 70, 90,
    ]);
  });

  it('leaves alone a charge that has left its window', () => {
    const limit = LIMIT_MODELS['sliding-log'](10, 100);
    const charge = limit.charge(10, 0);
    limit.correct(charge, 1, 100);

    expect(limit.remaining(100)).toBe(10);
    expect(charge.amount).toBe(10);
  });

  it('agrees with a sum over all charges, however they are corrected', () => {
    const step = fc.record({
      gap: fc.nat(60),
      amount: fc.nat(9),
      corrected: fc.nat(9),
      after: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const limit = LIMIT_MODELS['sliding-log'](20, 100);
        const charges: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { gap, amount, corrected, after } of steps) {
          now += gap;
          charges.push(limit.charge(amount, now));
          const earlier = charges.at(-1 - after);
          if (earlier) limit.correct(earlier, corrected, now);
          const live = charges.filter(({ at }) => at > now - 100);

          expect(limit.remaining(now)).toBe(20 - sum(live));
        }
      }),
    );
  });
});

describe('tokenBucket', () => {
  it('grants no stretch of time more than a full bucket and what flows in meanwhile', () => {
    fc.assert(
      fc.property(history, (asked) => {
        const granted = grant(LIMIT_MODELS['token-bucket'](20, 100), asked);
        granted.forEach((first, i) => {
          granted.slice(i).forEach((last, j) => {
            const flowedIn = ((last.at - first.at) * 20) / 100;
            expect(sum(granted.slice(i, i + j + 1))).toBeLessThanOrEqual(20 + flowedIn);
          });
        });
      }),
    );
  });

  it.each([
    // limit, used, asked, wait: the recorded 429s of OpenAI and Groq.
    [30_000, 25_339, 5_560, 1_798],
    [15_000, 11_972, 4_351, 5_292],
  ])('of %i with %i used makes %i wait as recorded: %i ms', (limit, used, asked, wait) => {
    const bucket = LIMIT_MODELS['token-bucket'](limit, 60_000);
    bucket.charge(used, 0);

    expect(bucket.waitMs(asked, 0)).toBe(wait);
  });

  it.each([
    // limit, used, reset: recorded headers of OpenAI.
    [5_000, 1, 12],
    [250_000, 1_768, 424.32],
    [40_000, 788, 1_182],
  ])('of %i with %i used is full again as recorded: %d ms', (limit, used, reset) => {
    const bucket = LIMIT_MODELS['token-bucket'](limit, 60_000);
    bucket.charge(used, 0);

    expect(bucket.resetMs(0)).toBeCloseTo(reset, 6);
  });

  it('keeps no rounding error when a limit does not divide its window', () => {
    const bucket = LIMIT_MODELS['token-bucket'](7, 60_000);
    for (let i = 0; i < 7; i++) bucket.charge(1, 0);

    expect(bucket.fits(7, 59_999)).toBe(false);
    expect(bucket.fits(7, 60_000)).toBe(true);
  });
});

describe('fixedWindow', () => {
  it('grants each window of its grid no more than the limit', () => {
    fc.assert(
      fc.property(history, (asked) => {
        const granted = grant(LIMIT_MODELS['fixed-window'](20, 100), asked);
        const starts = new Set(granted.map(({ at }) => Math.floor(at / 100)));
        for (const start of starts) {
          const window = granted.filter(({ at }) => Math.floor(at / 100) === start);
          expect(sum(window)).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  it('lets twice the limit pass around an edge', () => {
    const limit = LIMIT_MODELS['fixed-window'](10, 100);
    limit.charge(10, 99);

    expect(limit.waitMs(10, 99)).toBe(1);
    expect(limit.fits(10, 100)).toBe(true);
  });

  it('leaves alone a charge of an earlier window', () => {
    const limit = LIMIT_MODELS['fixed-window'](10, 100);
    const charge = limit.charge(10, 0);
    limit.charge(3, 100);
    limit.correct(charge, 1, 100);

    expect(limit.remaining(100)).toBe(7);
  });
});

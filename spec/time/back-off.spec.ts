import fc from 'fast-check';
import { backOffMs } from '../../src/time/back-off.js';
import { seededRandom } from '../../src/retry/seeded-random.js';

const almostOne = 1 - 2 ** -32;

describe('backOffMs', () => {
  it.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [4, 4_000],
    [5, 8_000],
    [6, 8_000],
    [10_000, 8_000],
    [Infinity, 8_000],
  ])('waits after failure %d for less than %d ms', (attempt, mostMs) => {
    const backOff = { baseMs: 500, maxMs: 8_000 };

    expect(backOffMs(attempt, backOff, () => almostOne)).toBeCloseTo(mostMs, 3);
    expect(backOffMs(attempt, backOff, () => almostOne)).toBeLessThan(mostMs);
    expect(backOffMs(attempt, backOff, () => 0.25)).toBe(mostMs / 4);
    expect(backOffMs(attempt, backOff, () => 0)).toBe(0);
  });

  it('stays within its bounds whatever the attempt', () => {
    const ms = fc.oneof(fc.constantFrom(0, Number.MAX_VALUE), fc.double({ min: 0.001, max: 1e9, noNaN: true })); // prettier-ignore
    const attempt = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(10_000, 2 ** 53));

    fc.assert(
      fc.property(attempt, ms, ms, fc.integer(), (n, baseMs, maxMs, seed) => {
        const waitMs = backOffMs(n, { baseMs, maxMs }, seededRandom(seed));

        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(maxMs);
        if (maxMs > 0) expect(waitMs).toBeLessThan(maxMs);
        if (n === 1 && baseMs > 0) expect(waitMs).toBeLessThan(baseMs);
      }),
    );
  });

  it.each([
    [0, 8_000, 0],
    [500, 0, 0],
    [0, Infinity, 0],
  ])('is a number for a base of %d and at most %d ms', (baseMs, maxMs, expected) => {
    expect(backOffMs(10_000, { baseMs, maxMs }, () => 0.5)).toBe(expected);
  });

  it('is 0 where 0 is drawn, even without a maximum', () => {
    expect(backOffMs(10_000, { baseMs: 500, maxMs: Infinity }, () => 0)).toBe(0);
  });

  it('spreads evenly, so that many do not come back together', () => {
    const random = seededRandom(3);
    const waits = Array.from({ length: 2_000 }, () =>
      backOffMs(3, { baseMs: 500, maxMs: 8_000 }, random),
    );

    const inFirstQuarter = waits.filter((waitMs) => waitMs < 500).length;
    expect(inFirstQuarter).toBeGreaterThan(400);
    expect(inFirstQuarter).toBeLessThan(600);
  });
});

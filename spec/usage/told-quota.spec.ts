import {
  isMeant,
  isSurelyMeant,
  isToldAmount,
  isToldLimit,
  unitOf,
  windowMsOf,
} from '../../src/usage/told-quota.js';
import { limitOf } from './readings.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

describe('what a provider tells of a limit', () => {
  it.each([
    ['requests', 'requests'],
    ['tokens', 'tokens'],
    ['input-tokens', 'inputTokens'],
    ['output-tokens', 'outputTokens'],
    ['project-tokens', undefined],
    ['toString', undefined],
    ['__proto__', undefined],
  ])('of %s is counted in %s', (dim, unit) => {
    expect(unitOf(limitOf({ dim }))).toBe(unit);
  });

  it.each([
    [{ windowMs: 10 * SECOND }, 10 * SECOND],
    [{ windowMs: 10 * SECOND, resetMs: DAY }, 10 * SECOND],
    [{}, MINUTE],
    [{ resetMs: 0 }, MINUTE],
    [{ resetMs: MINUTE }, MINUTE],
    [{ resetMs: MINUTE + SECOND }, MINUTE],
    [{ resetMs: MINUTE + SECOND + 1 }, DAY],
    [{ resetMs: NaN }, MINUTE],
    [{ resetMs: 31 * DAY }, DAY],
    [{ resetMs: 31 * DAY + 1 }, MINUTE],
    [{ resetMs: Infinity }, MINUTE],
    [{ windowMs: 31 * DAY }, 31 * DAY],
    [{ windowMs: 0 }, undefined],
    [{ windowMs: -1 }, undefined],
    [{ windowMs: NaN }, undefined],
    [{ windowMs: Infinity }, undefined],
    [{ windowMs: 32 * DAY }, undefined],
  ])('%j is of a window of %d ms', (said, windowMs) => {
    expect(windowMsOf(limitOf(said))).toBe(windowMs);
  });

  it.each([
    [1, true],
    [1.5, true],
    [2 ** 53 - 1, true],
    [0, false],
    [0.999, false],
    [-1, false],
    [NaN, false],
    [Infinity, false],
    [2 ** 53, false],
    [null, false],
  ])('can be a limit of %d: %s', (limit, can) => {
    expect(isToldLimit(limit)).toBe(can);
  });

  it.each([
    [0, true],
    [0.5, true],
    [2 ** 53 - 1, true],
    [-1, false],
    [NaN, false],
    [Infinity, false],
    [null, false],
  ])('can be that %d is left: %s', (remaining, can) => {
    expect(isToldAmount(remaining)).toBe(can);
  });

  // The quota's window, and what is said: may it be meant, and is there no doubt?
  it.each([
    [MINUTE, { windowMs: MINUTE }, true, true],
    [70 * SECOND, { windowMs: MINUTE }, true, true],
    [75 * SECOND, { windowMs: MINUTE }, true, true],
    [76 * SECOND, { windowMs: MINUTE }, false, false],
    [10 * SECOND, { windowMs: MINUTE }, false, false],
    [DAY, { windowMs: MINUTE }, false, false],
    [MINUTE, { windowMs: DAY }, false, false],
    [DAY, { windowMs: DAY, resetMs: 5 }, true, true],
    [Infinity, { windowMs: DAY }, false, false],
    [Infinity, {}, false, false],
    [MINUTE, { windowMs: NaN }, false, false],
    // Without a name: OpenAI's minute, and its day.
    [MINUTE, { limit: 5_000, remaining: 4_999, resetMs: 12 }, true, true],
    [MINUTE, { limit: 40_000, remaining: 39_212, resetMs: 1_182 }, true, true],
    [MINUTE, { limit: 500_000, remaining: 500_000, resetMs: 0 }, true, true],
    [DAY, { limit: 5_000, remaining: 4_999, resetMs: 12 }, false, false],
    [MINUTE, { limit: 200, remaining: 197, resetMs: 977_764 }, false, false],
    [DAY, { limit: 200, remaining: 197, resetMs: 977_764 }, true, true],
    [HOUR, { limit: 200, remaining: 197, resetMs: 977_764 }, true, false],
    // Groq's day: its reset alone could be that of a minute, its pace could not.
    [MINUTE, { limit: 14_400, remaining: 14_398, resetMs: 11_354 }, true, false],
    [DAY, { limit: 14_400, remaining: 14_398, resetMs: 11_354 }, false, false],
    // What comes back at the pace of a minute and a quarter may still be of a minute.
    [MINUTE, { limit: 100, remaining: 20, resetMs: MINUTE + SECOND }, true, true],
    [MINUTE, { limit: 100, remaining: 19, resetMs: MINUTE }, true, true],
    [MINUTE, { limit: 100, remaining: 21, resetMs: MINUTE + SECOND }, true, false],
    [MINUTE, { limit: null, remaining: 5, resetMs: 1 }, true, false],
    // Anthropic's resets are whole seconds.
    [MINUTE, { limit: 4_000, remaining: 3_999, resetMs: 1_000 }, true, true],
    [MINUTE, { limit: 280_000, remaining: 185_000, resetMs: 14_000 }, true, true],
    // No reset: most tell of a minute then, and some of a month.
    [MINUTE, { limit: 100, remaining: 99, resetMs: null }, true, false],
    [MINUTE, { limit: 100, remaining: null, resetMs: 500 }, true, false],
    // A minute that is smoothed to its sixth.
    [10 * SECOND, { limit: 500, remaining: 499, resetMs: 120 }, true, false],
    [10 * SECOND, { limit: 500, remaining: 400, resetMs: 12_000 }, false, false],
  ])('over %d ms of %j is meant: %s, without doubt: %s', (windowMs, said, is, isSure) => {
    const told = limitOf(said);
    expect([isMeant(told, windowMs), isSurelyMeant(told, windowMs)]).toEqual([is, isSure]);
  });
});

import {
  shownAmount,
  shownCount,
  shownDuration,
  shownRate,
  shownShare,
  shownShort,
  shownTimeLeft,
  shownUnit,
} from '../../../src/dashboard/page/format.js';

describe('shownCount', () => {
  it.each([
    [0, '0'],
    [12_345, '12,345'],
    [-3, '-3'],
    [0.25, '0.25'],
    [9_999_999, '9,999,999'],
    [12_345_678, '12.35M'],
    [null, '–'],
  ])('shows %s as %s', (value, shown) => {
    expect(shownCount(value)).toBe(shown);
  });
});

describe('shownRate', () => {
  it.each([
    [0, '0'],
    [0.3333, '0.33'],
    [40 / 7, '5.7'],
    [45.6, '46'],
    [1_234.5, '1,235'],
    [null, '–'],
  ])('shows %s as %s', (value, shown) => {
    expect(shownRate(value)).toBe(shown);
  });
});

describe('shownShort', () => {
  it.each([
    [0, '0'],
    [0.05, '0.05'],
    [1_500, '1.5K'],
    [200_000, '200K'],
  ])('shows %s as %s', (value, shown) => {
    expect(shownShort(value)).toBe(shown);
  });
});

describe('shownAmount', () => {
  it.each([
    ['tokens', 12_345, '12,345'],
    ['usd', 1.5, '$1.50'],
    ['usd', 0, '$0.00'],
    ['usd', 0.00123, '$0.0012'],
    ['usd', 1_234.5, '$1,234.50'],
    ['usd', -2, '-$2.00'],
    ['EUR', 2, '€2.00'],
    ['usd', null, '–'],
    ['constructor', 3, '3'],
  ])('shows an amount of %s, %s, as %s', (unit, value, shown) => {
    expect(shownAmount(unit, value)).toBe(shown);
  });
});

describe('shownUnit', () => {
  it.each([
    ['tokens', 'tokens'],
    ['inputTokens', 'input tokens'],
    ['usd', 'USD'],
  ])('shows %s as %s', (unit, shown) => {
    expect(shownUnit(unit)).toBe(shown);
  });
});

describe('shownDuration', () => {
  it.each([
    [0, '0 ms'],
    [320.4, '320 ms'],
    [999.6, '1.0 s'],
    [3_240, '3.2 s'],
    [48_200, '48 s'],
    [200_000, '3 min 20 s'],
    [null, '–'],
  ])('shows %s ms as %s', (ms, shown) => {
    expect(shownDuration(ms)).toBe(shown);
  });
});

describe('shownTimeLeft', () => {
  it.each([
    [-5, '0.0 s'],
    [320, '0.3 s'],
    [9_949, '9.9 s'],
    [9_951, '10 s'],
    [59_600, '1 min'],
    [60_000, '1 min'],
    [61_400, '1 min 1 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('shows %s ms as %s', (ms, shown) => {
    expect(shownTimeLeft(ms)).toBe(shown);
  });
});

describe('shownShare', () => {
  it.each([
    [0, '0%'],
    [0.824, '82%'],
    [1.2, '120%'],
  ])('shows %s as %s', (share, shown) => {
    expect(shownShare(share)).toBe(shown);
  });
});

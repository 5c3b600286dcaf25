import { readCost, readUsage } from '../../src/usage/read-usage.js';
import { errorOf } from '../support/error-of.js';

const read = (given: unknown, units: readonly string[] = ['tokens']) =>
  readUsage(given as never, units, 'costOf(value)');

describe('readUsage', () => {
  it.each([
    // given, quotas of, read as
    [{ tokens: 5 }, ['tokens'], { tokens: 5 }],
    [{ tokens: 5, usd: 0.1 }, ['requests'], { tokens: 5, usd: 0.1 }],
    [{}, ['tokens'], {}],
    [{ tokens: 0 }, ['tokens'], { tokens: 0 }],
    [5, ['tokens'], { tokens: 5 }],
    [0, ['usd'], { usd: 0 }],
    [5, [], { tokens: 5 }],
  ])('reads %j, with quotas of %j, as %j', (given, units, usage) => {
    expect(read(given, units)).toEqual(usage);
  });

  it.each([
    // name, given, option, value
    ['NaN', NaN, 'costOf(value)', 'NaN'],
    ['a negative number', -1, 'costOf(value)', '-1'],
    ['Infinity', Infinity, 'costOf(value)', 'Infinity'],
    ['null', null, 'costOf(value)', 'null'],
    ['nothing', undefined, 'costOf(value)', expect.any(String)],
    ['a text', '5', 'costOf(value)', expect.any(String)],
    ['true', true, 'costOf(value)', expect.any(String)],
    ['a function', () => 5, 'costOf(value)', 'a function'],
    ['a list', [5], 'costOf(value)', expect.any(String)],
    ['a promise', Promise.resolve(5), 'costOf(value)', expect.any(String)],
    ['a map', new Map([['tokens', 5]]), 'costOf(value)', expect.any(String)],
    ['an amount of NaN', { tokens: NaN }, 'costOf(value).tokens', 'NaN'],
    ['a negative amount', { tokens: -1 }, 'costOf(value).tokens', '-1'],
    ['an infinite amount', { tokens: Infinity }, 'costOf(value).tokens', 'Infinity'],
    ['a missing amount', { tokens: undefined }, 'costOf(value).tokens', 'missing'],
    ['an amount of null', { tokens: null }, 'costOf(value).tokens', 'null'],
    ['an amount that is a text', { tokens: '5' }, 'costOf(value).tokens', 'a text'],
    ['an amount that is true', { tokens: true }, 'costOf(value).tokens', 'true'],
    ['a second amount that is wrong', { requests: 1, tokens: -1 }, 'costOf(value).tokens', '-1'],
  ])('names %s', (_what, given, option, value) => {
    expect(errorOf(() => read(given))).toMatchObject({ code: 'INVALID_OPTION', option, value });
  });

  it('names a number where there are quotas of two units', () => {
    expect(() => read(5, ['requests', 'tokens'])).toThrow(
      /costOf\(value\) is 5; .* as there are quotas of requests and tokens/,
    );
  });
});

describe('readCost', () => {
  it('wants an amount of every unit that a quota counts, so that a misspelt one limits', () => {
    expect(() => readCost({ token: 90 }, ['requests', 'tokens'], 'costOf(request)')).toThrow(
      'option costOf(request).tokens is missing; allowed: an amount, as a quota counts it',
    );
  });

  it('counts a call as one request where nothing else is said', () => {
    expect(readCost({ tokens: 90 }, ['requests', 'tokens'], 'costOf(request)')).toEqual({
      tokens: 90,
    });
  });
});

import fc from 'fast-check';
import { failureOf } from 'rxllm';
import {
  type HeadersLike,
  type RateLimitReading,
  readFailure,
  readRateLimits,
} from 'rxllm/headers';
import { endless, mirror, revoked, throwing, untouchable } from '../retry/support/hostile-error.js';
import { KEY, HIDDEN, leaksIn, PROMPT } from './support/canaries.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const SEED = 20_261_129;
const NOW = Date.UTC(2026, 10, 29);
const read = (parts: object) => readRateLimits({ status: 429, headers: {}, now: NOW, ...parts });

function isSound(reading: RateLimitReading): boolean {
  const numbers = [reading.retryAfterMs, ...reading.limits.flatMap(({ dim: _dim, ...rest }) => Object.values(rest))]; // prettier-ignore
  return numbers.every((one) => one === null || (Number.isFinite(one) && one >= 0));
}

const traps: readonly (readonly [string, unknown])[] = [
  ['getters that throw', throwing],
  ['a proxy that throws', untouchable],
  ['a revoked proxy', revoked],
  ['a mirror', mirror],
  ...endless.map((one, n): [string, unknown] => [`what never ends, ${n}`, one]),
  ['an iterator that throws', { [Symbol.iterator]: () => { throw new Error('no'); } }], // prettier-ignore
  ['an iterator of nothing', { [Symbol.iterator]: () => 5 }],
  ['keys that throw', new Proxy({}, { ownKeys: () => { throw new Error('no'); } })], // prettier-ignore
  ['a Map of traps', new Map<unknown, unknown>([[untouchable, untouchable], ['retry-after', revoked]])], // prettier-ignore
  ['a list of traps', [untouchable, ['date', throwing], [throwing, throwing]]],
];

describe('readRateLimits', () => {
  /** It promised to throw nothing, and did where a body or headers threw when they were looked at. */
  it.each(traps)('throws nothing where a part of an answer is %s', (_what, trap) => {
    for (const part of ['headers', 'body', 'status', 'provider', 'now', 'nothing']) {
      expect(isSound(read({ [part]: trap }))).toBe(true);
      expect(isSound(read({ status: 200, body: { error: trap }, [part]: trap }))).toBe(true);
    }
  });

  it('tells what the status says where the rest cannot be looked at', () => {
    expect(read({ headers: revoked, body: throwing })).toEqual({
      limits: [],
      retryAfterMs: null,
      shouldPause: true,
      retryable: true,
    });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'takes the header %s for a header, in any part of a name',
    (name) => {
      const names = [name, `x-ratelimit-limit-${name}`, `x-ratelimit-${name}`, `anthropic-ratelimit-${name}-limit`, `anthropic-${name}-remaining`]; // prettier-ignore
      const pairs = names.map((one): [string, string] => [one, '5']);
      const asJson = JSON.parse(`{${pairs.map(([one]) => `"${one}":"5"`).join()}}`) as HeadersLike;

      for (const headers of [pairs, new Map(pairs), asJson])
        expect(isSound(read({ headers }))).toBe(true);
      expect(({} as Record<string, unknown>)['limit']).toBeUndefined();
    },
  );

  it.each(['٣', '3', '१२', '1_000', '0x10', '1e3', '+5', '5.', '.5', '１'])(
    'takes %s for no number',
    (digits) => {
      // prettier-ignore
      const headers = { 'retry-after': digits, 'x-ratelimit-limit-tokens': digits };

      // Of these only a 3 is one, as all others have it.
      const isOne = digits === '3';
      expect(read({ headers }).retryAfterMs).toBe(isOne ? 3_000 : null);
      expect(read({ headers }).limits).toHaveLength(isOne ? 1 : 0);
    },
  );

  it.each([
    '+275760-09-13T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:60Z',
    '2026-02-30T00:00:00Z',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Sun, 99 Nov 2026 99:99:99 GMT',
  ])('tells no wait that cannot be of the date %s', (date) => {
    // prettier-ignore
    for (const headers of [{ date }, { 'retry-after': date }, { date, 'retry-after': date }])
      expect(isSound(read({ headers: { ...headers, 'x-ratelimit-reset-tokens': date } }))).toBe(true);
  });

  it('looks at so many of the headers, of whatever form, and no more', () => {
    let looked = 0;
    const headers = {
      *[Symbol.iterator]() {
        for (;;) yield [`x-${looked++}`, '1'];
      },
    };
    read({ headers });
    readFailure({ status: 429, headers });
    failureOf({ status: 429, headers });

    expect(looked).toBeLessThan(10_000);
  });

  it('reads a body of 100,000 levels, as it was parsed and as text', () => {
    const text = '{"error":'.repeat(100_000) + '1' + '}'.repeat(100_000);
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = { error: deep };

    for (const body of [text, deep, '['.repeat(1_000_000)]) {
      expect(read({ body }).shouldPause).toBe(true);
      expect(read({ status: 200, body }).shouldPause).toBe(false);
      expect(readFailure({ status: 429, error: body }).kind).toBe('rate');
      expect(failureOf({ status: 429, error: body }).kind).toBe('rate');
    }
  });

  it(`is sound for numbers of any size, wherever they stand (seed ${SEED})`, () => {
    const big = fc.oneof(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
      fc.double().map(String),
      fc.constantFrom('1e999', '-0', '00000000000000000005', '5'.repeat(15), '5'.repeat(16), '9'.repeat(10_000)), // prettier-ignore
    );
    const name = fc.constantFrom('retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', 'x-ratelimit-renewalperiod-tokens', 'x-ratelimit-limit-req-10-second', 'x-ratelimit-limit-requests-9999-day', 'anthropic-ratelimit-tokens-reset', 'anthropic-ratelimit-unified-999d-reset'); // prettier-ignore
    const unit = fc.constantFrom('', 's', 'ms', 'h', 'd', 'm0s', 'ns');
    const value = fc.tuple(big, unit).map((parts) => parts.join(''));
    const body = big.map((n) => ({ error: { message: `tokens per min: Limit ${n}, Used ${n}, Requested ${n}. Please try again in ${n}s`, details: [{ retryDelay: `${n}s` }, { retryDelay: { seconds: n, nanos: n } }, { quotaId: 'TokensPerDay', quotaValue: n }] } })); // prettier-ignore

    fc.assert(
      fc.property(fc.dictionary(name, value), body, fc.boolean(), (headers, told, isAzure) => {
        const provider = isAzure ? 'azure-openai' : undefined;
        expect(isSound(read({ provider, headers, body: told }))).toBe(true);
        expect(isSound(readFailure({ status: 429, headers, ...told }, { now: NOW }))).toBe(true);
        expect(isSound(failureOf({ status: 429, headers, ...told }))).toBe(true);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('hands on no text of an answer but the name of what is counted', () => {
    const headers = { 'x-ratelimit-limit-tokens': `5, ${KEY}`, 'x-request-id': KEY, 'set-cookie': KEY, [`x-ratelimit-limit-${KEY}`]: '5' }; // prettier-ignore
    const body = { error: { message: `${PROMPT} ${KEY}: tokens per min: Limit 5, Requested 3`, code: KEY } }; // prettier-ignore
    const readings = [read({ headers, body }), readFailure({ status: 429, headers, ...body }), failureOf({ status: 429, headers, ...body })]; // prettier-ignore

    expect(leaksIn(readings, HIDDEN)).toEqual([]);
  });
});

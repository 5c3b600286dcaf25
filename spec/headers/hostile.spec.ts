import fc from 'fast-check';
import {
  type HeadersLike,
  type RateLimitReading,
  readRateLimits,
} from '../../src/headers/index.js';
import samples from '../fixtures/provider-headers.json';
import { NOW, readError, readSuccess } from './support/read.js';

const told = {
  'X-RateLimit-Limit-Tokens': '9',
  'x-ratelimit-remaining-tokens': '8',
  'x-ratelimit-reset-TOKENS': '1s',
};
const limits = [{ dim: 'tokens', limit: 9, remaining: 8, resetMs: 1000 }];

const names = [...new Set(samples.flatMap(({ headers }) => Object.keys(headers)))];
const values = samples.flatMap(({ headers }) => Object.values<string>(headers));
const fragments = fc.constantFrom(
  ...[
    '-1',
    '0',
    'NaN',
    '-Infinity',
    '1e999',
    '9'.repeat(400),
    ' ',
    ',',
    ';',
    's',
    'ms',
    '1h',
    '__proto__',
  ],
  ...values,
);
const value = fc.oneof(
  fragments,
  fc.string(),
  fc.array(fragments).map((parts) => parts.join('')),
);
const name = fc.oneof(
  fc.constantFrom(...names, '__proto__', 'constructor', 'x-ratelimit-limit-__proto__'),
  fc.string(),
);
const headers = fc.oneof<fc.Arbitrary<unknown>[]>(
  fc.array(fc.tuple(name, value)),
  fc.array(fc.tuple(name, value)).map((pairs) => Object.fromEntries(pairs)),
  fc.anything(),
);
const word = fc.constantFrom('error', 'code', 'type', 'message', 'headers', 'details', 'metadata', 'retryDelay', 'quotaId', 'quotaValue', 'seconds', 'toString'); // prettier-ignore
const { body: shapedBody } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 5 },
    fragments,
    fc.anything(),
    fc.array(tie('body'), { maxLength: 4 }),
    fc.dictionary(word, tie('body'), { maxKeys: 5 }),
  ),
}));
const body = fc.oneof(shapedBody, fc.json(), fc.string());

function numbersOf({ limits: all, retryAfterMs }: RateLimitReading): readonly unknown[] {
  return [retryAfterMs, ...all.flatMap(({ dim: _dim, ...numbers }) => Object.values(numbers))];
}

function isSound(reading: RateLimitReading): boolean {
  return numbersOf(reading).every(
    (one) => one === null || (typeof one === 'number' && Number.isFinite(one) && one >= 0),
  );
}

describe('readRateLimits, given anything at all,', () => {
  it('throws nothing and tells finite numbers of at least 0', () => {
    const status = fc.oneof(fc.constantFrom(200, 400, 413, 429, 500, 529), fc.double());
    const provider = fc.constantFrom('openai', 'azure-openai', 'anthropic', undefined);
    const now = fc.oneof(fc.constant(NOW), fc.double());
    const answer = fc.record({ provider, status, headers, body, now });

    fc.assert(
      fc.property(answer, (one) => {
        expect(isSound(readRateLimits({ ...one, headers: one.headers as HeadersLike }))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('never pauses for a success', () => {
    fc.assert(
      fc.property(headers, (some) => {
        expect(readSuccess(some as HeadersLike)).toMatchObject({
          shouldPause: false,
          retryable: false,
        });
      }),
    );
  });

  it.each<[string, HeadersLike]>([
    ['a record in any case', told],
    ['a Headers', new Headers(told)],
    ['a Map', new Map(Object.entries(told))],
    ['pairs', Object.entries(told)],
    ['lists of values', Object.fromEntries(Object.entries(told).map(([k, v]) => [k, [v, '7']]))],
    ['numbers', { ...told, 'X-RateLimit-Limit-Tokens': 9 }],
    ['values that were merged', { ...told, 'x-ratelimit-reset-TOKENS': '1s, req_b176' }],
  ])('reads %s', (_what, some) => {
    expect(readSuccess(some).limits).toEqual(limits);
  });

  it.each([undefined, null, 'text', 7, [7], [['only-a-name']], { date: Symbol('x') }])(
    'reads nothing from headers that are %p',
    (some) => {
      expect(readSuccess(some as unknown as HeadersLike).limits).toEqual([]);
    },
  );

  it('looks at so many headers and no more', () => {
    function* endless(): Generator<[string, string]> {
      for (let n = 0; ; n++) yield [`x-ratelimit-limit-${'a'.repeat(n % 20)}-tokens`, '1'];
    }

    expect(readSuccess(endless()).limits.length).toBeLessThan(100);
  });

  it('looks at so much of a body and no more, whatever its texts are made of', () => {
    const huge = 10_000_000;
    const texts = [
      ...['9', '1h', '1.1.', 'data:', 'retry after ', 'Limit 1,', '[', '{"error":', ' ', '\n'],
      ...['tokens per min', 'Please try again in 1', 'insufficient_', '1s1s1s1s1'],
    ].map((part) => part.repeat(huge / part.length));

    const began = process.cpuUsage().user;
    for (const text of texts) {
      const all = {
        'retry-after': text,
        date: text,
        'x-ratelimit-reset-tokens': text,
        [text]: text,
      };
      readError(429, { headers: all, body: text });
      readError(429, { headers: all, body: { error: { message: text, code: text } } });
    }

    expect(process.cpuUsage(undefined).user - began).toBeLessThan(3_000_000);
  });

  it('looks at so much of a deep, wide or cyclic body and no more', () => {
    const cyclic: Record<string, unknown> = { message: 'Please try again in 5s' };
    cyclic['error'] = cyclic;
    const deep = '['.repeat(40_000) + ']'.repeat(40_000);
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, {}]));

    expect(readError(429, { body: cyclic }).retryAfterMs).toBe(5000);
    expect(readError(429, { body: deep }).shouldPause).toBe(true);
    expect(readError(429, { body: wide }).shouldPause).toBe(true);
    expect(readError(429, { body: new Uint8Array(1_000_000) }).shouldPause).toBe(true);
  });

  it('reads nothing from fields that are no primitives', () => {
    const odd = JSON.parse('{"toString":1,"valueOf":"x"}');
    const body = { error: { code: odd, type: odd, message: odd, retryDelay: { seconds: odd } } };

    expect(readError(200, { body }).limits).toEqual([]);
    expect(readError(429, { body })).toMatchObject({ limits: [], retryAfterMs: null });
  });

  it('leaves the prototype of all objects alone', () => {
    const body = JSON.parse('{"__proto__":{"error":{"retryDelay":"1s"}},"constructor":{"x":1}}');

    readError(429, { headers: JSON.parse('{"__proto__":{"retry-after":"1"}}'), body });

    expect(({} as Record<string, unknown>)['retry-after']).toBeUndefined();
  });
});

import fc from 'fast-check';
import {
  type HeadersLike,
  type RateLimitReading,
  readFailure,
  readRateLimits,
} from '../../src/headers/index.js';
import samples from '../fixtures/provider-headers.json';
import {
  endless,
  hostileError,
  revoked,
  throwing,
  untouchable,
} from '../retry/support/hostile-error.js';
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

/** Texts of 10 MB, made of what is looked for. */
function hugeTexts(): readonly string[] {
  return [
    ...['9', '1h', '1.1.', 'data:', 'retry after ', 'Limit 1,', '[', '{"error":', ' ', '\n'],
    ...['tokens per min', 'Please try again in 1', 'insufficient_', '1s1s1s1s1', 'concurren'],
  ].map((part) => part.repeat(10_000_000 / part.length));
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
    const texts = hugeTexts();

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

describe('readFailure, given anything at all,', () => {
  const options = fc.record({
    provider: fc.constantFrom('openai', 'azure-openai', undefined),
    now: fc.oneof(fc.constant(NOW), fc.double(), fc.constant(undefined)),
  });

  it('throws nothing and tells finite numbers of at least 0', () => {
    fc.assert(
      fc.property(hostileError, options, (make, some) => {
        const failure = readFailure(make(), some);

        expect(typeof failure.kind).toBe('string');
        expect(isSound(failure)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('throws nothing of answers, whatever they hold', () => {
    const status = fc.constantFrom(undefined, 0, 200, 400, 413, 429, 500, 503, 529, NaN);
    const answer = fc.record({ status, headers, error: body, body, message: fc.string() });

    fc.assert(
      fc.property(answer, fc.boolean(), options, (one, isError, some) => {
        const error: unknown = isError ? Object.assign(new Error(), one) : one;

        expect(isSound(readFailure(error, some))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[string, object]>([
    ['getters that throw', throwing],
    ['a proxy that throws', untouchable],
    ['a revoked proxy', revoked],
    ['a cause that throws', new Error('x', { cause: untouchable })],
    ...endless.map((error): [string, object] => ['causes that never end', error]),
  ])('is unknown for %s', (_what, error) => {
    expect(readFailure(error)).toMatchObject({ kind: 'unknown', limits: [], retryAfterMs: null });
  });

  it.each([throwing, untouchable, revoked])('reads the status where the rest throws', (part) => {
    expect(readFailure({ status: 429, headers: part }).kind).toBe('rate');
    expect(readFailure({ status: 429, error: part }).kind).toBe('rate');
    expect(readFailure({ status: 500, error: { message: part, details: [part] } }).kind).toBe('server'); // prettier-ignore
  });

  it('looks at no cause where the error itself tells enough', () => {
    const error = { status: 429, error: 'Please try again in 5s', cause: untouchable };

    expect(readFailure(error).retryAfterMs).toBe(5000);
  });

  it('looks at so many headers of Angular and no more', () => {
    const keys = () => Array.from({ length: 100_000 }, (_, n) => `x-ratelimit-limit-${n}`);
    const get = jest.fn(() => '1');

    expect(readFailure({ status: 429, headers: { keys, get } }).kind).toBe('rate');
    expect(get.mock.calls.length).toBeLessThan(2_000);
  });

  it('takes no longer for texts of 10 MB, wherever they are', () => {
    const texts = hugeTexts();

    const began = process.cpuUsage().user;
    for (const text of texts) {
      const told = { message: text, code: text, type: text, name: text, retryDelay: text };
      const all = { 'retry-after': text, date: text, 'x-ratelimit-reset-tokens': text };
      const headers = { ...all, [text]: text };
      readFailure({ ...told, status: 429, headers, error: told });
      readFailure({ ...told, status: 429, headers: new Map(Object.entries(headers)), body: text });
      readFailure(Object.assign(new Error(text), { error: text, cause: new Error(text) }));
      readFailure(text);
    }

    expect(process.cpuUsage(undefined).user - began).toBeLessThan(4_000_000);
  });

  it('takes no longer for a body that is deep, wide or cyclic', () => {
    const cyclic: Record<string, unknown> = { message: 'Please try again in 5s' };
    cyclic['error'] = cyclic;
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, {}]));

    expect(readFailure({ status: 429, error: cyclic }).retryAfterMs).toBe(5000);
    expect(readFailure({ status: 429, body: '['.repeat(80_000) }).kind).toBe('rate');
    expect(readFailure({ status: 429, error: wide, headers: wide, cause: wide }).kind).toBe('rate');
  });
});

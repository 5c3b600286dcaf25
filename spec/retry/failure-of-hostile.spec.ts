import fc from 'fast-check';
import { type Failure, failureOf } from 'rxllm';
import { endless, hostileError, revoked, throwing, untouchable } from './support/hostile-error.js';

const unknown = {
  kind: 'unknown',
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
};

function isSound({ kind, limits, retryAfterMs, shouldPause, retryable }: Failure): boolean {
  const isWait = retryAfterMs === null || (Number.isFinite(retryAfterMs) && retryAfterMs >= 0);
  const areBooleans = [shouldPause, retryable].every((one) => typeof one === 'boolean');
  return typeof kind === 'string' && limits.length === 0 && isWait && areBooleans;
}

describe('failureOf, given anything at all,', () => {
  it('throws nothing and tells a kind', () => {
    fc.assert(
      fc.property(hostileError, (make) => {
        expect(isSound(failureOf(make()))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['getters that throw', throwing],
    ['a proxy that throws', untouchable],
    ['a revoked proxy', revoked],
    ['a cause that throws', new Error('x', { cause: untouchable })],
  ])('is unknown for %s', (_what, error) => {
    expect(failureOf(error)).toEqual(unknown);
  });

  it('reads the rest where a part of it throws', () => {
    const error = { status: 429, error: untouchable, message: throwing, cause: untouchable };
    const response = { headers: { 'retry-after': '2' } };

    for (const part of [untouchable, revoked, new Map([['retry-after', revoked]])]) {
      expect(failureOf({ ...error, headers: part }).kind).toBe('rate');
      expect(failureOf({ ...error, headers: part, response }).retryAfterMs).toBe(2000);
    }
  });

  it.each(endless)('ends with causes that never end', (error) => {
    expect(failureOf(error)).toEqual(unknown);
  });

  it('looks at so many causes and no more', () => {
    const deep = (depth: number): object =>
      depth === 0 ? { status: 429 } : { cause: deep(depth - 1) };

    expect(failureOf(deep(4)).kind).toBe('rate');
    expect(failureOf(deep(50)).kind).toBe('unknown');
  });

  it('looks at so many headers and no more', () => {
    function* headers(): Generator<[string, string]> {
      for (;;) yield ['retry-aftes', '1'];
    }

    expect(failureOf({ status: 429, headers: headers() }).retryAfterMs).toBeNull();
  });

  it('looks at the beginning of a text and no more', () => {
    const message = `${'x'.repeat(5_000)} too many concurrent requests`;

    expect(failureOf({ status: 429, message }).kind).toBe('rate');
    expect(failureOf({ status: 429, message: message.slice(-100) }).kind).toBe('concurrency');
  });

  it('takes no longer for texts of 10 MB', () => {
    const parts = ['9', ' ', 'concurren', 'terminated', 'ECONNRESET', '\n'];
    const texts = parts.map((part) => part.repeat(10_000_000 / part.length));

    const began = process.cpuUsage().user;
    for (const text of texts) {
      const all = { code: text, type: text, name: text, message: text, syscall: text };
      const headers = { 'retry-after': text, 'retry-after-ms': text, [text]: text };
      failureOf({ ...all, status: 429, error: all, headers, cause: all });
      failureOf({ ...all, cause: all });
    }

    expect(process.cpuUsage(undefined).user - began).toBeLessThan(1_500_000);
  });
});

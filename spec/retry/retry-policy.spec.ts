import fc from 'fast-check';
import type { Failure, RetryOptions } from '../../src/index.js';
import { type FailedTry, RetryPolicy } from '../../src/retry/retry-policy.js';

const ERROR = new Error('of the provider');

function failure(told: Partial<Failure> = {}): Failure {
  return {
    kind: 'server',
    limits: [],
    retryAfterMs: null,
    shouldPause: false,
    retryable: true,
    ...told,
  };
}

const PAUSING = { kind: 'rate', shouldPause: true } as const;

function failed(told: Partial<Failure> = {}, tried: Partial<FailedTry> = {}): FailedTry {
  return { attempt: 1, error: ERROR, failure: failure(told), hasGate: true, ...tried };
}

const ALWAYS: RetryOptions = { random: () => 1, share: Infinity };

describe('RetryPolicy', () => {
  // prettier-ignore
  it.each<[string, RetryOptions, FailedTry, number | undefined]>([
    ['waits at most baseMs after the first try',   {},                            failed(),                                1_000],
    ['twice that after the second',                {},                            failed({}, { attempt: 2 }),              2_000],
    ['four times after the third',                 {},                            failed({}, { attempt: 3 }),              4_000],
    ['and no more after the fourth',               {},                            failed({}, { attempt: 4 }),              undefined],
    ['as often as it is told',                     { maxAttempts: 9 },            failed({}, { attempt: 8 }),              60_000],
    ['and not one more',                           { maxAttempts: 9 },            failed({}, { attempt: 9 }),              undefined],
    ['never, where one try is all',                { maxAttempts: 1 },            failed(),                                undefined],
    ['at most maxMs',                              { maxMs: 1_500 },              failed({}, { attempt: 2 }),              1_500],
    ['a share of it that is drawn',                { random: () => 0.25 },        failed({}, { attempt: 2 }),              500],
    ['nothing, where 0 is drawn',                  { random: () => 0 },           failed(),                                0],
    ['as long as the provider says',               {},                            failed({ retryAfterMs: 5_000 }),         5_000],
    ['longer, where it would wait longer itself',  {},                            failed({ retryAfterMs: 50 }),            1_000],
    ['as long as the provider says, though 0 is drawn', { random: () => 0 },      failed({ retryAfterMs: 50 }),            50],
    ['ten minutes, where the provider says so',    {},                            failed({ retryAfterMs: 600_000 }),       600_000],
    ['not at all before a gate: that makes it wait', {},                          failed({ ...PAUSING, retryAfterMs: 5_000 }), 0],
    ['by itself, where there is no gate',          {},                            failed({ ...PAUSING, retryAfterMs: 5_000 }, { hasGate: false }), 5_000],
    ['by itself, where nobody else must wait',     {},                            failed({ kind: 'timeout', retryAfterMs: 5_000 }), 5_000],
    ['not for what would fail again',              {},                            failed({ retryable: false }),            undefined],
    ['not without a budget',                       { share: 0, atLeast: 0 },      failed(),                                undefined],
    ['not after the last, however long it should', {},                            failed({ retryAfterMs: 1e9 }, { attempt: 4 }), undefined],
    ['not where one is all, however long it should', { maxAttempts: 1 },          failed({ retryAfterMs: 1e9 }),           undefined],
    ['so long that it is never over',              { maxRetryAfterMs: Infinity }, failed({ retryAfterMs: 1e9 }),           1e9],
  ])('%s', (_what, options, tried, delayMs) => {
    const verdict = new RetryPolicy({ ...ALWAYS, ...options }).verdict(tried, 0);

    expect(verdict).toEqual(delayMs === undefined ? undefined : { delayMs });
  });

  // prettier-ignore
  it.each<[string, RetryOptions, Partial<Failure>]>([
    ['ten minutes',                   {},                         { retryAfterMs: 600_001 }],
    ['three days, as one has said',   {},                         { retryAfterMs: 277_403_000 }],
    ['what it may',                   { maxRetryAfterMs: 1_000 }, { retryAfterMs: 1_001 }],
    ['what it may, also at a gate',   { maxRetryAfterMs: 1_000 }, { ...PAUSING, retryAfterMs: 1_001 }],
    ['not at all, and must',          { maxRetryAfterMs: 0 },     { retryAfterMs: 1 }],
  ])('fails with an error that says so rather than wait longer than %s', (_what, options, told) => {
    const verdict = new RetryPolicy({ ...ALWAYS, ...options }).verdict(failed(told), 0);
    const { retryAfterMs } = told;
    const { maxRetryAfterMs = 600_000 } = options;

    expect(verdict).toEqual({ error: expect.objectContaining({ code: 'RETRY_AFTER_TOO_LONG', cause: ERROR, retryAfterMs, maxRetryAfterMs }) });
  });

  it('takes nothing of the budget for a call that fails all the same', () => {
    const policy = new RetryPolicy({ ...ALWAYS, share: 0, atLeast: 1 });
    const tries = [
      failed({ retryable: false }),
      failed({ retryAfterMs: 1e9 }),
      failed({}, { attempt: 4 }),
    ];
    for (const tried of tries) policy.verdict(tried, 0);

    expect(policy.verdict(failed(), 0)).toEqual({ delayMs: 1_000 });
    expect(policy.verdict(failed(), 0)).toBeUndefined();
  });

  it('draws nothing where it does not wait by itself', () => {
    const random = jest.fn(() => 1);
    const policy = new RetryPolicy({ ...ALWAYS, random });
    const tries = [failed({ retryable: false }), failed({}, { attempt: 4 }), failed(PAUSING)];
    for (const tried of tries) policy.verdict(tried, 0);

    expect(random).not.toHaveBeenCalled();
  });

  it('asks isRetryable, with the error and what was read of it', () => {
    const isRetryable = jest.fn((error: unknown) => error === ERROR);
    const policy = new RetryPolicy({ ...ALWAYS, isRetryable });
    const other = failed({ retryable: true }, { error: new Error('another') });
    const own = failed({ retryable: false });

    expect(policy.verdict(other, 0)).toBeUndefined();
    expect(policy.verdict(own, 0)).toEqual({ delayMs: 1_000 });
    expect(isRetryable.mock.calls).toEqual([
      [other.error, other.failure],
      [own.error, own.failure],
    ]);
  });

  it.each([
    ['in this minute', 59_999, 2],
    ['a minute ago, no more', 60_000, 1],
  ])('shares a budget among the calls that started %s', (_when, now, retries) => {
    const policy = new RetryPolicy({ ...ALWAYS, share: 0.2, atLeast: 1 });
    for (let call = 0; call < 10; call++) policy.called(0);
    const granted = [1, 2, 3].map(() => policy.verdict(failed(), now) !== undefined);

    expect(granted.filter(Boolean)).toHaveLength(retries);
  });

  it('retries within a minute 10, and a fifth of all calls, unless it is told otherwise', () => {
    const granted = [20, 100].map((calls) => {
      const policy = new RetryPolicy();
      for (let call = 0; call < calls; call++) policy.called(0);
      return Array.from({ length: 50 }, () => policy.verdict(failed(), 0)).filter(Boolean).length;
    });

    expect(granted).toEqual([10, 20]);
  });

  it('draws between 0 and what has doubled, each as likely, unless it is told otherwise', () => {
    const policy = new RetryPolicy({ share: Infinity });
    const delays = Array.from({ length: 2_000 }, () => policy.verdict(failed(), 0)).map(
      (verdict) => (verdict && 'delayMs' in verdict ? verdict.delayMs : NaN),
    );
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1_000);
    expect(Math.abs(mean - 500)).toBeLessThan(60); // 9 standard errors
  });

  it('takes an option that is undefined as not given', () => {
    const names = ['maxAttempts', 'baseMs', 'maxMs', 'maxRetryAfterMs', 'share', 'atLeast', 'isRetryable', 'random']; // prettier-ignore
    const unset = Object.fromEntries(names.map((name) => [name, undefined]));
    const policy = new RetryPolicy({ ...unset, random: () => 0.5 });

    expect(policy.verdict(failed(), 0)).toEqual({ delayMs: 500 });
    expect(policy.verdict(failed({}, { attempt: 4 }), 0)).toBeUndefined();
  });

  it('never waits less than the provider says, nor longer than that or what has doubled', () => {
    const options = fc.record({
      baseMs: fc.integer({ min: 1, max: 5_000 }),
      maxMs: fc.nat(90_000),
    });
    const tried = fc.record({
      attempt: fc.integer({ min: 1, max: 3_000 }),
      retryAfterMs: fc.option(fc.nat(600_000)),
      drawn: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });

    fc.assert(
      fc.property(options, tried, (some, { attempt, retryAfterMs, drawn }) => {
        const random = () => drawn;
        const policy = new RetryPolicy({ ...ALWAYS, ...some, maxAttempts: Infinity, random });
        const verdict = policy.verdict(failed({ retryAfterMs }, { attempt }), 0);
        const delayMs = verdict && 'delayMs' in verdict ? verdict.delayMs : NaN;

        expect(delayMs).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
        expect(delayMs).toBeLessThanOrEqual(Math.max(retryAfterMs ?? 0, some.maxMs));
      }),
    );
  });
});

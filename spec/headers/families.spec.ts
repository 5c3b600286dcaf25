import type { RateLimit } from '../../src/headers/index.js';
import { messageOf, NOW, readError, readSuccess } from './support/read.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

type Row = readonly [
  what: string,
  headers: Readonly<Record<string, string>>,
  limits: readonly RateLimit[],
];

function limit(
  dim: string,
  [most, remaining, resetMs]: readonly [number | null, number | null, number | null],
  windowMs?: number,
): RateLimit {
  return { dim, limit: most, remaining, resetMs, ...(windowMs !== undefined && { windowMs }) };
}

/** Headers of one axis: `#` in a name stands for what is told. */
function axis(name: string, told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([key, text]) => [name.replace('#', key), text]),
  );
}

const openai: readonly Row[] = [
  ['minutes and seconds', axis('x-ratelimit-#-requests', { limit: '500', remaining: '0', reset: '6m0s' }), [limit('requests', [500, 0, 360_000])]], // prettier-ignore
  ['hours', axis('x-ratelimit-#-requests', { remaining: '1', reset: '1h2m3.5s' }), [limit('requests', [null, 1, 3_723_500])]], // prettier-ignore
  ['days', axis('x-ratelimit-#-requests', { remaining: '1', reset: '1d2h' }), [limit('requests', [null, 1, 93_600_000])]], // prettier-ignore
  ['nine decimals', axis('x-ratelimit-#-tokens', { remaining: '7', reset: '17.399999999s' }), [limit('tokens', [null, 7, 17_399.999999])]], // prettier-ignore
  ['micro- and nanoseconds', axis('x-ratelimit-#-tokens', { remaining: '7', reset: '1ms500µs250ns' }), [limit('tokens', [null, 7, 1.50025])]], // prettier-ignore
  ['tokens of the project', axis('x-ratelimit-#-project-tokens', { limit: '9', remaining: '8', reset: '1s' }), [limit('project-tokens', [9, 8, 1000])]], // prettier-ignore
  ['images', axis('x-ratelimit-#-input-images', { limit: '9', remaining: '8' }), [limit('input-images', [9, 8, null])]], // prettier-ignore
  ['no legacy names', axis('x-ratelimit-#-tokens_usage_based', { limit: '9', remaining: '8' }), []],
  ['no words it does not know', axis('x-ratelimit-#-constructor', { limit: '9', remaining: '8' }), []], // prettier-ignore
  ['requests before tokens', { ...axis('x-ratelimit-#-tokens', { remaining: '1' }), ...axis('x-ratelimit-#-requests', { remaining: '2' }) }, [limit('requests', [null, 2, null]), limit('tokens', [null, 1, null])]], // prettier-ignore
];

const azure: readonly Row[] = [
  ['seconds: 1 of 5 used, 12', axis('x-ratelimit-#-requests', { limit: '5', remaining: '4', renewalperiod: '60', reset: '12' }), [limit('requests', [5, 4, 12_000], MINUTE)]], // prettier-ignore
  ['milliseconds: 1 of 5 used, 12000', axis('x-ratelimit-#-requests', { limit: '5', remaining: '4', renewalperiod: '60', reset: '12000' }), [limit('requests', [5, 4, 12_000], MINUTE)]], // prettier-ignore
  ['milliseconds: all used, 5000', axis('x-ratelimit-#-tokens', { limit: '5', remaining: '0', renewalperiod: '60', reset: '5000' }), [limit('tokens', [5, 0, 5000], MINUTE)]], // prettier-ignore
  ['seconds: all used, 45', axis('x-ratelimit-#-tokens', { remaining: '0', renewalperiod: '60', reset: '45' }), [limit('tokens', [null, 0, 45_000], MINUTE)]], // prettier-ignore
  ['the smaller: nothing used', axis('x-ratelimit-#-tokens', { limit: '5', remaining: '5', renewalperiod: '60', reset: '3' }), [limit('tokens', [5, 5, 3], MINUTE)]], // prettier-ignore
  ['-1 everywhere, whatever the reset', axis('x-ratelimit-#-tokens', { limit: '-1', remaining: '-1', renewalperiod: '60', reset: '12' }), []], // prettier-ignore
  ['-1: unknown', axis('x-ratelimit-#-tokens', { limit: '100', remaining: '-1', renewalperiod: '60', reset: '0' }), [limit('tokens', [100, null, 0], MINUTE)]], // prettier-ignore
];

const byWindow: readonly Row[] = [
  ['Cerebras, an hour', axis('x-ratelimit-#-tokens-hour', { limit: '9', remaining: '8', reset: '0.5' }), [limit('tokens', [9, 8, 500], HOUR)]], // prettier-ignore
  ['Mistral, a minute', axis('x-ratelimit-#-req-minute', { limit: '60', remaining: '59' }), [limit('requests', [60, 59, null], MINUTE)]], // prettier-ignore
  ['Mistral, a second', axis('x-ratelimit-#-req-second', { limit: '6', remaining: '5' }), [limit('requests', [6, 5, null], SECOND)]], // prettier-ignore
  ['Mistral, five minutes', axis('x-ratelimit-#-tokens-5-minute', { limit: '6', remaining: '5' }), [limit('tokens', [6, 5, null], 5 * MINUTE)]], // prettier-ignore
  ['DigitalOcean, epoch seconds', axis('x-ratelimit-#-tokens-per-day', { limit: '9', remaining: '8', reset: String(NOW / 1000 + 90) }), [limit('tokens', [9, 8, 90_000], DAY)]], // prettier-ignore
];

const anthropic: readonly Row[] = [
  ['fast mode', axis('anthropic-fast-input-tokens-#', { limit: '9', remaining: '8', reset: '2026-03-01T12:00:01.5Z' }), [limit('fast-input-tokens', [9, 8, 1500])]], // prettier-ignore
  ['another zone', axis('anthropic-ratelimit-tokens-#', { remaining: '8', reset: '2026-03-01T14:00:01+02:00' }), [limit('tokens', [null, 8, 1000])]], // prettier-ignore
  ['a subscription', axis('anthropic-ratelimit-unified-5h-#', { status: 'allowed', utilization: '0.17', reset: String(NOW / 1000 + 60) }), [limit('unified-5h', [null, null, MINUTE], 5 * HOUR)]], // prettier-ignore
  ['a subscription used up', axis('anthropic-ratelimit-unified-7d-#', { status: 'rejected', reset: String(NOW / 1000 + 60) }), [limit('unified-7d', [null, 0, MINUTE], 7 * DAY)]], // prettier-ignore
  ['not what may be bought beyond it', axis('anthropic-ratelimit-unified-overage-#', { status: 'rejected', reset: String(NOW / 1000 + 60) }), []], // prettier-ignore
];

const others: readonly Row[] = [
  ['Together tokens', axis('x-tokenlimit-#', { limit: '9', remaining: '8', reset: '1' }), [limit('tokens', [9, 8, 1000])]], // prettier-ignore
  ['Together dynamic', axis('x-ratelimit-#-dynamic', { limit: '9', remaining: '8' }), [limit('dynamic-requests', [9, 8, null])]], // prettier-ignore
  ['Fireworks', { ...axis('x-ratelimit-#-tokens-prompt', { limit: '9', remaining: '8' }), ...axis('x-ratelimit-#-tokens-generated', { limit: '7', remaining: '6' }), ...axis('x-ratelimit-#-tokens-cache-adjusted-prompt', { limit: '5', remaining: '4' }), 'x-ratelimit-over-limit': 'yes' }, [limit('input-tokens', [9, 8, null]), limit('output-tokens', [7, 6, null]), limit('cache-adjusted-input-tokens', [5, 4, null])]], // prettier-ignore
  ['Fireworks, only a warning', { 'x-ratelimit-over-limit': 'yes' }, []],
  ['Replicate', axis('ratelimit-#', { limit: '600', remaining: '599', reset: '1' }), [limit('requests', [600, 599, 1000])]], // prettier-ignore
  ['OpenRouter, epoch ms', axis('x-ratelimit-#', { limit: '15', remaining: '0', reset: String(NOW + 250) }), [limit('requests', [15, 0, 250])]], // prettier-ignore
  ['an unknown one, turned', axis('x-ratelimit-tokens-#', { limit: '9', remaining: '8', reset: '2s' }), [limit('tokens', [9, 8, 2000])]], // prettier-ignore
  ['a draft with its window', axis('ratelimit-#', { limit: '100;w=60', remaining: '99', reset: '5' }), [limit('requests', [100, 99, 5000])]], // prettier-ignore
  ['an older hyphen', axis('x-rate-limit-#-tokens', { remaining: '8', reset: '4' }), [limit('tokens', [null, 8, 4000])]], // prettier-ignore
];

describe('readRateLimits', () => {
  it.each(openai)('reads %s of OpenAI and Groq', (_what, headers, limits) => {
    expect(readSuccess(headers, 'openai').limits).toEqual(limits);
  });

  it.each(azure)('reads Azure in %s', (_what, headers, limits) => {
    expect(readSuccess(headers).limits).toEqual(limits);
  });

  it('takes the name of Azure for a missing renewal period', () => {
    const headers = axis('x-ratelimit-#-tokens', { limit: '60', remaining: '59', reset: '1000' });

    expect(readSuccess(headers, 'azure-openai').limits[0]?.resetMs).toBe(1000);
    expect(readSuccess(headers, 'openai').limits[0]?.resetMs).toBe(1_000_000);
  });

  it.each(byWindow)('reads windows of %s', (_what, headers, limits) => {
    expect(readSuccess(headers).limits).toEqual(limits);
  });

  it.each(anthropic)('reads %s of Anthropic', (_what, headers, limits) => {
    expect(readSuccess(headers).limits).toEqual(limits);
  });

  it.each(others)('reads %s', (_what, headers, limits) => {
    expect(readSuccess(headers)).toEqual({
      limits,
      retryAfterMs: null,
      shouldPause: false,
      retryable: false,
    });
  });

  it('waits for the window of a subscription that is used up', () => {
    const headers = {
      ...axis('anthropic-ratelimit-unified-5h-#', { status: 'rejected', reset: String(NOW / 1000 + 60) }), // prettier-ignore
      ...axis('anthropic-ratelimit-unified-7d-#', { status: 'allowed', reset: String(NOW / 1000 + 9e4) }), // prettier-ignore
    };

    expect(readError(429, { headers }).retryAfterMs).toBe(MINUTE);
  });

  it('reads headers that OpenRouter repeats in the body', () => {
    const headers = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 7000) };
    const body = JSON.stringify(messageOf('Slow down', { code: 429, metadata: { headers } }));

    expect(readError(429, { body })).toEqual({
      limits: [limit('requests', [null, 0, 7000])],
      retryAfterMs: 7000,
      shouldPause: true,
      retryable: true,
    });
  });

  it.each([
    ['an object', { seconds: '34', nanos: 400_000_000 }, 34_400],
    ['a duration', '1m4.5s', 64_500],
    ['another thing', ['1s'], null],
  ])('reads a retryDelay of Gemini that is %s', (_what, retryDelay, retryAfterMs) => {
    const body = [messageOf('', { details: [{ retryDelay }] })];

    expect(readError(429, { body }).retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    ['GenerateRequestsPerMinutePerProjectPerModel-FreeTier', limit('requests', [15, null, null], MINUTE)], // prettier-ignore
    ['GenerateContentInputTokensPerModelPerMinute-FreeTier', limit('input-tokens', [15, null, null], MINUTE)], // prettier-ignore
    ['GenerateRequestsPerDayPerProjectPerModel-FreeTier', limit('requests', [15, null, null], DAY)],
  ])('reads the value of %s', (quotaId, expected) => {
    const body = { error: { details: [{ violations: [{ quotaId, quotaValue: '15' }] }] } };

    expect(readError(429, { body }).limits).toEqual([expected]);
  });

  it.each([
    ['on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.', limit('requests', [3, 0, null])], // prettier-ignore
    ['on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.', limit('requests', [200, 0, null], DAY)], // prettier-ignore
    ['on requests per min. Limit: 3 / min. Please try again in 20s.', limit('requests', [3, null, null])], // prettier-ignore
    ['on input tokens per minute: Limit 9, Used 4, Requested 6', limit('input-tokens', [9, 5, null])], // prettier-ignore
  ])('reads the limit in "%s"', (message, expected) => {
    expect(readError(429, { body: messageOf(message) }).limits).toEqual([expected]);
  });

  it('believes headers before words', () => {
    const headers = axis('x-ratelimit-#-tokens', { limit: '9000', remaining: '10', reset: '5s' });
    const body = messageOf('on tokens per min: Limit 8000, Used 1, Requested 2');

    expect(readError(429, { headers, body }).limits).toEqual([limit('tokens', [9000, 10, 5000])]);
  });

  it('takes a limit per minute in words for the one per minute in headers', () => {
    const headers = axis('x-ratelimit-#-tokens-minute', { limit: '9000', remaining: '10' });
    const body = messageOf('on tokens per min: Limit 8000, Used 1, Requested 2');

    expect(readError(429, { headers, body }).limits).toEqual([
      limit('tokens', [9000, 10, null], MINUTE),
    ]);
  });

  it('takes a limit per day in words for another than that of headers without a window', () => {
    const headers = axis('x-ratelimit-#-tokens', { limit: '9000', remaining: '10' });
    const body = messageOf('on tokens per day (TPD): Limit 80000, Used 79999, Requested 2');

    expect(readError(429, { headers, body }).limits).toEqual([
      limit('tokens', [9000, 10, null]),
      limit('tokens', [80_000, 1, null], DAY),
    ]);
  });

  it.each([
    ['Please try again in 1.798s. Visit …', 1798],
    ['Please try again in 120ms.', 120],
    ['Please try again in 1h2m3.5s.', 3_723_500],
    ['Please retry after 33 seconds.', 33_000],
    ['Please retry in 34.4s', 34_400],
    ['Please wait 86396 seconds before retrying.', 86_396_000],
    ['Try again in 5 minutes', 300_000],
    ['Retry after 250 milliseconds', 250],
    ['Please try again later', null],
    ['Please try again in 5 parsecs', null],
  ])('reads the wait in "%s"', (message, retryAfterMs) => {
    expect(readError(429, { body: messageOf(message) }).retryAfterMs).toBe(retryAfterMs);
    expect(readError(429, { body: message }).retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    ['7.66', 7660],
    ['30', 30_000],
    ['0', 0],
    ['2s', 2000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['Sun Mar  1 12:00:30 2026', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['NaN', null],
    ['Infinity', null],
    ['1e9', null],
    ['9'.repeat(16), null],
    ['', null],
  ])('reads retry-after: %s', (text, retryAfterMs) => {
    expect(readError(429, { headers: { 'retry-after': text } }).retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    [200, false, false],
    [400, false, false],
    [401, false, false],
    [404, false, false],
    [408, false, true],
    [409, false, true],
    [429, true, true],
    [500, false, true],
    [502, false, true],
    [503, true, true],
    [529, true, true],
  ])('of status %d says shouldPause %p and retryable %p', (status, shouldPause, retryable) => {
    expect(readError(status, {})).toMatchObject({ shouldPause, retryable });
  });

  it.each([
    [429, 'false', false],
    [400, 'true', true],
    [200, 'true', false],
    [500, 'maybe', true],
  ])('of status %d with x-should-retry: %s says retryable %p', (status, text, retryable) => {
    expect(readError(status, { headers: { 'x-should-retry': text } }).retryable).toBe(retryable);
  });
});

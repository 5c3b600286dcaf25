import { APIError } from 'openai';
import type { Failure } from 'rxllm';
import { readFailure } from '../../src/headers/index.js';
import { messageOf, NOW } from './support/read.js';

const TPM = 'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): ';
const WAITS = { kind: 'rate', shouldPause: true, retryable: true };

type Told = Readonly<Record<string, string | undefined>>;

/** What is read of an answer, as OpenAI's client throws it. */
function failureOf(status: number, headers: Told, body?: object): Failure {
  const told = Object.entries(headers).flatMap(([name, text]) =>
    text === undefined ? [] : ([[name, text]] as [string, string][]),
  );
  const error = APIError.generate(status, body, undefined, new Headers(told));
  return readFailure(error, { now: NOW });
}

describe('readFailure, where providers are not what they seem,', () => {
  it('trap 1: does not wait for what the success said that its stream began with', () => {
    const headers = new Headers({ 'retry-after': '53', 'anthropic-ratelimit-tokens-remaining': '5' }); // prettier-ignore
    const event = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

    expect(readFailure(new APIError(undefined, event, undefined, headers))).toEqual({
      kind: 'overloaded',
      limits: [{ dim: 'tokens', limit: null, remaining: 5, resetMs: null }],
      retryAfterMs: null,
      shouldPause: true,
      retryable: true,
    });
  });

  it('trap 1: takes a success that is thrown for no refusal', () => {
    const success = { status: 200, headers: { 'retry-after': '53' } };

    expect(readFailure(success)).toMatchObject({ kind: 'unknown', shouldPause: false });
  });

  describe('trap 2: Azure says 0 and means the renewal period', () => {
    const headers = {
      'retry-after': '1',
      'retry-after-ms': '0',
      'x-ratelimit-limit-tokens': '120000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-renewalperiod-tokens': '60',
      'x-ratelimit-reset-tokens': '0',
    };

    it.each([
      ['as it was reported', {}, 60_000],
      ['without a reset', { 'x-ratelimit-reset-tokens': undefined }, 60_000],
      ['with a longer retry-after', { 'retry-after': '90' }, 90_000],
      ['with something left', { 'x-ratelimit-remaining-tokens': '100' }, 1000],
    ])('%s', (_what, changed, retryAfterMs) => {
      expect(failureOf(429, { ...headers, ...changed })).toMatchObject({ ...WAITS, retryAfterMs });
    });
  });

  describe('trap 3: a 429 may come without any header', () => {
    const used = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '3s' };
    const body = messageOf('Please try again in 5s.', { details: [{ retryDelay: '4s' }] });

    it.each([
      ['retry-after-ms', { 'retry-after-ms': '1000', 'retry-after': '2', ...used }, body, 1000],
      ['retry-after', { 'retry-after': '2', ...used }, body, 2000],
      ['the reset of what is used up', used, body, 3000],
      ['RetryInfo', {}, body, 4000],
      ['the message', {}, messageOf('Please try again in 5s.'), 5000],
      ['nothing: the own back-off', {}, undefined, null],
    ])('waits for %s', (_what, headers, told, retryAfterMs) => {
      expect(failureOf(429, headers, told)).toMatchObject({ ...WAITS, retryAfterMs });
    });
  });

  it('trap 4: the message tells limit, use and request', () => {
    const message = `${TPM}Limit 30000, Used 25339, Requested 5560. Please try again in 1.798s.`;

    expect(failureOf(429, {}, messageOf(message))).toEqual({
      ...WAITS,
      limits: [{ dim: 'tokens', limit: 30_000, remaining: 4661, resetMs: null }],
      retryAfterMs: 1798,
    });
  });

  describe('trap 5: Gemini says 1s although the day is gone', () => {
    const body = (...quotaIds: readonly string[]) => {
      const violations = quotaIds.map((quotaId) => ({ quotaId }));
      return messageOf('Quota', { details: [{ violations }, { retryDelay: '1s' }] });
    };
    const minute = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
    const day = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';

    it.each([
      ['a minute', [minute], WAITS],
      ['a day', [day], { ...WAITS, kind: 'quota-exhausted', retryable: false }],
      ['a minute and a day', [minute, day], { ...WAITS, kind: 'quota-exhausted', retryable: false }], // prettier-ignore
    ])('is refused for %s', (_what, quotaIds, expected) => {
      expect(failureOf(429, {}, body(...quotaIds))).toEqual({
        ...expected,
        limits: [],
        retryAfterMs: 1000,
      });
    });
  });

  it.each([
    ['OpenAI insufficient_quota', 429, {}, { code: 'insufficient_quota' }, 'quota-exhausted'],
    ['OpenAI insufficient_quota, as a type', 429, {}, { type: 'insufficient_quota' }, 'quota-exhausted'], // prettier-ignore
    ['OpenAI without a working card', 429, {}, { code: 'billing_not_active' }, 'quota-exhausted'],
    ['Anthropic enforced_spend_limit_reached', 429, {}, { details: { error_code: 'enforced_spend_limit_reached' } }, 'quota-exhausted'], // prettier-ignore
    ['Mistral limit 0', 429, { 'x-ratelimit-limit-req-minute': '0' }, {}, 'quota-exhausted'],
    ['Gemini limit: 0', 429, {}, { message: 'Quota exceeded for metric: x, limit: 0' }, 'quota-exhausted'], // prettier-ignore
    ['OpenRouter without credits', 402, {}, { message: 'Insufficient credits' }, 'quota-exhausted'],
    ['Groq 413', 413, {}, { message: 'Request too large' }, 'too-large'],
    ['Groq 413 without words', 413, {}, {}, 'too-large'],
    ['OpenAI Request too large', 429, {}, { message: 'Request too large for gpt-4o' }, 'too-large'],
    ['Requested > Limit', 429, { 'retry-after': '1' }, { message: `${TPM}Limit 30000, Requested 47200.` }, 'too-large'], // prettier-ignore
  ])('trap 6: no retry helps %s', (_what, status, headers, error, kind) => {
    const failure = failureOf(status, headers, { error });

    expect(failure).toMatchObject({ kind, shouldPause: false, retryable: false });
  });

  it('trap 6: OpenRouter has no free answers for hours, for anyone', () => {
    const body = messageOf('Rate limit exceeded: free-models-per-day. Add 10 credits');

    expect(failureOf(429, {}, body)).toMatchObject({
      kind: 'quota-exhausted',
      shouldPause: true,
      retryable: false,
    });
  });

  it('trap 6: Gemini has the words of OpenAI for what passes', () => {
    const body = messageOf('You exceeded your current quota, please check your plan.');

    expect(failureOf(429, {}, body)).toMatchObject(WAITS);
  });

  it.each([
    ['529', failureOf(529, {}, messageOf('Overloaded'))],
    ['an event', readFailure(new APIError(undefined, { type: 'overloaded_error' }, undefined, undefined))], // prettier-ignore
  ])('trap 7: overload is not your quota: %s', (_what, failure) => {
    expect(failure).toEqual({ ...WAITS, kind: 'overloaded', limits: [], retryAfterMs: null });
  });

  it('trap 7: OpenRouter refuses inside of a stream', () => {
    const error = new APIError(undefined, { code: 429, message: 'Slow down' }, undefined, undefined); // prettier-ignore

    expect(readFailure(error)).toEqual({ ...WAITS, limits: [], retryAfterMs: null });
  });

  it('trap 8: reads the headers of a 400, which counts too', () => {
    const headers = { 'x-ratelimit-limit-requests': '500', 'x-ratelimit-remaining-requests': '0' };

    expect(failureOf(400, headers, messageOf('Bad'))).toEqual({
      kind: 'rejected',
      limits: [{ dim: 'requests', limit: 500, remaining: 0, resetMs: null }],
      retryAfterMs: null,
      shouldPause: false,
      retryable: false,
    });
  });

  it.each([
    ['Sat, 15 Mar 2025 12:57:59 GMT', 21_000],
    ['Sat, 15 Mar 2025 12:58:20 GMT', 0],
    ['Sat, 15 Mar 2025 12:59:00 GMT', 0],
  ])('trap 9: an instant counts from the Date of the answer itself: %s', (date, ms) => {
    const headers = {
      date,
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2025-03-15T12:58:20Z',
    };

    expect(failureOf(429, headers)).toEqual({
      ...WAITS,
      limits: [{ dim: 'requests', limit: null, remaining: 0, resetMs: ms }],
      retryAfterMs: ms,
    });
  });
});

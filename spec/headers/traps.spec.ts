import { readRateLimits } from '../../src/headers/index.js';
import { messageOf, NOW, readError, readSuccess } from './support/read.js';

const TPM = 'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): ';

describe('readRateLimits, where providers are not what they seem,', () => {
  describe('trap 1: Anthropic sends retry-after with successes', () => {
    it.each(['53', '49', '39', '4'])('tells retry-after: %s and yet never pauses', (seconds) => {
      const reading = readSuccess({ 'retry-after': seconds }, 'anthropic');

      expect(reading).toMatchObject({ retryAfterMs: Number(seconds) * 1000, shouldPause: false });
      expect(reading.retryable).toBe(false);
    });

    it('does not pause even where nothing is left', () => {
      const headers = {
        'retry-after': '30',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-03-01T12:00:30Z',
      };

      expect(readSuccess(headers)).toMatchObject({
        limits: [{ dim: 'input-tokens', remaining: 0, resetMs: 30_000 }],
        shouldPause: false,
      });
    });
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

    it.each(['azure-openai', 'openai', undefined])('waits it, whoever is said to be it', (name) => {
      const reading = readError(429, { headers, ...(name && { provider: name }) });

      expect(reading).toEqual({
        limits: [
          { dim: 'tokens', limit: 120_000, remaining: 0, resetMs: 60_000, windowMs: 60_000 },
        ],
        retryAfterMs: 60_000,
        shouldPause: true,
        retryable: true,
      });
    });

    it.each([
      ['a reset that is absent', { 'x-ratelimit-reset-tokens': undefined }, 60_000],
      ['a shorter period', { 'x-ratelimit-renewalperiod-tokens': '10' }, 10_000],
      ['no period: a minute', { 'x-ratelimit-renewalperiod-tokens': undefined }, 60_000],
      ['a longer retry-after', { 'retry-after': '86396' }, 86_396_000],
    ])('waits so with %s', (_what, changed, retryAfterMs) => {
      const reading = readError(429, {
        provider: 'azure-openai',
        headers: { ...headers, ...changed },
      });

      expect(reading).toMatchObject({ retryAfterMs, shouldPause: true });
    });

    it('leaves alone an axis that has something left', () => {
      const left = { ...headers, 'x-ratelimit-remaining-tokens': '100' };

      expect(readError(429, { headers: left })).toMatchObject({
        limits: [{ remaining: 100, resetMs: 0 }],
        retryAfterMs: 1000,
      });
    });
  });

  describe('trap 3: a 429 may come without any header', () => {
    const reset = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '3s' };
    const retryInfo = { details: [{ retryDelay: '4s' }] };
    const body = messageOf('Please try again in 5s.', retryInfo);

    // From each row to the next, what the one before had told is gone.
    it.each([
      ['retry-after-ms', { 'retry-after-ms': '1000', 'retry-after': '2', ...reset }, body, 1000],
      ['retry-after', { 'retry-after': '2', ...reset }, body, 2000],
      ['the reset of what is used up', reset, body, 3000],
      ['RetryInfo', {}, body, 4000],
      ['the message', {}, messageOf('Please try again in 5s.'), 5000],
      ['nothing: the own backoff', {}, messageOf('Slow down!'), null],
      ['nothing without a body', {}, undefined, null],
    ])('waits for %s', (_what, headers, told, retryAfterMs) => {
      expect(readError(429, { headers, body: told })).toMatchObject({
        retryAfterMs,
        shouldPause: true,
        retryable: true,
      });
    });

    it('passes over a 0 when something else says more, and else waits for 0', () => {
      const zero = { 'retry-after-ms': '0', 'retry-after': '0' };

      expect(readError(429, { headers: zero, body }).retryAfterMs).toBe(4000);
      expect(readError(429, { headers: zero }).retryAfterMs).toBe(0);
    });

    it('waits for the last of several that are used up', () => {
      const headers = {
        ...reset,
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1m2s',
      };

      expect(readError(429, { headers }).retryAfterMs).toBe(62_000);
    });
  });

  describe('trap 4: the message tells limit, use and request', () => {
    it.each([
      ['Limit 30000, Used 25339, Requested 5560. Please try again in 1.798s.', 4661, 1798],
      ['Limit 30000, Used 30000, Requested 1. Please try again in 2ms.', 0, 2],
      ['Limit 30,000, Used 31,500, Requested 20. Please try again in 3.04s.', 0, 3040],
    ])('%s', (numbers, remaining, retryAfterMs) => {
      expect(readError(429, { body: messageOf(TPM + numbers) })).toEqual({
        limits: [{ dim: 'tokens', limit: 30_000, remaining, resetMs: null }],
        retryAfterMs,
        shouldPause: true,
        retryable: true,
      });
    });

    it('agrees with the wait that it states', () => {
      const shortOf = 25_339 + 5_560 - 30_000;

      expect((shortOf / 30_000) * 60_000).toBeCloseTo(1798);
    });
  });

  describe('trap 5: Gemini says 1s although the day is gone', () => {
    const body = (...quotaIds: readonly string[]) => ({
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: [{ violations: quotaIds.map((quotaId) => ({ quotaId })) }, { retryDelay: '1s' }],
      },
    });
    const minute = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
    const day = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';

    it.each([
      ['a minute', [minute], true],
      ['a day', [day], false],
      ['a day and a minute', [day, minute], false],
      ['a minute and a day', [minute, day], false],
    ])('is refused for %s', (_what, quotaIds, retryable) => {
      expect(readError(429, { provider: 'google-gemini', body: body(...quotaIds) })).toEqual({
        limits: [],
        retryAfterMs: 1000,
        shouldPause: true,
        retryable,
      });
    });
  });

  describe('trap 6: refusals that no retry helps', () => {
    const free = 'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 a day';
    const spend = { type: 'error', error: { type: 'rate_limit_error', details: { error_code: 'enforced_spend_limit_reached' } } }; // prettier-ignore

    it.each([
      ['OpenAI insufficient_quota', 429, {}, messageOf('…', { code: 'insufficient_quota' }), false],
      ['the same as text', 429, {}, '{"error":{"type":"insufficient_quota"}}', false],
      ['the same of broken JSON', 429, {}, '{"error":{"type":"insufficient_quota"', false],
      ['Anthropic enforced_spend_limit_reached', 429, {}, spend, false],
      ['Mistral limit 0', 429, { 'x-ratelimit-limit-req-minute': '0' }, {}, false],
      ['Gemini limit: 0', 429, {}, messageOf('Quota exceeded for metric: x, limit: 0'), false],
      ['OpenRouter without credits', 402, {}, messageOf('Insufficient credits'), false],
      ['Groq 413', 413, {}, messageOf('Request too large'), false],
      ['OpenAI Request too large', 429, {}, messageOf('Request too large for gpt-4o'), false],
      ['Requested > Limit', 429, {}, messageOf(`${TPM}Limit 30000, Requested 47200.`), false],
      ['the same with a wait', 429, { 'retry-after': '60' }, messageOf(`${TPM}Limit 9, Used 0, Requested 10. Please try again in 1s.`), false], // prettier-ignore
      ['OpenRouter free-models-per-day', 429, {}, messageOf(free), true],
    ])('%s', (_what, status, headers, body, shouldPause) => {
      expect(readError(status, { headers, body })).toMatchObject({ shouldPause, retryable: false });
    });

    it('tells no wait for them but the one in headers', () => {
      const body = messageOf('Please try again in 5s.', { code: 'insufficient_quota' });

      expect(readError(429, { body }).retryAfterMs).toBeNull();
      expect(readError(429, { headers: { 'retry-after': '7' }, body }).retryAfterMs).toBe(7000);
    });

    it('does not take the words of Gemini, which OpenAI has for the same end, for final', () => {
      const body = messageOf('You exceeded your current quota, please check your plan.');

      expect(readError(429, { body })).toMatchObject({ shouldPause: true, retryable: true });
    });
  });

  describe('trap 7: overload is not your quota, and errors come inside of streams', () => {
    const overloaded = {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    };
    const busy = { limits: [], retryAfterMs: null, shouldPause: true, retryable: true };

    it.each([
      ['529', 529, overloaded],
      ['an event after 200', 200, overloaded],
      ['its text', 200, `event: error\ndata: ${JSON.stringify(overloaded)}\n\n`],
      ['OpenRouter in a chunk', 200, { id: 'x', error: { code: 429, message: 'Slow down' } }],
      ['OpenAI in a response', 200, { response: { error: { code: 'rate_limit_exceeded' } } }],
    ])('reads %s as a refusal that tells no limit', (_what, status, body) => {
      expect(readError(status, { body })).toEqual(busy);
    });

    it.each([
      ['a failure', { error: { type: 'api_error' } }, true],
      ['an invalid request', { error: { type: 'invalid_request_error' } }, false],
      [
        'an answer',
        { error: null, choices: [{ message: { content: 'insufficient_quota' } }] },
        false,
      ],
      ['prose of a model', 'Please try again in 5s, says tokens per min: Limit 9, Used 1.', false],
    ])('does not pause for %s', (_what, body, retryable) => {
      expect(readError(200, { body })).toEqual({
        limits: [],
        retryAfterMs: null,
        shouldPause: false,
        retryable,
      });
    });
  });

  it('trap 8: reads the headers of a 400, which counts too', () => {
    const headers = { 'x-ratelimit-limit-requests': '500', 'x-ratelimit-remaining-requests': '0' };

    expect(readError(400, { headers, body: messageOf('Bad') })).toEqual({
      limits: [{ dim: 'requests', limit: 500, remaining: 0, resetMs: null }],
      retryAfterMs: null,
      shouldPause: false,
      retryable: false,
    });
  });

  describe('trap 9: an instant counts from the Date of the answer itself', () => {
    const reset = '2025-03-15T12:58:20Z';
    const headers = { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': reset };

    it.each([
      ['Sat, 15 Mar 2025 12:57:59 GMT', 21_000],
      ['Sat, 15 Mar 2025 12:58:20 GMT', 0],
      ['Sat, 15 Mar 2025 12:59:00 GMT', 0],
    ])('at %s', (date, resetMs) => {
      const { limits } = readSuccess({ ...headers, date });

      expect(limits).toEqual([{ dim: 'requests', limit: null, remaining: 1, resetMs }]);
    });

    it.each([undefined, '', 'yesterday'])('else from now, with the date %p', (date) => {
      const now = Date.parse(reset) - 5000;

      const { limits } = readRateLimits({ status: 200, headers: { ...headers, date }, now });

      expect(limits[0]?.resetMs).toBe(5000);
    });

    it('is null where neither is known', () => {
      const { limits } = readRateLimits({ status: 200, headers, now: NaN });

      expect(limits[0]?.resetMs).toBeNull();
    });

    it('holds for a retry-after that is a date', () => {
      const date = 'Sat, 15 Mar 2025 12:57:50 GMT';
      const after = { date, 'retry-after': 'Sat, 15 Mar 2025 12:58:20 GMT' };

      expect(readError(429, { headers: after }).retryAfterMs).toBe(30_000);
      expect(NOW).toBeGreaterThan(Date.parse(date));
    });
  });
});

import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  RateLimitError,
} from 'openai';
import { failureOf, type FailureKind, QueueFullError, RxllmError } from 'rxllm';
import { readFailure, readRateLimits } from '../../src/headers/index.js';
import samples from '../fixtures/provider-headers.json';
import { type Answer, clients } from './support/client-errors.js';
import { messageOf, NOW } from './support/read.js';

type Sample = Answer & { readonly id: string; readonly provider: string };

const readers = [
  ['readFailure', readFailure],
  ['failureOf', failureOf],
] as const;

const refusals = (samples as unknown as readonly Sample[]).filter(({ status }) => status >= 400);

const kindOfSample: Readonly<Record<string, FailureKind>> = {
  'openai-429-no-ratelimit-headers': 'rate',
  'openai-429-message-only': 'rate',
  'openai-429-insufficient-quota': 'quota-exhausted',
  'anthropic-429-spend-cap': 'quota-exhausted',
  'groq-429-fractional-retry-after': 'rate',
  'groq-429-message': 'rate',
  'groq-413-too-large': 'too-large',
  'mistral-429-zero-quota': 'quota-exhausted',
  'openrouter-429-headers-in-body': 'rate',
  'openrouter-plain-headers': 'rate',
  'gemini-429-retryinfo': 'rate',
  'gemini-429-day-and-minute': 'quota-exhausted',
  'generic-http-date': 'overloaded',
  'generic-garbage': 'rate',
};

function errorWith(fields: object, message = 'Failed'): Error {
  return Object.assign(new Error(message), fields);
}

/** What OpenAI's client throws for an answer. */
function generated(status: number, body?: object, headers: Record<string, string> = {}): APIError {
  return APIError.generate(status, body, undefined, new Headers(headers));
}

/** What it throws for an error event inside of a stream. */
function inStream(error: object, headers: Record<string, string> = {}): APIError {
  return new APIError(undefined, error, undefined, new Headers(headers));
}

describe('readFailure', () => {
  it('knows the kind of each refusal that providers sent', () => {
    expect(refusals.map(({ id }) => id)).toEqual(Object.keys(kindOfSample));
  });

  describe.each(clients)('of an error of %s', (_client, errorOf) => {
    it.each(refusals.map((sample) => [sample.id, sample] as const))('reads %s', (id, sample) => {
      const { provider, status, headers = {}, body } = sample;

      const { kind, ...reading } = readFailure(errorOf(sample), { provider, now: NOW });

      expect(kind).toBe(kindOfSample[id]);
      expect(reading).toEqual(readRateLimits({ provider, status, headers, body, now: NOW }));
    });
  });

  it.each([
    ['too many at once', 429, 'Number of concurrent connections has exceeded your rate limit', 'concurrency'], // prettier-ignore
    ['too many at once (Azure)', 429, 'Rate limit of 2 per 0s exceeded for UserConcurrentRequests. Please wait 0 seconds before retrying.', 'concurrency'], // prettier-ignore
    ['too many at once (Together)', 429, 'Too many parallel requests', 'concurrency'],
    ['no capacity (OpenAI)', 429, 'The engine is currently overloaded, please try again later', 'overloaded'], // prettier-ignore
    ['no capacity (Mistral)', 429, 'Service tier capacity exceeded for this model.', 'overloaded'],
    ['no capacity (Gemini)', 503, 'The model is overloaded. Please try again later.', 'overloaded'],
    ['no capacity (Anthropic)', 529, 'Overloaded', 'overloaded'],
    ['a bare 503', 503, '', 'overloaded'],
    ['no money', 402, 'This request requires more credits, or fewer max_tokens', 'quota-exhausted'],
    ['no money, forbidden', 403, 'insufficient_balance', 'quota-exhausted'],
    ['a day that is gone', 429, 'Rate limit exceeded: free-models-per-day', 'quota-exhausted'],
    ['no plan', 429, 'Quota exceeded for metric: x, limit: 0', 'quota-exhausted'],
    ['no plan, by its words', 429, 'on tokens per min (TPM): Limit 0, Used 0, Requested 9', 'quota-exhausted'], // prettier-ignore
    ['too large', 429, 'on tokens per min (TPM): Limit 9, Requested 10.', 'too-large'],
    ['as large as can be', 429, 'on tokens per min (TPM): Limit 9, Requested 9.', 'rate'],
    ['too large (Anthropic)', 413, 'request_too_large', 'too-large'],
    ['another client error', 400, 'Too many concurrent words: overloaded', 'rejected'],
    ['a conflict', 409, '', 'rejected'],
    ['a time-out of the provider', 408, '', 'timeout'],
    ['a failure', 500, 'Overloaded with concurrent requests', 'server'],
    ['a gateway', 504, '', 'server'],
  ])('tells %s', (_what, status, message, kind) => {
    const error = errorWith({ status, error: { message } });

    expect(readFailure(error).kind).toBe(kind);
    expect(readFailure(errorWith({ status }, message)).kind).toBe(kind);
  });

  it.each([
    [401, 'rejected', false, false],
    [408, 'timeout', false, true],
    [409, 'rejected', false, true],
    [429, 'rate', true, true],
    [500, 'server', false, true],
    [503, 'overloaded', true, true],
    [529, 'overloaded', true, true],
  ])(
    'of status %d says %s, shouldPause %p, retryable %p',
    (status, kind, shouldPause, retryable) => {
      // prettier-ignore
      const failure = { kind, limits: [], retryAfterMs: null, shouldPause, retryable };

      expect(readFailure(errorWith({ status }))).toEqual(failure);
    },
  );

  it.each([
    ['Ollama', errorWith({ name: 'ResponseError', status_code: 429, error: 'retry after 2 seconds' }), 2000], // prettier-ignore
    ['Google', errorWith({ name: 'ApiError', status: 429 }, JSON.stringify([messageOf('', { details: [{ retryDelay: '2s' }] })])), 2000], // prettier-ignore
    ['AWS', errorWith({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } }, 'Too many tokens'), null], // prettier-ignore
    ['fetch, thrown as it came', new Response('', { status: 429, headers: { 'retry-after': '2' } }), 2000], // prettier-ignore
    ['ky', errorWith({ response: new Response('', { status: 429, headers: { 'retry-after': '2' } }) }), 2000], // prettier-ignore
    ['a cause of a cause', new Error('a', { cause: new Error('b', { cause: errorWith({ status: 429, error: 'retry after 2 seconds' }) }) }), 2000], // prettier-ignore
  ])('reads an error of %s', (_what, error, retryAfterMs) => {
    expect(readFailure(error)).toEqual({
      kind: 'rate',
      limits: [],
      retryAfterMs,
      shouldPause: true,
      retryable: true,
    });
  });

  it('tells Azure by the name of the provider, as readRateLimits does', () => {
    const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '0' };
    const error = errorWith({ status: 429, headers });

    expect(readFailure(error, { provider: 'azure-openai' }).retryAfterMs).toBe(60_000);
    expect(readFailure(error, { provider: 'openai' }).retryAfterMs).toBe(0);
    expect(readFailure(error).retryAfterMs).toBe(0);
  });

  describe('of a retry-after that is a date', () => {
    const headers = { 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' };
    const date = 'Sun, 01 Mar 2026 12:00:10 GMT';

    it.each([
      ['from now', headers, NOW, 30_000],
      ['from the Date of the answer', { ...headers, date }, undefined, 20_000],
      ['from the Date of the answer, whatever the clock says', { ...headers, date }, NOW, 20_000],
      ['not at all where neither is known', headers, undefined, null],
      ['not at all where now is none', headers, NaN, null],
      ['as 0 once it has passed', headers, NOW + 60_000, 0],
    ])('counts %s', (_what, told, now, retryAfterMs) => {
      const error = generated(429, undefined, told);

      expect(readFailure(error, now === undefined ? {} : { now }).retryAfterMs).toBe(retryAfterMs);
    });
  });

  describe('inside of a stream', () => {
    const overloaded = { type: 'overloaded_error', message: 'Overloaded' };
    const event = { type: 'error', error: overloaded };

    it.each<[string, unknown, FailureKind]>([
      ['Anthropic', new APIError(undefined, event, undefined, new Headers()), 'overloaded'],
      ['Anthropic, as the AI SDK has it', overloaded, 'overloaded'],
      ['Anthropic, as the event itself', event, 'overloaded'],
      ['Anthropic, as its text', `event: error\ndata: ${JSON.stringify(event)}\n\n`, 'overloaded'],
      ['Anthropic, as a cause', new Error('x', { cause: errorWith({ error: event }) }), 'overloaded'], // prettier-ignore
      ['Anthropic, as the message', new Error(JSON.stringify(event)), 'overloaded'],
      ['OpenRouter', inStream({ code: 429, message: 'Slow down' }), 'rate'],
      ['OpenRouter without money', inStream({ code: 402, message: 'Insufficient credits' }), 'quota-exhausted'], // prettier-ignore
      ['OpenRouter, too many at once', inStream({ code: 429, message: 'Too many concurrent requests' }), 'concurrency'], // prettier-ignore
      ['OpenAI', inStream({ code: 'rate_limit_exceeded', type: 'tokens', message: 'Slow' }), 'rate'], // prettier-ignore
      ['OpenAI without money', inStream({ code: 'insufficient_quota' }), 'quota-exhausted'],
      ['OpenAI, broken', inStream({ type: 'server_error', message: 'Sorry' }), 'server'],
      ['an invalid request', inStream({ type: 'invalid_request_error', message: 'No' }), 'unknown'],
      ['who knows', inStream({ message: 'insufficient_quota, wrote the model' }), 'unknown'],
      ['an answer that was no JSON', { name: 'HttpErrorResponse', status: 200, error: { error: new SyntaxError(), text: 'insufficient_quota' } }, 'unknown'], // prettier-ignore
      ['words of a mistake', new Error('rate_limit, overloaded, insufficient_quota'), 'unknown'],
      ['a status of success', errorWith({ statusCode: 200, responseBody: `data: ${JSON.stringify(event)}` }), 'overloaded'], // prettier-ignore
    ])('reads what %s says', (_what, error, kind) => {
      expect(readFailure(error).kind).toBe(kind);
    });

    it('reads the limits that came with its beginning', () => {
      const headers = { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-limit-tokens': '9' };

      expect(readFailure(inStream({ code: 429, message: 'Slow down' }, headers))).toEqual({
        kind: 'rate',
        limits: [{ dim: 'tokens', limit: 9, remaining: 5, resetMs: null }],
        retryAfterMs: null,
        shouldPause: true,
        retryable: true,
      });
    });
  });

  it.each<[string, unknown]>([
    ['our own', new QueueFullError(3)],
    ['our own with a cause', new RxllmError('X', 'x', { cause: errorWith({ status: 429 }) })],
    ['our own as a cause', new Error('x', { cause: new RxllmError('X', 'x', { cause: errorWith({ status: 429 }) }) })], // prettier-ignore
    ['an abort', new DOMException('x', 'AbortError')],
    ['an abort that a refusal caused', errorWith({ name: 'AbortError', cause: errorWith({ status: 429 }) })], // prettier-ignore
    ['a mistake', new TypeError('x is not a function')],
    ['a success', errorWith({ status: 200 })],
    ['a redirection', errorWith({ status: 304 })],
    ['no status of HTTP', errorWith({ status: 999 })],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'overloaded'],
  ])('says unknown of %s', (_what, error) => {
    expect(readFailure(error).kind).toBe('unknown');
  });

  it.each<[string, unknown, FailureKind]>([
    ['fetch', new TypeError('fetch failed', { cause: errorWith({ code: 'ECONNREFUSED' }) }), 'not-sent'], // prettier-ignore
    ['a socket', errorWith({ code: 'ECONNRESET' }), 'connection'],
    ['a timer', new DOMException('x', 'TimeoutError'), 'timeout'],
    ['Angular without an answer', { name: 'HttpErrorResponse', status: 0, error: { type: 'error' } }, 'connection'], // prettier-ignore
    ['Angular without an answer in time', { name: 'HttpErrorResponse', status: 0, error: { type: 'timeout' } }, 'connection'], // prettier-ignore
    ['an error inside of an error', errorWith({ code: 'ECONNRESET', error: errorWith({}) }), 'connection'], // prettier-ignore
  ])('says what failureOf says where nobody answered: %s', (_what, error, kind) => {
    expect(readFailure(error)).toEqual(failureOf(error));
    expect(readFailure(error).kind).toBe(kind);
  });
});

describe.each(readers)("%s, of the errors of OpenAI's client,", (_name, read) => {
  it.each([
    [400, 'rejected', false, false],
    [401, 'rejected', false, false],
    [402, 'quota-exhausted', false, false],
    [403, 'rejected', false, false],
    [404, 'rejected', false, false],
    [408, 'timeout', false, true],
    [409, 'rejected', false, true],
    [413, 'too-large', false, false],
    [422, 'rejected', false, false],
    [429, 'rate', true, true],
    [500, 'server', false, true],
    [502, 'server', false, true],
    [529, 'overloaded', true, true],
  ])('reads a status of %d as %s', (status, kind, shouldPause, retryable) => {
    const failure = { kind, limits: [], retryAfterMs: null, shouldPause, retryable };

    expect(read(generated(status))).toEqual(failure);
    expect(read(generated(status, messageOf('Sorry', { type: 'x', code: 'y' })))).toEqual(failure);
  });

  it.each([
    ['retry-after', { 'retry-after': '2' }],
    ['retry-after-ms', { 'retry-after': '9', 'retry-after-ms': '2000' }],
  ])('reads %s', (_what, headers) => {
    const refused = generated(429, messageOf('Slow down'), headers);

    expect(refused).toBeInstanceOf(RateLimitError);
    expect(read(refused)).toMatchObject({ kind: 'rate', retryAfterMs: 2000, shouldPause: true });
    expect(read(generated(503, {}, headers))).toMatchObject({ kind: 'overloaded', retryAfterMs: 2000, shouldPause: true }); // prettier-ignore
  });

  it.each([400, 401, 409, 500, 502])(
    'makes no others wait for a %d that tells a wait',
    (status) => {
      const failure = read(generated(status, {}, { 'retry-after': '2' }));

      expect(failure).toMatchObject({ retryAfterMs: 2000, shouldPause: false });
    },
  );

  it.each([
    ['insufficient_quota', { code: 'insufficient_quota' }, 'quota-exhausted'],
    ['too many at once', { message: 'Too many concurrent requests' }, 'concurrency'],
    ['tokens', { type: 'tokens', code: 'rate_limit_exceeded' }, 'rate'],
  ])('tells refusals apart: %s', (_what, error, kind) => {
    expect(read(generated(429, { error })).kind).toBe(kind);
  });

  it.each<[string, Error, FailureKind]>([
    ['a broken connection', new APIConnectionError({ message: undefined }), 'connection'],
    ['one that was refused', new APIConnectionError({ message: undefined, cause: new TypeError('fetch failed', { cause: errorWith({ code: 'ECONNREFUSED' }) }) }), 'not-sent'], // prettier-ignore
    ['one with words of its own', new APIConnectionError({ message: 'Connection error. This may be caused by …' }), 'connection'], // prettier-ignore
    ['one without a status', APIError.generate(undefined, new Error('x'), undefined, undefined), 'connection'], // prettier-ignore
    ['a time-out', new APIConnectionTimeoutError(), 'timeout'],
    ['a call that was aborted', new APIUserAbortError(), 'unknown'],
  ])('tells %s', (_what, error, kind) => {
    const retryable = kind !== 'unknown';
    const failure = { kind, limits: [], retryAfterMs: null, shouldPause: false, retryable };

    expect(read(error)).toEqual(failure);
  });

  it.each([
    ['Connection error.', 'connection'],
    ['Request timed out.', 'timeout'],
    ['Request was aborted.', 'unknown'],
  ])('knows "%s" when a minifier has renamed the class', (message, kind) => {
    class t extends Error {}

    expect(read(new t(message)).kind).toBe(kind);
  });
});

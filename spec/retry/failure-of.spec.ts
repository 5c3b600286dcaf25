import { type Failure, failureOf, type FailureKind, QueueFullError, RxllmError } from 'rxllm';

const PASSES = { shouldPause: true, retryable: true };
const WITHOUT_PAUSE = { shouldPause: false, retryable: true };
const FINAL = { shouldPause: false, retryable: false };

/** An error with fields, as clients throw them. */
function errorWith(fields: object, message = 'Failed'): Error {
  return Object.assign(new Error(message), fields);
}

function causedBy(cause: unknown, fields: object = {}): Error {
  return Object.assign(new Error('Failed', { cause }), fields);
}

function fetchFailed(cause?: unknown, message = 'fetch failed'): Error {
  return new TypeError(message, { cause });
}

const byStatus: readonly (readonly [number, FailureKind, Omit<Partial<Failure>, 'kind'>])[] = [
  [400, 'rejected', FINAL],
  [401, 'rejected', FINAL],
  [402, 'quota-exhausted', FINAL],
  [403, 'rejected', FINAL],
  [404, 'rejected', FINAL],
  [408, 'timeout', WITHOUT_PAUSE],
  [409, 'rejected', WITHOUT_PAUSE],
  [413, 'too-large', FINAL],
  [422, 'rejected', FINAL],
  [429, 'rate', PASSES],
  [500, 'server', WITHOUT_PAUSE],
  [502, 'server', WITHOUT_PAUSE],
  [503, 'server', WITHOUT_PAUSE],
  [504, 'server', WITHOUT_PAUSE],
  [529, 'overloaded', PASSES],
  [599, 'server', WITHOUT_PAUSE],
  [200, 'unknown', FINAL],
  [304, 'unknown', FINAL],
  [399, 'unknown', FINAL],
  [600, 'unknown', FINAL],
  [NaN, 'unknown', FINAL],
  [0, 'connection', WITHOUT_PAUSE],
];

const byCode: readonly (readonly [FailureKind, readonly string[]])[] = [
  ['not-sent', ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']], // prettier-ignore
  ['timeout', ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']], // prettier-ignore
  ['connection', ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_NETWORK', 'ERR_STREAM_PREMATURE_CLOSE']], // prettier-ignore
  ['unknown', ['ABORT_ERR', 'ERR_CANCELED', 'ENOENT', 'ERR_INVALID_ARG_TYPE', 'econnreset']],
];
const codes = byCode.flatMap(([kind, all]) => all.map((code) => [code, kind] as const));

const byWords = [
  ['code', errorWith({ status: 429, code: 'insufficient_quota' }), 'quota-exhausted'],
  ['type', errorWith({ status: 429, type: 'billing_hard_limit_reached' }), 'quota-exhausted'],
  ['code of the body', errorWith({ status: 429, error: { code: 'insufficient_quota' } }), 'quota-exhausted'], // prettier-ignore
  ['type deeper in it (Anthropic)', errorWith({ status: 429, error: { error: { type: 'billing_error' } } }), 'quota-exhausted'], // prettier-ignore
  ['code of the AI SDK', errorWith({ statusCode: 429, data: { error: { code: 'insufficient_quota' } } }), 'quota-exhausted'], // prettier-ignore
  ['code of axios', errorWith({ response: { status: 429, data: { error: { code: 'insufficient_quota' } } } }), 'quota-exhausted'], // prettier-ignore
  ['words only', errorWith({ status: 429 }, 'insufficient_quota is what the model wrote'), 'rate'],
  ['another code', errorWith({ status: 429, code: 'rate_limit_exceeded' }), 'rate'],
  ['message', errorWith({ status: 429 }, 'Too many concurrent requests'), 'concurrency'],
  ['message of Azure', errorWith({ status: 429 }, 'Rate limit of 2 per 0s exceeded for UserConcurrentRequests.'), 'concurrency'], // prettier-ignore
  ['message', errorWith({ status: 429 }, 'Maximum number of parallel requests reached'), 'concurrency'], // prettier-ignore
  ['message of the body', errorWith({ status: 429, error: { message: 'Concurrency limit' } }), 'concurrency'], // prettier-ignore
  ['code', errorWith({ status: 429, code: 'concurrency_limit_exceeded' }), 'concurrency'],
  ['words of another status', errorWith({ status: 400, code: 'insufficient_quota' }, 'parallel'), 'rejected'], // prettier-ignore
] as const;

describe('failureOf', () => {
  it.each(byStatus)('of status %d says %s', (status, kind, rest) => {
    const expected = { kind, limits: [], retryAfterMs: null, ...rest };

    expect(failureOf(errorWith({ status }))).toEqual(expected);
    expect(failureOf({ statusCode: status })).toEqual(expected);
    expect(failureOf(errorWith({ response: { status } }))).toEqual(expected);
    expect(failureOf(errorWith({ response: { statusCode: status } }))).toEqual(expected);
    expect(failureOf(causedBy(errorWith({ status })))).toEqual(expected);
  });

  it('passes over a status that is no number', () => {
    expect(failureOf(errorWith({ status: '429' })).kind).toBe('unknown');
    expect(failureOf(errorWith({ status: 'failed', statusCode: 429 })).kind).toBe('rate');
  });

  it('takes a code for the status where there is no other', () => {
    expect(failureOf(errorWith({ code: 429 })).kind).toBe('rate');
    expect(failureOf(errorWith({ code: 20 })).kind).toBe('unknown');
    expect(failureOf(errorWith({ code: 0 })).kind).toBe('unknown');
    expect(failureOf(errorWith({ status: 500, code: 429 })).kind).toBe('server');
  });

  it.each([
    ['a number', '7', { kind: 'overloaded', retryAfterMs: 7000, ...PASSES }],
    ['0', '0', { kind: 'overloaded', retryAfterMs: 0, ...PASSES }],
    ['a date, which takes a clock', 'Sat, 19 Sep 2026 12:00:30 GMT', { kind: 'server', retryAfterMs: null, ...WITHOUT_PAUSE }], // prettier-ignore
  ])('takes a 503 for overload only if it says how long: %s', (_what, seconds, expected) => {
    const error = errorWith({ status: 503, headers: { 'retry-after': seconds } });

    expect(failureOf(error)).toEqual({ limits: [], ...expected });
  });

  it.each(byWords)('looks at the %s of a refusal: %s', (_where, error, kind) => {
    const { shouldPause, retryable } = failureOf(error);

    expect(failureOf(error).kind).toBe(kind);
    const passes = kind === 'rate' || kind === 'concurrency';
    expect({ shouldPause, retryable }).toEqual(passes ? PASSES : FINAL);
  });

  it.each<[string, unknown]>([
    ['Headers', new Headers({ 'Retry-After': '2' })],
    ['a Map', new Map([['Retry-After', '2']])],
    ['a Map in lower case', new Map([['retry-after', '2']])],
    ['pairs', [['x', 'y'], ['RETRY-AFTER', '2']]], // prettier-ignore
    ['a record in any case', { 'x-y': '1', 'rEtRy-AfTeR': '2' }],
    ['a record of numbers', { 'retry-after': 2 }],
    ['a record of lists', { 'retry-after': ['2', '3'] }],
    ['spaces', { 'retry-after': ' 2 ' }],
    ['milliseconds', { 'retry-after': '9', 'retry-after-ms': '2000' }],
    ['milliseconds that are 0', { 'retry-after': '2', 'retry-after-ms': '0' }],
    ['milliseconds that are garbage', { 'retry-after': '2', 'retry-after-ms': 'NaN' }],
    ['what has get, as Angular', { get: (name: string) => (name === 'retry-after' ? '2' : null) }],
  ])('reads the wait from headers that are %s', (_what, headers) => {
    expect(failureOf(errorWith({ status: 429, headers })).retryAfterMs).toBe(2000);
    expect(failureOf(errorWith({ statusCode: 500, responseHeaders: headers })).retryAfterMs).toBe(2000); // prettier-ignore
    expect(failureOf(errorWith({ response: { status: 429, headers } })).retryAfterMs).toBe(2000);
    expect(failureOf(causedBy(errorWith({ status: 429, headers }))).retryAfterMs).toBe(2000);
  });

  it.each([
    '',
    ' ',
    '-1',
    'soon',
    'NaN',
    'Infinity',
    '1e3',
    '0x10',
    '9'.repeat(16),
    '2s',
    'Sat, 19 Sep 2026 12:00:30 GMT',
    null,
    undefined,
    {},
    [],
    Symbol('x'),
  ])(
    // prettier-ignore
    'reads no wait from %p',
    (value) => {
      expect(failureOf({ status: 429, headers: { 'retry-after': value } }).retryAfterMs).toBeNull();
    },
  );

  it.each([
    ['0', 0],
    ['7.66', 7660],
    ['1.005', 1005],
    ['999999999999999', 999999999999999000],
  ])('reads retry-after: %s to the digit', (seconds, expected) => {
    const error = { status: 429, headers: { 'retry-after': seconds } };

    expect(failureOf(error).retryAfterMs).toBe(expected);
  });

  it.each(codes)('of code %s says %s', (code, kind) => {
    const retryable = kind !== 'unknown';

    expect(failureOf(errorWith({ code }))).toEqual({
      kind,
      limits: [],
      retryAfterMs: null,
      shouldPause: false,
      retryable,
    });
    expect(failureOf(fetchFailed(errorWith({ code }))).kind).toBe(
      kind === 'unknown' && !/^(ABORT_ERR|ERR_CANCELED)$/.test(code) ? 'connection' : kind,
    );
  });

  it.each<[string, unknown, FailureKind]>([
    ['fetch of Node', fetchFailed(), 'connection'],
    ['a stream of Node', fetchFailed(undefined, 'terminated'), 'connection'],
    ['fetch of Chrome', fetchFailed(undefined, 'Failed to fetch'), 'connection'],
    ['fetch of Safari', fetchFailed(undefined, 'Load failed'), 'connection'],
    ['fetch of Firefox', fetchFailed(undefined, 'NetworkError when attempting to fetch resource.'), 'connection'], // prettier-ignore
    ['a mistake', new TypeError("Cannot read properties of undefined (reading 'x')"), 'unknown'],
    ['words without the type', new Error('Failed to fetch'), 'unknown'],
    ['more than the words', fetchFailed(undefined, 'Failed to fetch the moon'), 'unknown'],
    ['AbortSignal.timeout', new DOMException('x', 'TimeoutError'), 'timeout'],
    ['timeout of RxJS', errorWith({ name: 'TimeoutError' }), 'timeout'],
    ['an abort', new DOMException('x', 'AbortError'), 'unknown'],
    ['an abort that was caused', causedBy(errorWith({ status: 429 }), { name: 'AbortError' }), 'unknown'], // prettier-ignore
    ['an abort with a code', errorWith({ name: 'AbortError', code: 'ECONNRESET' }), 'unknown'],
    ['an abort inside of fetch', fetchFailed(new DOMException('x', 'AbortError')), 'unknown'],
    ['an Angular error without an answer', errorWith({ name: 'HttpErrorResponse', status: 0, headers: {} }), 'connection'], // prettier-ignore
    ['a host lost while it answers', errorWith({ code: 'EHOSTUNREACH', syscall: 'read' }), 'connection'], // prettier-ignore
    ['a host not found', errorWith({ code: 'EHOSTUNREACH', syscall: 'connect' }), 'not-sent'],
    ['a retry of the AI SDK', errorWith({ lastError: errorWith({ statusCode: 429 }) }), 'rate'],
    ['our own', new QueueFullError(3), 'unknown'],
    ['our own with a cause', new RxllmError('X', 'x', { cause: errorWith({ status: 429 }) }), 'unknown'], // prettier-ignore
    ['our own as a cause', causedBy(new QueueFullError(3)), 'unknown'],
    ['a text', 'ECONNRESET', 'unknown'],
    ['nothing', undefined, 'unknown'],
    ['null', null, 'unknown'],
    ['a number', 429, 'unknown'],
  ])('of %s says what it is', (_what, error, kind) => {
    expect(failureOf(error).kind).toBe(kind);
  });

  it('believes the outermost that tells something', () => {
    const inner = errorWith({ status: 429 });

    expect(failureOf(causedBy(inner, { status: 500 })).kind).toBe('server');
    expect(failureOf(causedBy(causedBy(inner))).kind).toBe('rate');
    expect(failureOf(causedBy(inner, { status: 200 })).kind).toBe('rate');
    expect(failureOf(causedBy(errorWith({ code: 'ECONNREFUSED' }), { name: 'TimeoutError' })).kind).toBe('timeout'); // prettier-ignore
  });
});

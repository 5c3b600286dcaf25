/** A provider's answer that is an error. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type ErrorOf = (answer: Answer) => unknown;

/** Angular's `HttpHeaders`, as far as it matters: nothing to iterate. */
class HttpHeaders {
  private readonly all: Headers;

  constructor(headers: Readonly<Record<string, string>>) {
    this.all = new Headers(headers);
  }

  keys(): string[] {
    return [...this.all.keys()];
  }

  get(name: string): string | null {
    return this.all.get(name);
  }
}

function errorWith(message: string, fields: object): Error {
  return Object.assign(new Error(message), fields);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** OpenAI's SDK keeps what is inside of the body's `error`, and so do all that are generated like it. */
function insideOf(body: unknown): unknown {
  return isRecord(body) ? body['error'] : undefined;
}

function textOf(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body);
}

/** The same answer as each client throws it: the shapes are those of their published code. */
export const clients: readonly (readonly [name: string, errorOf: ErrorOf])[] = [
  ['OpenAI', ({ status, headers = {}, body }) => errorWith(`${status} ${textOf(body)}`, { status, headers: new Headers(headers), error: insideOf(body) })], // prettier-ignore
  ['Anthropic', ({ status, headers = {}, body }) => errorWith(`${status} ${textOf(body)}`, { status, headers: new Headers(headers), error: body, type: null })], // prettier-ignore
  ['the AI SDK', ({ status, headers, body }) => errorWith('Failed', { name: 'AI_APICallError', statusCode: status, responseHeaders: headers, responseBody: textOf(body), data: body })], // prettier-ignore
  ['the AI SDK, tried often', ({ status, headers, body }) => errorWith('Failed after 3 attempts', { name: 'AI_RetryError', lastError: errorWith('Failed', { statusCode: status, responseHeaders: headers, responseBody: textOf(body) }) })], // prettier-ignore
  ['axios', ({ status, headers, body }) => errorWith(`Request failed with status code ${status}`, { code: 'ERR_BAD_REQUEST', response: { status, headers, data: body } })], // prettier-ignore
  ['got', ({ status, headers, body }) => errorWith('Response code', { code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: status, headers, body: textOf(body) } })], // prettier-ignore
  ['Angular', ({ status, headers = {}, body }) => ({ name: 'HttpErrorResponse', message: 'Http failure', ok: false, status, headers: new HttpHeaders(headers), error: body ?? null })], // prettier-ignore
  ['Mistral', ({ status, headers = {}, body }) => errorWith('API error', { statusCode: status, headers: new Headers(headers), body: textOf(body) })], // prettier-ignore
  ['Cohere', ({ status, headers = {}, body }) => errorWith('API error', { statusCode: status, body, rawResponse: { headers: new Headers(headers) } })], // prettier-ignore
  ['fetch by hand', ({ status, headers = {}, body }) => errorWith('HTTP', { status, headers: new Map(Object.entries(headers)), body: textOf(body) })], // prettier-ignore
  ['ky', ({ status, headers = {}, body }) => errorWith('Request failed', { name: 'HTTPError', response: new Response(null, { status, headers }), data: body })], // prettier-ignore
  ['nobody: a record', ({ status, headers = {}, body }) => ({ status, headers, body: textOf(body) })], // prettier-ignore
  ['a cause', ({ status, headers, body }) => new Error('Failed', { cause: errorWith('HTTP', { status, headers, body }) })], // prettier-ignore
];

import { RxllmError } from '../index.js';
import { clientHeaders } from './client-headers.js';
import { isFields } from './error-body.js';
import { errorIn } from './error-status.js';
import { fieldAt } from './field.js';
import type { ProviderAnswer } from './provider-answer.js';

/** What a client's error keeps of the provider's answer. */
export type ErrorAnswer = Pick<ProviderAnswer, 'status' | 'headers' | 'body'>;

// Clients: those made like OpenAI's, Angular, fetch; the AI SDK, Mistral, Cohere; Ollama; axios, got, ky; AWS.
const STATUS = [
  ['status'],
  ['statusCode'],
  ['status_code'],
  ['response', 'status'],
  ['response', 'statusCode'],
  ['$metadata', 'httpStatusCode'],
];
const HEADERS = [
  ['headers'],
  ['responseHeaders'],
  ['response', 'headers'],
  ['rawResponse', 'headers'],
];
const BODY = [
  ['error'],
  ['body'],
  ['responseBody'],
  ['data'],
  ['response', 'data'],
  ['response', 'body'],
  ['message'],
];
const MOST_CAUSES = 6;
const OK = 200;

/** The answers that an error and its causes keep, of the outermost first; what was cancelled keeps none. */
export function* answersIn(error: unknown): Generator<ErrorAnswer> {
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && mayAnswer(cause); depth++) {
    yield answerOf(cause);
    cause = fieldAt(cause, 'cause') ?? fieldAt(cause, 'lastError');
  }
}

function mayAnswer(error: unknown): boolean {
  if (error === undefined || error === null || error instanceof RxllmError) return false;
  return fieldAt(error, 'name') !== 'AbortError';
}

function answerOf(error: unknown): ErrorAnswer {
  const [status] = foundAt(STATUS, error).filter((one) => typeof one === 'number');
  const headers = clientHeaders(foundAt(HEADERS, error)[0]);
  const body = status === undefined ? eventIn(error) : bodyIn(error);
  return { status: status ?? OK, headers, body };
}

/** Without a status it may be an error event of a stream, which clients hand on with or without its envelope. */
function eventIn(error: unknown): unknown {
  const isEvent = fieldAt(error, 'name') === undefined; // and not an Error, of whatever realm
  const event = isEvent ? error : fieldAt(error, 'error');
  if (!isFields(event)) return bodyIn(error);
  return errorIn(event) ? event : { error: event };
}

function bodyIn(error: unknown): unknown {
  const isBody = (one: unknown) => typeof one === 'object' || typeof one === 'string';
  return typeof error === 'string' ? error : foundAt(BODY, error).find(isBody);
}

function foundAt(paths: readonly (readonly string[])[], error: unknown): readonly unknown[] {
  const found = paths.map((path) => fieldAt(error, ...path));
  return found.filter((one) => one !== undefined && one !== null && one !== '');
}

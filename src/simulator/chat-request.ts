import { isObject, type JsonObject } from './answer/json-schema.js';
import { promptTokens } from '../provider/index.js';
import { RequestError } from './request-error.js';

/** What the simulator takes from the body of a chat completion. */
export interface ChatRequest {
  readonly model: string;
  /** Text of the last message of the user; of the last message where there is none. */
  readonly prompt: string;
  /** Tokens of all messages; pictures, sound and tools count nothing. */
  readonly promptTokens: number;
  readonly maxTokens?: number;
  readonly stream: boolean;
  /** Whether a stream ends with a chunk of usage. */
  readonly includeUsage: boolean;
  readonly format:
    { readonly kind: 'text' } | { readonly kind: 'json'; readonly schema: JsonObject | undefined };
}

interface Message {
  readonly role: unknown;
  readonly text: string;
}

const BAD_JSON =
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your " +
  'HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. ' +
  'If you have trouble figuring out how to fix this, please contact us through our help center at ' +
  'help.openai.com.)';

/**
 * Reads the body of `POST /v1/chat/completions`; what it does not know, it ignores.
 *
 * @throws RequestError 400, worded as OpenAI's, when the simulator could not answer it rightly
 * @internal
 */
export function readChatRequest(text: string): ChatRequest {
  const body = parse(text);
  const messages = readMessages(body['messages']);
  const maxTokens = readMaxTokens(body);
  const options = body['stream_options'];
  if (typeof body['model'] !== 'string' || body['model'] === '') {
    throw new RequestError(400, 'you must provide a model parameter');
  }
  if (body['n'] !== undefined && body['n'] !== null && body['n'] !== 1) {
    throw invalid('n', 'The simulator answers one choice only: n must be 1.');
  }
  const asked = messages.filter(({ role }) => role === 'user').at(-1) ?? messages.at(-1);
  return {
    model: body['model'],
    prompt: asked?.text ?? '',
    promptTokens: promptTokens(messages.map(({ text }) => text)),
    ...(maxTokens !== undefined && { maxTokens }),
    stream: body['stream'] === true,
    includeUsage: isObject(options) && options['include_usage'] === true,
    format: readFormat(body['response_format']),
  };
}

function parse(text: string): JsonObject {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new RequestError(400, BAD_JSON);
  }
  if (!isObject(body)) throw new RequestError(400, BAD_JSON);
  return body;
}

function readMessages(messages: unknown): Message[] {
  if (messages === undefined || messages === null) {
    const message = "Missing required parameter: 'messages'.";
    throw new RequestError(400, message, 'missing_required_parameter', 'messages');
  }
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    throw invalid('messages', "Invalid 'messages': expected an array of at least one message.");
  }
  return messages.map((message) => ({
    role: message['role'],
    text: textOf(message['content']),
  }));
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  const texts = parts.map(({ text }) => (typeof text === 'string' ? text : ''));
  return texts.filter((text) => text !== '').join('\n');
}

function readMaxTokens(body: JsonObject): number | undefined {
  const param = ['max_completion_tokens', 'max_tokens'].find(
    (name) => (body[name] ?? null) !== null,
  );
  if (param === undefined) return undefined;
  const most = body[param];
  if (typeof most === 'number' && Number.isInteger(most) && most >= 1) return most;
  throw invalid(param, `Invalid '${param}': integer below minimum value. Expected a value >= 1.`);
}

function readFormat(format: unknown): ChatRequest['format'] {
  const { type, json_schema } = isObject(format) ? format : {};
  if (type !== 'json_schema' && type !== 'json_object') return { kind: 'text' };
  const schema = isObject(json_schema) ? json_schema['schema'] : undefined;
  return { kind: 'json', schema: isObject(schema) ? schema : undefined };
}

function invalid(param: string, message: string): RequestError {
  return new RequestError(400, message, 'invalid_value', param);
}

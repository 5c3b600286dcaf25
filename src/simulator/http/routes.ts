import type { IncomingMessage, ServerResponse } from 'node:http';
import { monotonicScheduler } from '../../index.js';
import { answerTo } from '../answer/answer.js';
import { type ChatRequest, readChatRequest } from '../chat-request.js';
import { exchange, type SimulatedProvider } from '../../provider/index.js';
import type { SimulatorOptions } from '../options.js';
import { RequestError } from '../request-error.js';
import { checkKey } from './check-key.js';
import { readBody } from './read-body.js';
import { Reply } from './reply.js';
import { sendJson } from './send.js';

/** What answers one request. */
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Larger than any prompt that a model takes today. */
const MAX_BODY_BYTES = 10_000_000;

/**
 * What is answered to a method and a path; errors of requests are thrown as `RequestError`.
 *
 * @internal
 */
export function routes(provider: SimulatedProvider, options: SimulatorOptions): Handler {
  const { apiKey, models, maxBodyBytes = MAX_BODY_BYTES } = options;
  const scheduler = options.scheduler ?? monotonicScheduler;

  const complete: Handler = async (request, response) => {
    checkKey(request.headers.authorization, apiKey);
    const chat = readChatRequest(await readBody(request, maxBodyBytes));
    if (models && !models.includes(chat.model)) throw noSuchModel(chat.model);
    const answer = answerTo(chat);
    // The client may have gone while its body was read.
    if (response.closed) return;
    const reply = new Reply(response, chat, answer, () => scheduler.now());
    const exchanged = exchange(provider, sizeOf(chat, answer.outputTokens), scheduler).subscribe(
      (event) => reply.write(event),
    );
    response.once('close', () => exchanged.unsubscribe());
  };

  const listModels: Handler = (request, response) => {
    checkKey(request.headers.authorization, apiKey);
    const created = Math.floor(scheduler.now() / 1000);
    const data = (models ?? ['simulator']).map((id) => ({
      ...{ id, object: 'model', created, owned_by: 'simulator' },
    }));
    sendJson(response, 200, { object: 'list', data });
  };

  const table: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/v1/chat/completions': { POST: complete },
    '/v1/models': { GET: listModels },
    '/stats': { GET: (_, response) => sendJson(response, 200, provider.stats()) },
    '/stats/reset': {
      POST: (_, response) => {
        provider.resetStats();
        sendJson(response, 200, provider.stats());
      },
    },
  };

  return (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const [path = '/'] = url.split('?');
    const methods = Object.hasOwn(table, path) ? table[path] : undefined;
    if (!methods) throw new RequestError(404, `Invalid URL (${method} ${path.slice(0, 200)})`);
    const handler = methods[method];
    if (!handler) throw wrongMethod(method, path);
    return handler(request, response);
  };
}

function sizeOf({ model, promptTokens, maxTokens, stream }: ChatRequest, outputTokens: number) {
  return {
    model,
    promptTokens,
    outputTokens,
    stream,
    ...(maxTokens !== undefined && { maxTokens }),
  };
}

function noSuchModel(model: string): RequestError {
  const message = `The model \`${model.slice(0, 100)}\` does not exist or you do not have access to it.`;
  return new RequestError(404, message, 'model_not_found');
}

function wrongMethod(method: string, path: string): RequestError {
  const hint = '(HINT: Perhaps you meant to use a different HTTP method?)';
  return new RequestError(405, `Not allowed to ${method} on ${path}. ${hint}`);
}

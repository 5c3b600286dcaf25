import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { failureOf, type FailureKind } from 'rxllm';
import { readFailure } from '../../src/headers/index.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const OVERLOADED = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';

/** Begins a stream and says no more than this. */
function stream(text: string, isWhole: boolean): Answer {
  return (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'retry-after': '53' });
    response.write(text, () => (isWhole ? response.end() : request.socket.destroy()));
  };
}

/** The address of a port that was free just now. */
async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = urlOf(server);
  server.close();
  await once(server, 'close');
  return url;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("an error of OpenAI's client", () => {
  let answer: Answer;
  let server: Server;
  let baseURL: string;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseURL = urlOf(server);
  });

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  async function errorOf(signal?: AbortSignal, url = baseURL): Promise<unknown> {
    const client = new OpenAI({ apiKey: 'x', baseURL: url, maxRetries: 0 });
    const messages: OpenAI.ChatCompletionMessageParam[] = [];
    const options = signal ? { signal } : {};
    try {
      const chunks = await client.chat.completions.create(
        { model: 'm', messages, stream: true },
        options,
      );
      return await chunks[Symbol.asyncIterator]().next();
    } catch (error) {
      return error;
    }
  }

  function expectKinds(error: unknown, kind: FailureKind, kindOfCore = kind): void {
    expect([readFailure(error).kind, failureOf(error).kind]).toEqual([kind, kindOfCore]);
  }

  it('says not-sent when nobody listens', async () => {
    expectKinds(await errorOf(undefined, await closedUrl()), 'not-sent');
  });

  it('says connection when it breaks before the answer', async () => {
    answer = (request) => request.socket.destroy();

    expectKinds(await errorOf(), 'connection');
  });

  it('says connection when it breaks in the middle of the answer', async () => {
    answer = stream(': keep-alive\n\n', false);

    expectKinds(await errorOf(), 'connection');
  });

  it('says unknown when it is aborted', async () => {
    const controller = new AbortController();
    answer = () => controller.abort();

    expectKinds(await errorOf(controller.signal), 'unknown');
  });

  it('says overloaded when the stream says so, and waits for nothing that came before', async () => {
    answer = stream(`data: ${OVERLOADED}\n\n`, true);

    const error = await errorOf();

    expectKinds(error, 'overloaded', 'unknown');
    expect(readFailure(error).retryAfterMs).toBeNull();
  });

  it('says rate for a 429, with what its headers tell', async () => {
    answer = (_request, response) => {
      response.writeHead(429, { 'retry-after': '2', 'x-ratelimit-remaining-requests': '0' }).end();
    };

    const error = await errorOf();

    expectKinds(error, 'rate');
    expect(readFailure(error)).toMatchObject({ retryAfterMs: 2000, limits: [{ remaining: 0 }] });
    expect(failureOf(error).retryAfterMs).toBe(2000);
  });
});

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAI } from 'openai';

/** What a client has sent. */
export type Body = Record<string, unknown>;

/** A server on loopback that answers as a spec says, and keeps what it was sent. */
export interface LocalProvider {
  /** A client with its own retries on, as users have it. */
  readonly client: OpenAI;
  readonly bodies: Body[];
  /** How the next requests are answered. */
  answerWith(answer: (response: ServerResponse) => void): void;
  /** The server's side of the answer to the next request, for the spec to write. */
  nextAnswer(): Promise<ServerResponse>;
  close(): void;
}

export const KEY = 'sk-never-shown';

export async function startLocalProvider(): Promise<LocalProvider> {
  const bodies: Body[] = [];
  let answer: (response: ServerResponse) => void = sendCompletion({});
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      bodies.push(JSON.parse(text) as Body);
      answer(response);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    client: new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: KEY }),
    bodies,
    answerWith: (next) => (answer = next),
    nextAnswer: () => new Promise((resolve) => (answer = resolve)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** 100 tokens of prompt and 10 of answer, as in the cases of the original. */
export const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

export interface CompletionParts {
  readonly message?: object;
  readonly finish_reason?: string;
  readonly usage?: object | null;
  readonly headers?: Record<string, string>;
}

/** Answers with one completion: `Fine.` unless a part says else. */
export function sendCompletion({
  message = { role: 'assistant', content: 'Fine.' },
  finish_reason = 'stop',
  usage = USAGE,
  headers = {},
}: CompletionParts) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    const choices = [{ index: 0, message, finish_reason }];
    response.end(JSON.stringify({ id: 'c-1', object: 'chat.completion', choices, usage }));
  };
}

/** Refuses, or fails, with a status. */
export function sendError(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: 'not this time', code: 'some_code' } }));
  };
}

/** Begins a stream and sends chunks with these deltas of the first choice. */
export function beginStream(response: ServerResponse, ...deltas: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const delta of deltas) sendChunk(response, { choices: [{ index: 0, delta }] });
}

function sendChunk(response: ServerResponse, chunk: object): void {
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** A whole stream of text, and its usage at the end, as OpenAI sends it. */
export function sendStream(...pieces: readonly string[]) {
  return (response: ServerResponse): void => {
    const role = { role: 'assistant', content: '' };
    beginStream(response, role, ...pieces.map((content) => ({ content })));
    endStream(response);
  };
}

/** The rest of a stream: a last piece, why it ends, and its usage. */
export function endStream(response: ServerResponse, content = ''): void {
  sendChunk(response, { choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] });
  sendChunk(response, { choices: [], usage: USAGE });
  response.end('data: [DONE]\n\n');
}

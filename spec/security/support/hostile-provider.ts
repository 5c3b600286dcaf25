import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAI } from 'openai';
import { OpenAIService, type OpenAIServiceOptions } from 'rxllm/openai';
import { KEY } from './canaries.js';

/** Does with a request what no provider should. */
export type Attack = (response: ServerResponse, request: IncomingMessage) => void;

/** A server on loopback that answers the next request as it is told, and all others well. */
export interface HostileProvider {
  /** A service of one permit, which tries nothing again. */
  serviceWith(options?: Partial<OpenAIServiceOptions>): OpenAIService;
  /** How the next request is answered. */
  attackWith(attack: Attack): void;
  close(): Promise<void>;
}

/** A good answer: `Fine.`, 10 tokens of 110. */
export const fine: Attack = sendJson({
  choices: [{ index: 0, message: { role: 'assistant', content: 'Fine.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
});

export async function startHostileProvider(): Promise<HostileProvider> {
  const attacks: Attack[] = [];
  const services: OpenAIService[] = [];
  const server = createServer((request, response) => {
    request.on('error', () => {});
    request.resume().on('end', () => {
      (attacks.shift() ?? fine)(response, request);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: KEY });
  return {
    serviceWith: (options = {}) => {
      const usual = { modelName: 'm', quotas: [], maxConcurrentJobs: 1 };
      const retry = { maxAttempts: 1 };
      const service = new OpenAIService({ client, ...usual, retry, ...options });
      services.push(service);
      return service;
    },
    attackWith: (attack) => attacks.push(attack),
    close: async () => {
      await Promise.all(services.map((service) => service.close({ abandon: true })));
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A body as JSON; a text as it is. */
export function sendJson(
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Attack {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A body of events, as it is. */
export function sendEvents(body: string): Attack {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(body);
  };
}

/** The same part over and over, as fast as it is read, until the connection is closed. */
export function sendForEver(part: string, type = 'text/event-stream'): Attack {
  return (response) => {
    response.writeHead(200, { 'content-type': type });
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(part)) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
}

/** Bytes on the bare connection, which is then closed. */
export function sendRaw(bytes: string): Attack {
  return (response) => response.socket?.end(bytes);
}

/** An event of a stream with one piece of text. */
export function event(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** A chunk with one piece of text. */
export function piece(content: unknown, more: object = {}): object {
  return { choices: [{ index: 0, delta: { content }, ...more }] };
}

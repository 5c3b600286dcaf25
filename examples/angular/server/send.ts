import type { ServerResponse } from 'node:http';
import type { Failure } from './failure.js';
import type { ErrorBody } from './wire.js';

const API_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'x-content-type-options': 'nosniff',
};

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...API_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Says what went wrong; a request that was not read to its end closes its connection. */
export function sendFailure(response: ServerResponse, failure: Failure): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, code, message, headers } = failure;
  response.setHeaders(new Map(Object.entries(headers)));
  if (!response.req.complete) response.setHeader('connection', 'close');
  sendJson(response, status, { error: { code, message } } satisfies ErrorBody);
}

/** Begins a stream of server-sent events; whoever loses it may try again after a second. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, { ...API_HEADERS, 'content-type': 'text/event-stream' });
  response.write('retry: 1000\n\n');
}

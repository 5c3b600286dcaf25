import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Refused } from '../protocol.js';
import { RefusedRequest } from './refused-request.js';
import type { Handler } from './routes.js';

/**
 * An HTTP server around what answers; it does not listen yet.
 *
 * @internal
 */
export function serve(handler: Handler): Server {
  return createServer((request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    handler(request, response).catch((error: unknown) => refuse(request, response, error));
  });
}

/** Who asked is told what he did wrong, and of what went wrong here only that it did. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const { status, message } =
    error instanceof RefusedRequest ? error : { status: 500, message: 'This failed.' };
  if (response.headersSent) response.destroy();
  else {
    const body: Refused = { error: message };
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  }
  // A body that nobody read would keep the connection from its next request.
  request.resume();
}

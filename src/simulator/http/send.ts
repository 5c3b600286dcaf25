import type { ServerResponse } from 'node:http';
import type { HeaderValues } from '../../provider/index.js';

/**
 * Answers with JSON, unless the client has gone.
 *
 * @internal
 */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: HeaderValues = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  const type = 'application/json';
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': length });
  response.end(text);
}

/**
 * One event of a stream of server-sent events, as OpenAI writes it.
 *
 * @internal
 */
export function sseEvent(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

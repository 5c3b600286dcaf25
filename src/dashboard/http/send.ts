import type { ServerResponse } from 'node:http';

/**
 * Answers with a text that no browser keeps.
 *
 * @internal
 */
export function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

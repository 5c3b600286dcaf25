import type { IncomingMessage } from 'node:http';
import { RequestError } from '../request-error.js';

/**
 * Reads a request's body to its end and keeps at most `maxBytes` of it.
 *
 * What is too large is read and thrown away: a client that is still sending would not see an answer.
 *
 * @throws RequestError 413 when it is larger
 * @internal
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else parts.length = 0;
  }
  if (bytes > maxBytes) {
    throw new RequestError(413, `The body is larger than the ${maxBytes} bytes that are allowed.`);
  }
  return Buffer.concat(parts).toString('utf8');
}

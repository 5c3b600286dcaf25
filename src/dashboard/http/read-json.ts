import type { IncomingMessage } from 'node:http';
import { RefusedRequest } from './refused-request.js';

const MOST_BYTES = 10_000;

/**
 * Reads a small JSON body.
 *
 * @throws RefusedRequest 400, 413 or 415
 * @internal
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  // A form of another page cannot send this type without being asked about first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new RefusedRequest(415, 'The body must be application/json.');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new RefusedRequest(413, `More than ${MOST_BYTES} bytes.`);
    parts.push(part);
  }
  return parsed(Buffer.concat(parts).toString('utf8'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequest(400, 'The body is no JSON.');
  }
}

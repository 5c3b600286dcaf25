import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.js';

const MOST_BYTES = 16_384;

/** The JSON of a request's body; a `Failure` for what is too large or no JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw new Failure(415, 'NOT_JSON', 'Send application/json.');
  }
  return parse(await bytesOf(request));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = Number(request.headers['content-length'] ?? 0);
  if (size > MOST_BYTES) throw tooLarge();
  size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): Failure {
  return new Failure(413, 'TOO_LARGE', `A request may have ${MOST_BYTES} bytes.`);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Failure(400, 'BAD_JSON', 'The body is no JSON.');
  }
}

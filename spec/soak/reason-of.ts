import { APIConnectionError, APIConnectionTimeoutError } from 'openai';
import { CallTimeoutError } from 'rxllm';

/**
 * What an error says of the try that it ended, in one word: a status, `connection` (it broke), `no-answer` (the
 * client gave it up), `firstChunkTimeout` or `timeout` (rxllm did), or else what is not expected here.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof CallTimeoutError) return error.timeout;
  if (error instanceof APIConnectionTimeoutError) return 'no-answer';
  const { status, name, message } = error as { status?: number } & Error;
  if (typeof status === 'number') return String(status);
  // What undici says of a body that ends too early; the client hands it on as it is.
  const isCutShort = name === 'TypeError' && message === 'terminated';
  return error instanceof APIConnectionError || isCutShort ? 'connection' : `unexpected:${name}`;
}

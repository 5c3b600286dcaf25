import type { OpenAI } from 'openai';
import { dataIn } from './event-stream.js';
import { fieldIn } from './choice.js';
import { MalformedAnswerError } from './malformed-answer-error.js';

/** A stream as the client gives it, and the answer that it reads. */
export interface StreamedAnswer {
  /** Has read nothing yet. */
  readonly data: AsyncIterable<unknown>;
  readonly response: Partial<Pick<Response, 'body' | 'headers'>>;
}

type APIErrorClass = typeof OpenAI.APIError;

const END = '[DONE]';

/**
 * The chunks of a stream.
 *
 * Read here and not by the client, which looks at a line from its beginning with each part of it that comes, so
 * that one of 10 MB keeps the whole program for seconds, and which prints what it cannot parse. Where the
 * answer has no body that can be read, the client's own reading is as good.
 *
 * Errors with the client's `APIError` for an error event, and with `MalformedAnswerError` for what is no JSON.
 */
export async function* chunksOf(
  { data, response }: StreamedAnswer,
  client: OpenAI,
): AsyncGenerator {
  const { body, headers } = response;
  if (typeof body?.getReader !== 'function' || body.locked) {
    yield* data;
    return;
  }
  let hasEnded = false;
  for await (const text of dataIn(body)) {
    hasEnded ||= text.startsWith(END);
    if (hasEnded) continue; // to its end, so that the connection can be used again
    const chunk = parsed(text);
    const error = fieldIn(chunk, 'error');
    if (error) throw errorOf(error, headers, client);
    yield chunk;
  }
}

/**
 * The error that an answer holds, though its status was that of a success: as the client makes it.
 *
 * @internal
 */
export function errorOf(error: unknown, headers: Headers | undefined, client: OpenAI): unknown {
  const { APIError } = client.constructor as { readonly APIError?: APIErrorClass };
  if (APIError) return new APIError(undefined, error as object, undefined, headers);
  return Object.assign(new Error('the provider sent an error'), { error, headers });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedAnswerError('an event of its stream is no JSON');
  }
}

import type { OpenAI } from 'openai';
import { InvalidOptionError } from '../index.js';
import { fieldIn } from './choice.js';
import { MalformedAnswerError } from './malformed-answer-error.js';

/**
 * The client's error, unless its words hold what no error may: `Headers` quotes a key that cannot be sent, and
 * `JSON.parse` the beginning of an answer.
 *
 * @internal
 */
export function tellable(error: unknown, client: OpenAI): unknown {
  const name = fieldIn(error, 'name'); // of whatever realm
  if (name === 'SyntaxError') return new MalformedAnswerError('it is no JSON');
  const key = fieldIn(client, 'apiKey');
  const isQuoted = typeof key === 'string' && key !== '' && wordsOf(error).includes(key);
  if (name !== 'TypeError' || !isQuoted) return error;
  const allowed = 'a client whose apiKey has no line breaks and no control characters';
  return new InvalidOptionError('client', 'one whose apiKey cannot be sent', allowed);
}

function wordsOf(error: unknown): string {
  const message = fieldIn(error, 'message');
  return typeof message === 'string' ? message : '';
}

import type { ChatRequest } from '../chat-request.js';
import { textTokens } from '../../provider/index.js';
import { jsonAnswer } from './json-answer.js';
import { firstSentences, type PromptDocument, readDocument } from './prompt-document.js';
import { cut } from './shorten.js';

/** What the simulator answers to one prompt. */
export interface Answer {
  readonly text: string;
  /** Tokens of the text, a quarter of its characters. */
  readonly outputTokens: number;
  /** `'length'` when `max_tokens` cut it off. */
  readonly finishReason: 'stop' | 'length';
}

/** The most characters of a text in an answer; of an answer in JSON, the shorter ones if it must be shorter. */
const LENGTHS = [600, 240, 80, 24] as const;

/**
 * Answers a prompt with an extract of its last message of the user: the first sentences, without
 * marks of Markdown, badges, HTML and code; or JSON that conforms to the schema asked for.
 *
 * The same request has the same answer. `max_tokens` cuts a text where it is reached; an answer in
 * JSON is made shorter first, and is cut into pieces of JSON only where nothing shorter conforms.
 *
 * @internal
 */
export function answerTo({ prompt, format, maxTokens }: ChatRequest): Answer {
  const document = readDocument(prompt);
  const most = maxTokens ?? Infinity;
  const text =
    format.kind === 'text'
      ? firstSentences(document, LENGTHS[0])
      : jsonText(document, format.schema, most);
  return textTokens(text) <= most
    ? { text, outputTokens: textTokens(text), finishReason: 'stop' }
    : { text: cut(text, most * 4), outputTokens: most, finishReason: 'length' };
}

/** The longest JSON that `most` tokens hold, or the shortest there is. */
function jsonText(document: PromptDocument, schema: unknown, most: number): string {
  let text = '';
  for (const length of LENGTHS) {
    text = JSON.stringify(jsonAnswer(schema, document, length));
    if (textTokens(text) <= most) break;
  }
  return text;
}

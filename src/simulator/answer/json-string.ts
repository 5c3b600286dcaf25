import { type JsonObject, numberAt } from './json-schema.js';
import { firstSentences, type PromptDocument } from './prompt-document.js';
import { shorten } from './shorten.js';

const NAMES_A_TITLE = /title|name|headline|heading|subject|label/i;
const NAMES_KEYWORDS = /keyword|tag|topic/i;
/** The longest text that `minLength` can ask for. */
const LONGEST = 10_000;

/** One right value for each format that can be told without knowing more. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '127.0.0.1',
  ipv6: '::1',
};

/**
 * A title where the name speaks of one, keywords where it speaks of these, else the first sentences.
 *
 * @internal
 */
export function stringFor(
  schema: JsonObject,
  name: string,
  document: PromptDocument,
  length: number,
): string {
  const { format } = schema;
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return FORMATS[format] ?? '';
  return fitted(textFor(name, document, length), schema);
}

/**
 * `text` made as long as `minLength` and as short as `maxLength` ask.
 *
 * @internal
 */
export function fitted(text: string, schema: JsonObject): string {
  const least = Math.min(LONGEST, numberAt(schema, 'minLength', 0));
  const long = text.length < least ? `${text} `.repeat(Math.ceil(least / (text.length + 1))) : text;
  return shorten(
    long.slice(0, Math.max(least, text.length)),
    numberAt(schema, 'maxLength', LONGEST),
  );
}

function textFor(name: string, document: PromptDocument, length: number): string {
  if (NAMES_A_TITLE.test(name)) return shorten(document.title, length);
  if (NAMES_KEYWORDS.test(name)) return shorten(document.keywords.join(', '), length);
  return firstSentences(document, length);
}

import type { ChatMessage } from './chat-message.js';
import { loadTokenizer } from './load-tokenizer.js';
import { promptTokens } from './prompt-tokens.js';

/** Counts the tokens of a text: `countTokens` of one of gpt-tokenizer's encodings, or your own. */
export type TextCounter = (text: string, options: { disallowedSpecial: Set<string> }) => number;

/** The part of gpt-tokenizer that knows models: `{ 'gpt-4': 'cl100k_base', … }`. */
interface Mapping {
  readonly modelToEncodingMap: Readonly<Record<string, string | undefined>>;
}

const NEWEST_ENCODING = 'o200k_base';
const counters = new Map<string, TextCounter>();

/**
 * Counts the tokens of a chat as a prompt, exactly as the model does, with gpt-tokenizer.
 *
 * The tokens of each message's text, 4 for each message and 3 for the reply. The encoding is the model's
 * (`gpt-4`: cl100k_base; `gpt-4o`, `gpt-4.1`, `gpt-5`, the o-series and unknown models: o200k_base); names
 * with a date and of fine-tuned models (`ft:gpt-4:…`) count as their base. Pictures, sound and definitions of
 * tools count nothing.
 *
 * gpt-tokenizer is an optional peer dependency. Node loads an encoding when it is first needed, which takes
 * about 0.3 s and 90 MB. In a browser or a bundle give its counter as the third argument; the model then
 * decides nothing.
 *
 * @example
 * countTokens(
 *   [
 *     { role: 'system', content: 'You are a friendly bot' },
 *     { role: 'user', content: 'How are you?' },
 *   ],
 *   'gpt-4',
 * ); // 20
 *
 * @throws TokenizerMissingError where gpt-tokenizer is neither installed nor given.
 */
export function countTokens(
  messages: readonly ChatMessage[],
  model: string,
  counter: TextCounter = counterOf(model),
): number {
  // A prompt may quote `<|endoftext|>`; gpt-tokenizer would throw.
  const options = { disallowedSpecial: new Set<string>() };
  return promptTokens(messages, (text) => counter(text, options));
}

function counterOf(model: string): TextCounter {
  const encoding = encodingOf(model);
  const known = counters.get(encoding);
  if (known) return known;
  const loaded = loadTokenizer(`encoding/${encoding}`) as { readonly countTokens: TextCounter };
  counters.set(encoding, loaded.countTokens);
  return loaded.countTokens;
}

function encodingOf(model: string): string {
  const { modelToEncodingMap: encodings } = loadTokenizer('mapping') as Mapping;
  const base = model.replace(/^ft:([^:]*).*$/, '$1');
  const [longest] = Object.keys(encodings)
    .filter((name) => base === name || base.startsWith(`${name}-`))
    .sort((one, other) => other.length - one.length);
  return encodings[longest ?? ''] ?? NEWEST_ENCODING;
}

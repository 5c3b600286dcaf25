import type { OpenAI } from 'openai';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { type ChatMessage, countTokens } from '../../src/openai/index.js';

const SYSTEM: ChatMessage = { role: 'system', content: 'You are a friendly bot' };
/** A word that the encodings cut differently. */
const TAMIL: ChatMessage = { role: 'user', content: 'வணக்கம்' };
const OLDER = 11;
const NEWEST = 3;

describe('countTokens', () => {
  it('counts a system message and a question (case 8)', () => {
    expect(countTokens([SYSTEM, { role: 'user', content: 'How are you?' }], 'gpt-4')).toBe(20);
  });

  it('counts a chat of four messages (case 9)', () => {
    const chat: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'You are a friendly bot' },
      { role: 'user', content: 'I have 5 apples.' },
      { role: 'system', content: 'Great!' },
      { role: 'user', content: 'How many apples do you have?.' },
    ];

    expect(countTokens(chat, 'gpt-4')).toBe(39);
  });

  it('counts 3 for the reply where there is no message', () => {
    expect(countTokens([], 'gpt-4')).toBe(3);
  });

  it.each(['gpt-4', 'gpt-4-0613', 'gpt-4-32k-0613', 'gpt-3.5-turbo', 'ft:gpt-4-0613:org::id'])(
    'knows that %s has the older encoding',
    (model) => {
      expect(countTokens([TAMIL], model)).toBe(3 + 4 + OLDER);
    },
  );

  it.each(['gpt-4o', 'gpt-4.1-mini', 'gpt-5', 'o3', 'chatgpt-4o-latest', 'ft:gpt-4o:org::id', '?'])(
    'takes the newest encoding for %s',
    (model) => {
      expect(countTokens([TAMIL], model)).toBe(3 + 4 + NEWEST);
    },
  );

  it('counts a text that quotes a special token', () => {
    const quoting = { role: 'user', content: 'a <|endoftext|> b' };

    expect(countTokens([quoting], 'gpt-4')).toBe(3 + 4 + 8);
  });

  it('counts with the counter that it is given', () => {
    expect(countTokens([TAMIL], 'gpt-4', countO200k)).toBe(3 + 4 + NEWEST);
    expect(countTokens([TAMIL], 'gpt-4', (text) => text.length)).toBe(3 + 4 + 7);
  });
});

/**
 * Tokens of a text as OpenAI's limiter counts them: a quarter of its characters, rounded up.
 *
 * The rule was read off recorded headers (5,469 characters charged as 1,368: sample
 * `openai-completions-20ms-424ms`). It is not what a model's tokenizer would count.
 */
export function textTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/**
 * Tokens of a prompt: `textTokens` of each message, 4 more for each message and 3 for the answer's
 * start, as OpenAI's cookbook counts chats. The simulator charges and reports this same number.
 *
 * @example
 * promptTokens(['You are a friendly bot', 'How are you?']); // 20
 */
export function promptTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 4 + textTokens(text), 3);
}

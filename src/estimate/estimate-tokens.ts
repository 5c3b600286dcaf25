const CHARACTERS_PER_TOKEN = 4;

/**
 * Estimates the tokens of a text without a tokenizer: a quarter of its characters (UTF-16 units), rounded up.
 *
 * This is what OpenAI's own limiter charges when it lets a request in, to which it adds 1 to 7 tokens a
 * request (read off recorded headers: 5,469 characters were charged as 1,368). Within 26 % of a tokenizer on
 * prose and code; far too low on Chinese.
 *
 * @example
 * tokensOfText('How are you?'); // 3
 */
export function tokensOfText(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

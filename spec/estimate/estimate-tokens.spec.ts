import { tokensOfText } from '../../src/index.js';

describe('tokensOfText', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['four', 1],
    ['fiver', 2],
    ['你好', 1],
    ['😀😀😀', 2],
  ])('is a quarter of the characters, in UTF-16 units, rounded up: %j', (text, tokens) => {
    expect(tokensOfText(text)).toBe(tokens);
  });

  it.each([
    ['Azure, 2025, a chat', 23, 6],
    ['OpenAI, 2024, /completions without its max_tokens of 400', 5_469, 1_768 - 400],
  ])('is what a provider charged: %s', (_, characters, charged) => {
    expect(tokensOfText('x'.repeat(characters))).toBe(charged);
  });

  it.each([
    ['OpenAI, 2024, a chat without its 16 for the answer', 34, 26 - 16],
    ['OpenAI, embeddings', 94_967, 23_749],
  ])('is 1 to 7 less than what a provider charged: %s', (_, characters, charged) => {
    const tokens = tokensOfText('x'.repeat(characters));

    expect(charged - tokens).toBeGreaterThanOrEqual(1);
    expect(charged - tokens).toBeLessThanOrEqual(7);
  });
});

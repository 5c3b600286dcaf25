import { promptTokens, textTokens } from '../../src/provider/index.js';

describe('textTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['abcd', 1],
    ['abcde', 2],
    ['x'.repeat(5_469), 1_368],
  ])('is a quarter of the characters, rounded up', (text, tokens) => {
    expect(textTokens(text)).toBe(tokens);
  });
});

describe('promptTokens', () => {
  it.each([
    [[], 3],
    [['You are a friendly bot', 'How are you?'], 20],
  ])('adds four for each message and three for the answer: %j', (texts, tokens) => {
    expect(promptTokens(texts)).toBe(tokens);
  });
});

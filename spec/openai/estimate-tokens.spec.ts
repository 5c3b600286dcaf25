import { estimateTokens } from '../../src/openai/index.js';

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['four', 1],
    ['fiver', 2],
    ['x'.repeat(5_469), 1_368],
  ])('is a quarter of the characters, rounded up: %#', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  it('adds 4 for each message of a chat, and 3 for the reply', () => {
    expect(estimateTokens([])).toBe(3);
    expect(estimateTokens([{ role: 'user', content: 'How are you?' }])).toBe(3 + 4 + 3);
  });

  it('counts all text of a message and nothing else', () => {
    const image_url = { url: 'data:image/png;base64,AAAA' };
    const parts = [
      { type: 'text', text: 'four' } as const,
      { type: 'image_url', image_url } as const,
    ];
    const call = {
      type: 'function',
      id: 'c-1',
      function: { name: 'name', arguments: '{  }' },
    } as const;

    expect(estimateTokens([{ role: 'user', content: parts }])).toBe(3 + 4 + 1);
    expect(estimateTokens([{ role: 'assistant', tool_calls: [call] }])).toBe(3 + 4 + 2);
    expect(estimateTokens([{ role: 'assistant', content: null, refusal: 'fiver' }])).toBe(
      3 + 4 + 2,
    );
  });
});

import { sizeOf } from '../../src/queue/size-of.js';

describe('sizeOf', () => {
  it.each([
    [
      'its tokens, whatever else it takes',
      { requests: 3, tokens: 812, usd: 2, inputTokens: 5 },
      812,
    ],
    [
      'both kinds of tokens, where it tells them apart',
      { inputTokens: 700, outputTokens: 90 },
      790,
    ],
    ['the one kind that it names', { requests: 1, outputTokens: 90 }, 90],
    ['both kinds, where it has 0 tokens', { tokens: 0, inputTokens: 7 }, 7],
    ['its first unit that is not requests', { requests: 9, images: 4, usd: 2 }, 4],
    ['its first unit of which it takes something', { images: 0, usd: 2 }, 2],
    ['1 when it takes requests only, however many', { requests: 7 }, 1],
    ['1 when it takes nothing of anything', { requests: 0, tokens: 0, images: 0 }, 1],
    ['1 when it names nothing', {}, 1],
  ])('is %s', (_, cost, size) => {
    expect(sizeOf(cost)).toBe(size);
  });
});

import { costOf, orderedUnits, tokensOf, totalOf } from '../../../src/dashboard/page/amounts.js';

describe('tokensOf', () => {
  it.each([
    [{ tokens: 5, inputTokens: 3 }, 5],
    [{ inputTokens: 3, outputTokens: 4, requests: 9 }, 7],
    [{ requests: 9 }, null],
  ])('of %j are %s', (amounts, tokens) => {
    expect(tokensOf(amounts)).toBe(tokens);
  });
});

describe('costOf', () => {
  it('is what was counted in a currency', () => {
    expect(costOf({ tokens: 5, usd: 0.5 })).toEqual({ unit: 'usd', value: 0.5 });
  });

  it('is not known where no money was counted', () => {
    expect(costOf({ tokens: 5 })).toBeNull();
  });
});

describe('totalOf', () => {
  it('adds up each unit by itself', () => {
    expect(totalOf([{ tokens: 1, usd: 2 }, { tokens: 3 }, {}])).toEqual({ tokens: 4, usd: 2 });
  });
});

describe('orderedUnits', () => {
  it('has requests and tokens first, and money last', () => {
    const amounts = { usd: 1, pages: 1, tokens: 1, requests: 1, images: 1 };

    expect(orderedUnits(amounts)).toEqual(['requests', 'tokens', 'images', 'pages', 'usd']);
  });
});

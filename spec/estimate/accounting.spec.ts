import { type Accounting, ACCOUNTINGS, tokensOfText } from '../../src/index.js';

const NAMES = Object.keys(ACCOUNTINGS) as Accounting[];
const EXPECTED = { inputTokens: 300, maxOutputTokens: 500 };
const USED = { inputTokens: 280, outputTokens: 120 };
/** Of the 280, 200 came out of a cache. */
const CACHED = { ...USED, cachedTokens: 200 };

/** Tokens of a text of which only the length is told. */
const tokensOf = (characters: number) => tokensOfText('x'.repeat(characters));

describe('ACCOUNTINGS', () => {
  it('are those of the providers', () => {
    expect(NAMES).toEqual(['prompt+max', 'max', 'input', 'split', 'real']);
  });

  it.each<[Accounting, number, number, number, number]>([
    // accounting, tokens of: 300 + at most 500; 600 + at most 500; 300; 300, with 16 as the default
    ['prompt+max', 800, 1_100, 1_324, 316],
    ['max', 500, 600, 300, 300],
    ['input', 300, 600, 300, 300],
    ['split', 800, 1_100, 1_324, 316],
    ['real', 800, 1_100, 1_324, 316],
  ])('%s reserves tokens', (name, small, large, noMost, noMostOf16) => {
    const { reserve } = ACCOUNTINGS[name];

    expect(reserve(EXPECTED)['tokens']).toBe(small);
    expect(reserve({ ...EXPECTED, inputTokens: 600 })['tokens']).toBe(large);
    expect(reserve({ inputTokens: 300 })['tokens']).toBe(noMost);
    expect(reserve({ inputTokens: 300, defaultOutputTokens: 16 })['tokens']).toBe(noMostOf16);
  });

  describe.each(NAMES)('%s', (name) => {
    const { reserve, settle } = ACCOUNTINGS[name];

    it('reserves all units, so that any mixture of quotas works', () => {
      expect(reserve(EXPECTED)).toEqual({
        requests: 1,
        tokens: expect.any(Number),
        inputTokens: 300,
        outputTokens: 500,
      });
    });

    it('reserves 1,024 for an answer that nothing bounds, or what it is told', () => {
      expect(reserve({ inputTokens: 300 })['outputTokens']).toBe(1_024);
      expect(reserve({ inputTokens: 300, maxOutputTokens: undefined })['outputTokens']).toBe(1_024);
      expect(reserve({ inputTokens: 300, defaultOutputTokens: 0 })['outputTokens']).toBe(0);
    });

    it('reserves what the request says, also where it says 0', () => {
      const expected = { inputTokens: 300, maxOutputTokens: 0, defaultOutputTokens: 16 };

      expect(reserve(expected)).toMatchObject({ tokens: 300, outputTokens: 0 });
    });

    it('settles input and output to what was really used', () => {
      expect(settle(USED)).toMatchObject({ inputTokens: 280, outputTokens: 120 });
    });

    it('leaves the request as it is', () => {
      expect(settle(USED)).not.toHaveProperty('requests');
    });
  });

  it.each<[Accounting, number | undefined]>([
    ['prompt+max', undefined],
    ['max', undefined],
    ['input', 280],
    ['split', 400],
    ['real', 400],
  ])('%s settles tokens to %p', (name, tokens) => {
    const settled = ACCOUNTINGS[name].settle(USED);

    // A unit that is named is settled, so it must not even be there.
    expect('tokens' in settled).toBe(tokens !== undefined);
    expect(settled['tokens']).toBe(tokens);
  });

  it.each<[Accounting, number | undefined, number]>([
    ['prompt+max', undefined, 280],
    ['max', undefined, 280],
    ['input', 280, 280],
    ['split', 200, 80],
    ['real', 400, 280],
  ])('%s counts what a cache gave unless the provider does not', (name, tokens, inputTokens) => {
    const settled = ACCOUNTINGS[name].settle(CACHED);

    expect(settled).toMatchObject({ inputTokens, outputTokens: 120 });
    expect(settled['tokens']).toBe(tokens);
  });

  it.each<[string, Accounting, Parameters<typeof ACCOUNTINGS.real.reserve>[0], number]>([
    ['OpenAI, 2024, /completions', 'prompt+max', { inputTokens: tokensOf(5_469), maxOutputTokens: 400 }, 1_768], // prettier-ignore
    ['OpenAI, 2024, a chat, without 1 for its message', 'prompt+max', { inputTokens: tokensOf(34), defaultOutputTokens: 16 }, 26 - 1], // prettier-ignore
    ['Azure, 2025, a chat', 'prompt+max', { inputTokens: tokensOf(23), defaultOutputTokens: 0 }, 6],
    ['OpenAI, 2025, a chat', 'max', { inputTokens: tokensOf(45), maxOutputTokens: 10 }, 12],
    ['OpenAI, embeddings, without 7', 'max', { inputTokens: tokensOf(94_967) }, 23_749 - 7],
  ])('reserves what a provider was recorded to charge: %s', (_, name, expected, tokens) => {
    expect(ACCOUNTINGS[name].reserve(expected)['tokens']).toBe(tokens);
  });

  it('settles to what Mistral was recorded to charge', () => {
    const used = { inputTokens: 11, outputTokens: 96 };

    expect(ACCOUNTINGS.real.settle(used)).toEqual({ tokens: 107, ...used });
  });
});

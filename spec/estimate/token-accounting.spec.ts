import { firstValueFrom, Subject } from 'rxjs';
import {
  type Accounting,
  inputTokensPerMinute,
  InvalidOptionError,
  LLMService,
  outputTokensPerMinute,
  requestsPerMinute,
  tokenAccounting,
  type TokenAccountingOptions,
  type TokenCounts,
  tokensPerMinute,
} from '../../src/index.js';
import { errorOf } from '../support/error-of.js';

interface Chat {
  readonly prompt: string;
  readonly max_tokens?: number | null;
}

interface Answer {
  readonly usage?: TokenCounts;
}

const ASKED: Chat = { prompt: 'x'.repeat(1_000), max_tokens: 500 };
const USED: TokenCounts = { inputTokens: 240, outputTokens: 60 };
const QUOTAS = [
  requestsPerMinute(9),
  tokensPerMinute(9_000),
  inputTokensPerMinute(9_000),
  outputTokensPerMinute(9_000),
];
const textOf = ({ prompt }: Chat) => prompt;
const maxOutputTokensOf = ({ max_tokens }: Chat) => max_tokens;
const usageOf = ({ usage }: Answer) => usage;

/** What JavaScript may give as options. */
function accountingOf(options: unknown): unknown {
  return tokenAccounting(options as TokenAccountingOptions<Chat, Answer>);
}

describe('tokenAccounting', () => {
  it('counts prompt and most as the accounting says', () => {
    const { costOf } = tokenAccounting({ textOf, maxOutputTokensOf, usageOf });

    expect(costOf(ASKED)).toEqual({
      requests: 1,
      tokens: 750,
      inputTokens: 250,
      outputTokens: 500,
    });
  });

  it.each<[Accounting | undefined, number, number | undefined]>([
    [undefined, 750, 300],
    ['real', 750, 300],
    ['split', 750, 300],
    ['prompt+max', 750, undefined],
    ['max', 500, undefined],
    ['input', 250, 240],
  ])('with accounting %p reserves %p tokens and settles to %p', (accounting, before, after) => {
    const given = accounting && { accounting };
    const counting = tokenAccounting({ ...given, textOf, maxOutputTokensOf, usageOf });

    expect(counting.costOf(ASKED)['tokens']).toBe(before);
    expect(counting.usageOf({ usage: USED })?.['tokens']).toBe(after);
  });

  it('hands on what a cache gave', () => {
    const { usageOf: settled } = tokenAccounting({ accounting: 'split', textOf, usageOf });

    expect(settled({ usage: { ...USED, cachedTokens: 240 } })).toEqual({
      tokens: 60,
      inputTokens: 0,
      outputTokens: 60,
    });
  });

  it('counts the text as it is told to', () => {
    const countTokens = jest.fn(() => 77);
    const { costOf } = tokenAccounting({ textOf, countTokens, usageOf });

    expect(costOf(ASKED)).toMatchObject({ inputTokens: 77 });
    expect(countTokens.mock.calls).toEqual([[ASKED.prompt]]);
  });

  it('counts the request as it is told to', () => {
    const inputTokensOf = ({ prompt }: Chat) => prompt.length;
    const { costOf } = tokenAccounting({ inputTokensOf, usageOf });

    expect(costOf(ASKED)).toMatchObject({ inputTokens: 1_000 });
  });

  it.each([
    ['asks nothing', undefined, 1_024],
    ['is told another default', 16, 16],
    ['is told that nothing is written', 0, 0],
  ])('expects, where it %s and a request says no most', (_, defaultOutputTokens, tokens) => {
    const given = defaultOutputTokens === undefined ? {} : { defaultOutputTokens };
    const without = tokenAccounting({ ...given, textOf, usageOf });
    const silent = tokenAccounting({ ...given, textOf, maxOutputTokensOf, usageOf });

    expect(without.costOf(ASKED)['outputTokens']).toBe(tokens);
    expect(silent.costOf({ prompt: '' })['outputTokens']).toBe(tokens);
    expect(silent.costOf({ prompt: '', max_tokens: null })['outputTokens']).toBe(tokens);
  });

  it('keeps the estimate where a response does not say what was used', () => {
    const counting = tokenAccounting({ textOf, usageOf });

    expect(counting.usageOf({})).toBeUndefined();
  });
});

describe('a service with tokenAccounting', () => {
  it.each<[Accounting, number, number]>([
    ['real', 750, 300],
    ['max', 500, 500],
    ['prompt+max', 750, 750],
  ])('reserves and settles by %s', async (accounting, reserved, settled) => {
    const answers = new Subject<Answer>();
    const service = LLMService.of({
      modelName: 'm',
      quotas: QUOTAS,
      process: (_request: Chat) => answers,
      ...tokenAccounting({ accounting, textOf, maxOutputTokensOf, usageOf }),
    });
    const answered = service.callAsync(ASKED);

    expect(await firstValueFrom(service.usage$)).toEqual({
      requests: 1,
      tokens: reserved,
      inputTokens: 250,
      outputTokens: 500,
    });
    answers.next({ usage: USED });
    answers.complete();
    await answered;
    expect(await firstValueFrom(service.usage$)).toEqual({
      requests: 1,
      tokens: settled,
      ...USED,
    });
  });

  it('fails the call alone whose request cannot be counted', async () => {
    const service = LLMService.of({
      modelName: 'm',
      quotas: QUOTAS,
      process: async (_request: Chat): Promise<Answer> => ({}),
      ...tokenAccounting({ textOf, maxOutputTokensOf, usageOf }),
    });

    await expect(service.callAsync({ prompt: '', max_tokens: -1 })).rejects.toThrow(
      'rxllm: option maxOutputTokensOf(request) is -1; allowed: a finite number, 0 or more',
    );
    expect(await service.callAsync(ASKED)).toEqual({});
  });
});

describe('options of tokenAccounting', () => {
  it.each<[string, unknown]>([
    ['options is missing; allowed: an object', undefined],
    [
      "accounting is 'sum'; allowed: 'prompt+max', 'max', 'input', 'split', 'real'",
      { accounting: 'sum', textOf, usageOf },
    ],
    [
      "accounting is 'toString'; allowed: 'prompt+max', 'max', 'input', 'split', 'real'",
      { accounting: 'toString', textOf, usageOf },
    ],
    [
      "accounting is null; allowed: 'prompt+max', 'max', 'input', 'split', 'real'",
      { accounting: null, textOf, usageOf },
    ],
    ['textOf is missing; allowed: one of textOf and inputTokensOf', { usageOf }],
    [
      'textOf is given beside inputTokensOf; allowed: one of textOf and inputTokensOf',
      { textOf, inputTokensOf: () => 5, usageOf },
    ],
    [
      'countTokens is given beside inputTokensOf; allowed: it beside textOf',
      { inputTokensOf: () => 5, countTokens: () => 5, usageOf },
    ],
    ['usageOf is missing; allowed: a function', { textOf }],
    ['textOf is a text; allowed: a function', { textOf: 'prompt', usageOf }],
    ['inputTokensOf is 5; allowed: a function', { inputTokensOf: 5, usageOf }],
    ['countTokens is null; allowed: a function', { textOf, countTokens: null, usageOf }],
    ['maxOutputTokensOf is 5; allowed: a function', { textOf, maxOutputTokensOf: 5, usageOf }],
    [
      'defaultOutputTokens is NaN; allowed: a finite number, 0 or more',
      { textOf, defaultOutputTokens: NaN, usageOf },
    ],
    [
      'maxTokensOf is unknown; allowed: accounting, textOf, inputTokensOf, maxOutputTokensOf, ' +
        'countTokens, defaultOutputTokens, usageOf',
      { textOf, usageOf, maxTokensOf: () => 5 },
    ],
  ])('are refused when %s', (message, options) => {
    const error = errorOf(() => accountingOf(options));

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toHaveProperty('message', `rxllm: option ${message}`);
  });

  it('may be undefined', () => {
    const options = { accounting: undefined, inputTokensOf: undefined, countTokens: undefined };

    expect(() => accountingOf({ ...options, textOf, usageOf })).not.toThrow();
  });
});

describe('what functions give to tokenAccounting', () => {
  it.each<[string, object]>([
    ['inputTokensOf(request)', { inputTokensOf: (bad: unknown) => bad }],
    ['countTokens(text)', { textOf: () => '', countTokens: () => NaN }],
    ['maxOutputTokensOf(request)', { textOf: () => '', maxOutputTokensOf: (bad: unknown) => bad }],
  ])('is refused by name when %s is no count', (name, functions) => {
    for (const bad of [NaN, -1, Infinity, 'many', {}]) {
      const { costOf } = tokenAccounting({ ...functions, usageOf } as never);
      const error = errorOf(() => costOf(bad));

      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error).toMatchObject({ option: name, allowed: 'a finite number, 0 or more' });
    }
  });

  it.each([undefined, null, 5, ['text']])('is refused when the text is %p', (text) => {
    const { costOf } = tokenAccounting({ textOf: () => text as never, usageOf });

    expect(errorOf(() => costOf(ASKED))).toMatchObject({
      option: 'textOf(request)',
      allowed: 'a text',
    });
  });

  it.each([
    ['usageOf(response)', null],
    ['usageOf(response)', 5],
    ['usageOf(response).inputTokens', {}],
    ['usageOf(response).inputTokens', { ...USED, inputTokens: NaN }],
    ['usageOf(response).inputTokens', { ...USED, inputTokens: -1 }],
    ['usageOf(response).outputTokens', { inputTokens: 1 }],
    ['usageOf(response).outputTokens', { ...USED, outputTokens: Infinity }],
    ['usageOf(response).cachedTokens', { ...USED, cachedTokens: -1 }],
    ['usageOf(response).cachedTokens', { ...USED, cachedTokens: NaN }],
    ['usageOf(response).cachedTokens', { ...USED, cachedTokens: 241 }],
  ])('is refused by name: %s of %p', (option, given) => {
    const counting = tokenAccounting({ textOf, usageOf: () => given as never });
    const error = errorOf(() => counting.usageOf({}));

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option });
  });
});

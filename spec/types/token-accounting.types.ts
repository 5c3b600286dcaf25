// What `tokenAccounting` infers, alone and inside a service, and what must not compile: `tsc -p spec` is the test.
import { expectTypeOf } from 'expect-type';
import {
  type Accounting,
  ACCOUNTINGS,
  type AccountingRule,
  LLMService,
  tokenAccounting,
  type TokenAccounting,
  type TokenCounts,
  tokensOfText,
  type Usage,
} from '../../src/index.js';

interface Chat {
  readonly prompt: string;
  readonly max_tokens?: number | null;
}

interface Answer {
  readonly text: string;
  readonly usage?: TokenCounts;
}

const modelName = 'm';
const ask = async ({ prompt }: Chat): Promise<Answer> => ({ text: prompt });
const usageOf = ({ usage }: Answer) => usage;

// one function that says what a request is, and one that says what a response is, are enough

const counting = tokenAccounting({
  textOf: (request: Chat) => request.prompt,
  maxOutputTokensOf: (request) => {
    expectTypeOf(request).toEqualTypeOf<Chat>();
    return request.max_tokens;
  },
  countTokens: (text) => {
    expectTypeOf(text).toEqualTypeOf<string>();
    return text.length;
  },
  usageOf: (response: Answer) => response.usage,
});
expectTypeOf(counting).toEqualTypeOf<TokenAccounting<Chat, Answer>>();
expectTypeOf(counting.costOf).toEqualTypeOf<(request: Chat) => Usage>();
expectTypeOf(counting.usageOf).toEqualTypeOf<(response: Answer) => Usage | undefined>();

expectTypeOf(
  tokenAccounting({ inputTokensOf: ({ prompt }: Chat) => prompt.length, usageOf }),
).toEqualTypeOf<TokenAccounting<Chat, Answer>>();

// inside `of` the service's are those of `process`

const service = LLMService.of({
  modelName,
  process: ask,
  ...tokenAccounting({ textOf: (request: Chat) => request.prompt, usageOf }),
});
expectTypeOf(service).toEqualTypeOf<LLMService<Chat, Answer>>();

const inferred = LLMService.of({
  modelName,
  process: (request) => {
    expectTypeOf(request).toEqualTypeOf<Chat>();
    return ask(request);
  },
  ...tokenAccounting<Chat, Answer>({
    accounting: 'max',
    inputTokensOf: (request) => request.prompt.length,
    maxOutputTokensOf: (request) => request.max_tokens,
    defaultOutputTokens: 16,
    usageOf: (response) => response.usage,
  }),
});
expectTypeOf(inferred).toEqualTypeOf<LLMService<Chat, Answer>>();

// @ts-expect-error -- a request of `process` is not the one that is counted
LLMService.of({
  modelName,
  process: (prompt: string) => ask({ prompt }),
  ...tokenAccounting({ textOf: (request: Chat) => request.prompt, usageOf }),
});

// a subclass

class Counted extends LLMService<Chat, Answer> {
  private readonly counting = counting;

  protected process(request: Chat) {
    return ask(request);
  }

  protected override costOf(request: Chat) {
    return this.counting.costOf(request);
  }

  protected override usageOf(response: Answer) {
    return this.counting.usageOf(response);
  }
}
expectTypeOf(new Counted({ modelName }).callAsync({ prompt: 'a' })).toEqualTypeOf<
  Promise<Answer>
>();

// the rules by name

expectTypeOf<Accounting>().toEqualTypeOf<'prompt+max' | 'max' | 'input' | 'split' | 'real'>();
expectTypeOf(ACCOUNTINGS).toEqualTypeOf<Readonly<Record<Accounting, AccountingRule>>>();
expectTypeOf(tokensOfText).toEqualTypeOf<(text: string) => number>();

// options

const textOf = ({ prompt }: Chat) => prompt;
const inputTokensOf = ({ prompt }: Chat) => prompt.length;

// @ts-expect-error -- there is no such way of counting
tokenAccounting({ accounting: 'sum', textOf, usageOf });
// @ts-expect-error -- a prompt is counted by its text or otherwise
tokenAccounting({ usageOf });
// @ts-expect-error -- not in both ways
tokenAccounting({ textOf, inputTokensOf, usageOf });
// @ts-expect-error -- the text is not asked for, so nobody counts it
tokenAccounting({ inputTokensOf, countTokens: tokensOfText, usageOf });
// @ts-expect-error -- what was used is read from responses
tokenAccounting({ textOf });
// @ts-expect-error -- a text is a string
tokenAccounting({ textOf: ({ max_tokens }: Chat) => max_tokens, usageOf });
// @ts-expect-error -- usage is input and output
tokenAccounting({ textOf, usageOf: () => ({ tokens: 5 }) });
// @ts-expect-error -- no such option
tokenAccounting({ textOf, usageOf, maxTokensOf: () => 5 });

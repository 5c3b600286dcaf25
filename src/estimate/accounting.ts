import type { Usage } from '../usage/usage.js';

/** Tokens that a call is expected to take. */
export interface ExpectedTokens {
  /** Tokens of the prompt, as counted before it is sent. */
  readonly inputTokens: number;
  /** The most that the request lets an answer have. Undefined where it does not say. */
  readonly maxOutputTokens?: number | undefined;
  /** Tokens to expect of an answer where the request does not say. Default 1,024. */
  readonly defaultOutputTokens?: number | undefined;
}

/** Tokens that a call has really taken, as its response says. */
export interface TokenCounts {
  /** Tokens of the prompt, with those that came out of a cache. */
  readonly inputTokens: number;
  /** Tokens of the answer, with those of its reasoning. */
  readonly outputTokens: number;
  /** Of `inputTokens`, those that were read from a cache. Default 0. */
  readonly cachedTokens?: number | undefined;
}

/** One way of counting: what a call is charged before, and what that is corrected to after. */
export interface AccountingRule {
  /** What to reserve: `requests`, `tokens`, `inputTokens` and `outputTokens`, for whichever quotas there are. */
  readonly reserve: (expected: ExpectedTokens) => Usage;
  /** What to settle to; `tokens` is not named, and keeps its estimate, where a provider never corrects it. */
  readonly settle: (used: TokenCounts) => Usage;
}

/** Name of a way in which a provider counts tokens against its limits: see `ACCOUNTINGS`. */
export type Accounting = 'prompt+max' | 'max' | 'input' | 'split' | 'real';

const DEFAULT_OUTPUT_TOKENS = 1_024;

const REAL: AccountingRule = {
  reserve: (expected) => reserved(expected.inputTokens + outputOf(expected), expected),
  settle: ({ inputTokens, outputTokens }) => settled(inputTokens, outputTokens),
};

/**
 * How providers count tokens against their limits: the rules by name, read off recorded headers and documents.
 *
 * | name | providers | `tokens` reserved | `tokens` settled to |
 * |---|---|---|---|
 * | `prompt+max` | Azure, Cerebras, OpenAI in 2024 | prompt + the most an answer may have | never |
 * | `max` | OpenAI since 2025 | the larger of the two; without a most the prompt | never |
 * | `input` | Gemini | prompt | prompt |
 * | `split` | Anthropic | prompt + the most | prompt without what a cache gave, + answer |
 * | `real` | Mistral, Groq, others | prompt + the most | prompt + answer |
 *
 * All of them reserve the prompt as `inputTokens` and the most as `outputTokens`, and settle both to the real
 * ones. Where a request has no most, `defaultOutputTokens` stands for it. With `prompt+max` no number is
 * right for all: OpenAI took 16, Azure nothing, Cerebras takes all that the model can; so say it in requests.
 * Groq does not count what a cache gave: reduce `inputTokens` by it there.
 *
 * @example
 * const { reserve, settle } = ACCOUNTINGS['prompt+max'];
 * reserve({ inputTokens: 1_368, maxOutputTokens: 400 });
 * // { requests: 1, tokens: 1768, inputTokens: 1368, outputTokens: 400 }
 * settle({ inputTokens: 1_116, outputTokens: 400 }); // { inputTokens: 1116, outputTokens: 400 }
 */
export const ACCOUNTINGS: Readonly<Record<Accounting, AccountingRule>> = {
  'prompt+max': { reserve: REAL.reserve, settle: settledApart },
  max: {
    reserve: (expected) =>
      reserved(Math.max(expected.inputTokens, expected.maxOutputTokens ?? 0), expected),
    settle: settledApart,
  },
  input: {
    reserve: (expected) => reserved(expected.inputTokens, expected),
    settle: (used) => ({ tokens: used.inputTokens, ...settledApart(used) }),
  },
  split: {
    reserve: REAL.reserve,
    settle: ({ inputTokens, outputTokens, cachedTokens = 0 }) =>
      settled(inputTokens - cachedTokens, outputTokens),
  },
  real: REAL,
};

function outputOf({ maxOutputTokens, defaultOutputTokens }: ExpectedTokens): number {
  return maxOutputTokens ?? defaultOutputTokens ?? DEFAULT_OUTPUT_TOKENS;
}

function reserved(tokens: number, expected: ExpectedTokens): Usage {
  const { inputTokens } = expected;
  return { requests: 1, tokens, inputTokens, outputTokens: outputOf(expected) };
}

function settled(inputTokens: number, outputTokens: number): Usage {
  return { tokens: inputTokens + outputTokens, inputTokens, outputTokens };
}

function settledApart({ inputTokens, outputTokens }: TokenCounts): Usage {
  return { inputTokens, outputTokens };
}

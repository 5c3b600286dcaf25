import { InvalidOptionError } from '../errors.js';
import { shownName } from '../shown-name.js';
import { parseAmount, parseFunction, parseObject } from '../options/parse-value.js';
import { type Accounting, ACCOUNTINGS, type TokenCounts } from './accounting.js';

/** How to count a prompt: by its text, or in a way of your own. */
type InputCount<Request> =
  | {
      /** All text of a request that the provider reads. OpenAI charges 1 to 7 tokens a request besides. */
      readonly textOf: (request: Request) => string;
      /** Counts the tokens of that text. Default `tokensOfText`. */
      readonly countTokens?: (text: string) => number;
      readonly inputTokensOf?: undefined;
    }
  | {
      /** Counts the tokens of a request's prompt; instead of `textOf`. */
      readonly inputTokensOf: (request: Request) => number;
      readonly textOf?: undefined;
      readonly countTokens?: undefined;
    };

/** Options of `tokenAccounting`: `textOf` or `inputTokensOf`, `usageOf`, and what a provider needs of the rest. */
export type TokenAccountingOptions<Request, Response> = InputCount<Request> & {
  /** How the provider counts tokens against its limits. Default `'real'`. */
  readonly accounting?: Accounting;
  /** The most tokens that a request lets its answer have, for all answers together. Default: none said. */
  readonly maxOutputTokensOf?: (request: Request) => number | null | undefined;
  /**
   * Tokens to expect of an answer where a request says no most. Default 1,024, as with `OpenAIService`: less
   * where limits are small, as a call that is over a whole limit fails; 0 where nothing is written (embeddings).
   */
  readonly defaultOutputTokens?: number;
  /** Reads from a response the tokens really taken; undefined where it does not say, then the estimate stays. */
  readonly usageOf: (response: Response) => TokenCounts | undefined;
};

const KEYS = {
  accounting: true,
  textOf: true,
  inputTokensOf: true,
  maxOutputTokensOf: true,
  countTokens: true,
  defaultOutputTokens: true,
  usageOf: true,
} satisfies Record<keyof TokenAccountingOptions<never, never>, true>;

const FUNCTIONS = ['textOf', 'inputTokensOf', 'maxOutputTokensOf', 'countTokens'] as const;

/** @throws InvalidOptionError naming the option and what is allowed. */
export function checkTokenAccountingOptions<Request, Response>(
  options: TokenAccountingOptions<Request, Response>,
): void {
  const { accounting, defaultOutputTokens, usageOf } = parseObject('options', options);
  checkNames(options);
  if (accounting !== undefined) checkAccounting(accounting);
  checkOneOf({ ...options });
  parseFunction('usageOf', usageOf);
  for (const name of FUNCTIONS) {
    if (options[name] !== undefined) parseFunction(name, options[name]);
  }
  if (defaultOutputTokens !== undefined) parseAmount('defaultOutputTokens', defaultOutputTokens);
}

function checkNames(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(KEYS, name));
  if (unknown !== undefined)
    throw new InvalidOptionError(unknown, 'unknown', Object.keys(KEYS).join(', '));
}

function checkAccounting(accounting: Accounting): void {
  if (Object.hasOwn(ACCOUNTINGS, accounting)) return;
  const names = Object.keys(ACCOUNTINGS).map((name) => `'${name}'`);
  throw new InvalidOptionError('accounting', shownName(accounting), names.join(', '));
}

function checkOneOf(options: Readonly<Record<string, unknown>>): void {
  const { textOf, inputTokensOf, countTokens } = options;
  const allowed = 'one of textOf and inputTokensOf';
  if (textOf === undefined && inputTokensOf === undefined)
    throw new InvalidOptionError('textOf', 'missing', allowed);
  if (textOf !== undefined && inputTokensOf !== undefined)
    throw new InvalidOptionError('textOf', 'given beside inputTokensOf', allowed);
  if (countTokens !== undefined && textOf === undefined)
    throw new InvalidOptionError('countTokens', 'given beside inputTokensOf', 'it beside textOf');
}

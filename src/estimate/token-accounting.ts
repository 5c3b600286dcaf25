import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { isAmount } from '../options/is.js';
import { parseAmount, parseObject } from '../options/parse-value.js';
import type { Usage } from '../usage/usage.js';
import { ACCOUNTINGS, type TokenCounts } from './accounting.js';
import { tokensOfText } from './estimate-tokens.js';
import {
  checkTokenAccountingOptions,
  type TokenAccountingOptions,
} from './token-accounting-options.js';

/** What a service counts by: to be spread into the options of `LLMService.of`, or called in a subclass. */
export interface TokenAccounting<Request, Response> {
  /** Estimates, before, what a call takes, in `requests`, `tokens`, `inputTokens` and `outputTokens`. */
  readonly costOf: (request: Request) => Usage;
  /** Reads, after, what to settle that to; undefined where a response does not say. */
  readonly usageOf: (response: Response) => Usage | undefined;
}

/**
 * Makes `costOf` and `usageOf` of a service whose provider limits tokens, by the way in which it counts them.
 *
 * Say how to read the prompt, the most that an answer may have, and what a response says of its usage; what
 * follows of it for each quota is the accounting's (see `ACCOUNTINGS`). Of `usageOf`, `inputTokens` contain
 * the `cachedTokens`: Anthropic tells them apart, so add them up.
 *
 * @example
 * const service = LLMService.of({
 *   modelName: 'gpt-4o',
 *   quotas: [requestsPerMinute(500), tokensPerMinute(30_000)],
 *   process: (request: Chat): Promise<Answer> => ask(request),
 *   ...tokenAccounting({
 *     accounting: 'max',
 *     textOf: (request: Chat) => request.prompt,
 *     maxOutputTokensOf: (request) => request.max_tokens,
 *     usageOf: ({ usage }: Answer) => ({
 *       inputTokens: usage.prompt_tokens,
 *       outputTokens: usage.completion_tokens,
 *     }),
 *   }),
 * });
 *
 * @throws InvalidOptionError naming the option and what is allowed. `costOf` and `usageOf` throw it for a
 * count that is negative or not finite, naming the function that gave it.
 */
export function tokenAccounting<Request, Response>(
  options: TokenAccountingOptions<Request, Response>,
): TokenAccounting<Request, Response> {
  checkTokenAccountingOptions(options);
  const { accounting = 'real', defaultOutputTokens, usageOf } = options;
  const { reserve, settle } = ACCOUNTINGS[accounting];
  const inputTokensOf = inputCounter(options);
  return {
    costOf: (request) =>
      reserve({
        inputTokens: inputTokensOf(request),
        maxOutputTokens: maxOutputTokens(options, request),
        defaultOutputTokens,
      }),
    usageOf: (response) => {
      const counts = usageOf(response);
      return counts === undefined ? undefined : settle(checkedCounts(counts));
    },
  };
}

function inputCounter<Request, Response>(
  options: TokenAccountingOptions<Request, Response>,
): (request: Request) => number {
  const { textOf, inputTokensOf, countTokens = tokensOfText } = options;
  if (!textOf) return (request) => parseAmount('inputTokensOf(request)', inputTokensOf(request));
  return (request) => {
    const text: unknown = textOf(request);
    if (typeof text !== 'string')
      throw new InvalidOptionError('textOf(request)', kindOf(text), 'a text');
    return parseAmount('countTokens(text)', countTokens(text));
  };
}

function maxOutputTokens<Request, Response>(
  { maxOutputTokensOf }: TokenAccountingOptions<Request, Response>,
  request: Request,
): number | undefined {
  const most = maxOutputTokensOf?.(request) ?? undefined;
  return most === undefined ? undefined : parseAmount('maxOutputTokensOf(request)', most);
}

function checkedCounts(counts: TokenCounts): TokenCounts {
  const { inputTokens, outputTokens, cachedTokens = 0 } = parseObject('usageOf(response)', counts);
  parseAmount('usageOf(response).inputTokens', inputTokens);
  parseAmount('usageOf(response).outputTokens', outputTokens);
  if (isAmount(cachedTokens) && cachedTokens <= inputTokens) return counts;
  const allowed = 'a number from 0 to inputTokens, which contain it';
  throw new InvalidOptionError('usageOf(response).cachedTokens', kindOf(cachedTokens), allowed);
}

import type { OpenAI } from 'openai';
import type { Usage } from '../index.js';
import { fieldIn } from './choice.js';
import { isTokens } from './told-tokens.js';

/** What `OpenAIService` tells the `usageTracker` of a request. */
export interface OpenAIResponse {
  /** Tokens of the prompt and of the answer. */
  readonly usage: OpenAI.CompletionUsage;
  /** Set where the provider told no usage, so that it was counted here: a stream was cancelled or broke. */
  readonly estimated?: true;
  /** In US dollars, where the service has a price of its model. */
  readonly cost?: number;
}

/**
 * Adds an answer's usage to what was used so far: the parser to make a `UsageTracker` with.
 *
 * It counts `requests`, `prompt_tokens`, `response_tokens`, and `cost` in US dollars where the response has
 * one. A completion of the `openai` client is as good a response; without `usage` it counts as a request, and so
 * does one whose usage is no number of tokens.
 *
 * @example
 * const usageTracker = new UsageTracker('report.md', parseOpenAIResponse);
 * await service.callAsync({ messages, usageTracker }, { label: 'summary' });
 * usageTracker.totals; // { 'gpt-4o': { requests: 1, prompt_tokens: 100, response_tokens: 10 } }
 */
export function parseOpenAIResponse(
  current: Usage,
  { usage, cost }: { readonly usage?: OpenAI.CompletionUsage; readonly cost?: number },
): Usage {
  return {
    ...current,
    requests: (current['requests'] ?? 0) + 1,
    prompt_tokens: (current['prompt_tokens'] ?? 0) + tokensIn(usage, 'prompt_tokens'),
    response_tokens: (current['response_tokens'] ?? 0) + tokensIn(usage, 'completion_tokens'),
    ...(cost !== undefined && { cost: (current['cost'] ?? 0) + cost }),
  };
}

function tokensIn(usage: unknown, name: keyof OpenAI.CompletionUsage): number {
  const tokens = fieldIn(usage, name);
  return isTokens(tokens) ? tokens : 0;
}

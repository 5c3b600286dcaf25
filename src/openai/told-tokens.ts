import type { OpenAI } from 'openai';
import { fieldIn } from './choice.js';

/** A hundred times what the largest model of today can read and write in one call. */
const MOST = 1e9;

/**
 * Whether a provider can mean that so many tokens were taken by one call: what is not a number, negative, or
 * beyond all models says nothing.
 *
 * @internal
 */
export function isTokens(tokens: unknown): tokens is number {
  return typeof tokens === 'number' && tokens >= 0 && tokens <= MOST;
}

/**
 * How many tokens of the prompt a cache gave: never more than there were.
 *
 * @internal
 */
export function cachedTokensOf(
  usage: Pick<OpenAI.CompletionUsage, 'prompt_tokens' | 'prompt_tokens_details'>,
): number {
  const cached = fieldIn(usage.prompt_tokens_details, 'cached_tokens');
  return isTokens(cached) ? Math.min(cached, usage.prompt_tokens) : 0;
}

import type { OpenAI } from 'openai';
import { cachedTokensOf } from './told-tokens.js';

/** What a model's tokens cost, in US dollars. */
export interface Price {
  /** For a million tokens of the prompt. */
  readonly inputPerMillion: number;
  /** For a million of them that came from the provider's cache. Default `inputPerMillion`. */
  readonly cachedInputPerMillion?: number;
  /** For a million tokens of the answer; those spent on reasoning are among them. */
  readonly outputPerMillion: number;
}

/** Prices by model: `{ 'gpt-4o': { inputPerMillion: 2.5, outputPerMillion: 10 } }`. */
export type Prices = Readonly<Record<string, Price>>;

type ChargedUsage = Omit<OpenAI.CompletionUsage, 'total_tokens'>;

const MILLION = 1_000_000;

/**
 * What the usage costs, in US dollars.
 *
 * @internal
 */
export function costInUsd(usage: ChargedUsage, price: Price): number {
  const { inputPerMillion, cachedInputPerMillion = inputPerMillion, outputPerMillion } = price;
  const cached = cachedTokensOf(usage);
  const uncached = usage.prompt_tokens - cached;
  const input = uncached * inputPerMillion + cached * cachedInputPerMillion;
  return (input + usage.completion_tokens * outputPerMillion) / MILLION;
}

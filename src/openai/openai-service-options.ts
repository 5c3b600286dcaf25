import type { OpenAI } from 'openai';
import type { Accounting, LLMServiceOptions } from '../index.js';
import type { ChatMessage } from './chat-message.js';
import type { Prices } from './price.js';

/** Options of `OpenAIService`. Without any limits `rateLimit` is 1,000 tokens; `quotas: []` sets none. */
export interface OpenAIServiceOptions extends LLMServiceOptions {
  /** The client that sends: an `OpenAI`, an `AzureOpenAI`, or one with the base URL of another provider. */
  readonly client: OpenAI;
  /** Counts a prompt's tokens before it is sent: `countTokens` for exact numbers. Default `estimateTokens`. */
  readonly countTokens?: (messages: readonly ChatMessage[], model: string) => number;
  /**
   * Tokens to reserve for an answer where the request has neither `max_completion_tokens` nor `max_tokens`.
   * Default 1,024, but at most a tenth of the smallest limit on tokens, so that some calls fit side by side.
   */
  readonly maxOutputTokens?: number;
  /**
   * How the provider counts tokens against its limits, see `ACCOUNTINGS`. Default by the client's host: `'max'`
   * for OpenAI, `'prompt+max'` for Azure, GitHub Models and Cerebras, `'input'` for Gemini, `'real'` for others,
   * and over `rateLimit` and `rateTracker`.
   */
  readonly accounting?: Accounting;
  /** Prices by model, for `cost` in usage trackers and quotas in `usd`. Default: none, then no cost is told. */
  readonly prices?: Prices;
}

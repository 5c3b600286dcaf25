import type { OpenAI } from 'openai';
import type { Usage } from '../index.js';
import { tokensOfCharacters } from './estimate-tokens.js';
import type { OpenAIResponse } from './parse-openai-response.js';
import { costInUsd, type Price } from './price.js';
import { tokenUsage } from './token-usage.js';

/** What one call's usage is made of, and who hears of it. */
export interface CallUsageParts {
  /** Tokens of the prompt, as counted before it was sent. */
  readonly promptTokens: number;
  /** Whether the prompt stays charged as counted, whatever the provider says and however the call fails. */
  readonly keepsPromptCount: boolean;
  readonly price: Price | undefined;
  /** Tells the reservation what was used so far. */
  readonly report: (usage: Usage) => void;
  /** Tells the usage tracker of the request, once the call has ended. */
  readonly record: (response: OpenAIResponse) => void;
}

/**
 * What one call uses, step by step: however the call ends, its reservation is settled to the latest step.
 *
 * ```text
 * sent                        nothing is known: the estimate stays
 * refused (4xx)               the prompt: it counts against the limit, though nothing was written
 * failed (5xx, no connection) nothing is known: the provider may have counted it all
 * being answered              the prompt, and the text so far
 * answered                    what the provider says
 * ```
 */
export class CallUsage {
  private isBeingAnswered = false;
  private characters = 0;
  private told: OpenAI.CompletionUsage | undefined;

  constructor(private readonly parts: CallUsageParts) {}

  /** The answer has begun. */
  began(): void {
    this.isBeingAnswered = true;
    this.report();
  }

  /** Text has come. */
  received(text: string): void {
    this.characters += text.length;
    this.report();
  }

  /** The provider has said what was used; where it says nothing, or nonsense, the count stays. */
  heard(usage: OpenAI.CompletionUsage | null | undefined): void {
    if (!usage || !isAmount(usage.prompt_tokens) || !isAmount(usage.completion_tokens)) return;
    this.told = usage;
    this.report();
  }

  failed(error: unknown): void {
    const { promptTokens, keepsPromptCount, report } = this.parts;
    if (this.isBeingAnswered) return;
    if (keepsPromptCount || isRefused(error)) report(tokenUsage(promptTokens, 0, 0));
  }

  /** An answer, or what there is of it, has ended. */
  ended(): void {
    const { usage, cost } = this;
    this.parts.record({
      usage,
      ...(!this.told && { estimated: true }),
      ...(cost !== undefined && { cost }),
    });
  }

  private report(): void {
    const { prompt_tokens, completion_tokens } = this.usage;
    const { keepsPromptCount, promptTokens } = this.parts;
    const input = keepsPromptCount ? promptTokens : prompt_tokens;
    this.parts.report(tokenUsage(input, completion_tokens, this.cost));
  }

  private get usage(): OpenAI.CompletionUsage {
    if (this.told) return this.told;
    const prompt_tokens = this.parts.promptTokens;
    const completion_tokens = tokensOfCharacters(this.characters);
    return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  }

  private get cost(): number | undefined {
    return this.parts.price && costInUsd(this.usage, this.parts.price);
  }
}

function isAmount(tokens: unknown): boolean {
  return typeof tokens === 'number' && tokens >= 0 && tokens < Infinity;
}

/** A request that the provider did not take: nothing was written for it. */
function isRefused(error: unknown): boolean {
  const { status } = (error ?? {}) as { readonly status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500;
}

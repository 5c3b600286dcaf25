import type { OpenAI } from 'openai';
import type { TokenCounts, Usage } from '../index.js';
import { fieldIn } from './choice.js';
import { tokensOfCharacters } from './estimate-tokens.js';
import type { OpenAIResponse } from './parse-openai-response.js';
import { costInUsd, type Price } from './price.js';
import { cachedTokensOf, isTokens } from './told-tokens.js';

/** What one call's usage is made of, and who hears of it. */
export interface CallUsageParts {
  /** Tokens of the prompt, as counted before it was sent. */
  readonly promptTokens: number;
  /** Whether the prompt stays charged as counted, whatever the provider says and however the call fails. */
  readonly keepsPromptCount: boolean;
  readonly price: Price | undefined;
  /** What of the tokens is to be charged, as the provider counts them. */
  readonly settle: (counts: TokenCounts) => Usage;
  /** Tells the reservation what was used so far, and whether the provider has said so. */
  readonly report: (usage: Usage, isEstimated: boolean) => void;
  /** Tells the usage tracker of the request, once the call has ended. */
  readonly record: (response: OpenAIResponse) => void;
}

/**
 * What one call uses, step by step: however the call ends, its reservation is settled to the latest step.
 *
 * ```text
 * sent                        nothing is known: the estimate stays
 * failed                      nothing is known: what stays charged is decided by the kind of failure
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
  heard(usage: unknown): void {
    if (!isUsage(usage)) return;
    this.told = usage;
    this.report();
  }

  /** Before there was an answer; after that what there is of it counts. */
  failed(): void {
    const { promptTokens, keepsPromptCount, settle, report } = this.parts;
    if (this.isBeingAnswered || !keepsPromptCount) return;
    report(settle({ inputTokens: promptTokens, outputTokens: 0 }), true);
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
    const { cost } = this;
    const usage = this.parts.settle(this.counts);
    this.parts.report(cost === undefined ? usage : { ...usage, usd: cost }, !this.told);
  }

  private get counts(): TokenCounts {
    const { usage } = this;
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
    const { keepsPromptCount, promptTokens } = this.parts;
    if (keepsPromptCount) return { inputTokens: promptTokens, outputTokens };
    return { inputTokens, outputTokens, cachedTokens: cachedTokensOf(usage) };
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

function isUsage(usage: unknown): usage is OpenAI.CompletionUsage {
  return ['prompt_tokens', 'completion_tokens'].every((name) => isTokens(fieldIn(usage, name)));
}

/**
 * What an admitted request can be charged.
 *
 * - `real`: prompt and answer as they turn out, corrected when the answer is cut off
 * - `prompt+max`: prompt and `max_tokens`, never corrected, as OpenAI in 2024, Azure and Cerebras
 * - `max`: the larger of prompt and `max_tokens`, never corrected, as OpenAI in 2026
 */
export const CHARGE_MODES = ['real', 'prompt+max', 'max'] as const;

/** Name of a way to charge. */
export type ChargeMode = (typeof CHARGE_MODES)[number];

/** What OpenAI took for a missing `max_tokens` in 2024 (recorded in its rate-limit headers). */
const DEFAULT_MAX_TOKENS = 16;

/** @internal */
export function tokensToCharge(
  mode: ChargeMode,
  tokens: { promptTokens: number; outputTokens: number; maxTokens?: number },
): number {
  const { promptTokens, outputTokens, maxTokens } = tokens;
  if (mode === 'real') return promptTokens + outputTokens;
  if (mode === 'max') return Math.max(promptTokens, maxTokens ?? 0);
  return promptTokens + (maxTokens ?? DEFAULT_MAX_TOKENS);
}

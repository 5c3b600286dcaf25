import type { Usage } from '../index.js';

/** Tokens of a prompt and of its answer in the units of quotas, and what they cost where that is known. */
export function tokenUsage(input: number, output: number, usd: number | undefined): Usage {
  return {
    tokens: input + output,
    inputTokens: input,
    outputTokens: output,
    ...(usd !== undefined && { usd }),
  };
}

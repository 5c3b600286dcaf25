import type { Usage } from 'rxllm';

/** Of the prompt and the answer together. */
export function tokensIn(usage: Usage): number {
  return usage['tokens'] ?? 0;
}

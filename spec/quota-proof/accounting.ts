import { tokenAccounting, type Usage } from '../../src/index.js';
import type { ChargeMode } from '../../src/simulator/index.js';
import type { ProofRequest } from './workload.js';

/** What a client is answered. */
export interface Answer {
  readonly request: ProofRequest;
  readonly outputTokens: number;
}

/** What a client reserves before a request is sent, and what it settles to after. */
export interface Accounting {
  readonly costOf: (request: ProofRequest) => Usage;
  /** Undefined where the reservation stands. */
  readonly usageOf: (answer: Answer) => Usage | undefined;
}

/** The accounting that fits a provider which charges in this way: rxllm's of the same name. */
export function accountingOf(charge: ChargeMode): Accounting {
  return tokenAccounting({
    accounting: charge,
    inputTokensOf: ({ promptTokens }: ProofRequest) => promptTokens,
    maxOutputTokensOf: ({ maxTokens }) => maxTokens,
    usageOf: ({ request, outputTokens }: Answer) => ({
      inputTokens: request.promptTokens,
      outputTokens,
    }),
  });
}

import type { SimulatedRequest } from '../../src/simulator/index.js';
import { fork, type Random } from '../../src/provider/random.js';

/** A request whose `max_tokens` is always sent. */
export interface ProofRequest extends SimulatedRequest {
  readonly maxTokens: number;
}

const PROMPT_TOKENS = [200, 3000] as const;
const MAX_TOKENS = 1024;
const MEAN_OUTPUT_TOKENS = 200;

/** What an average request of `workload` is charged where real tokens count: 1,600 and about 199. */
export const MEAN_REAL_TOKENS = 1799;

/** How long answers are: each gives a length for chances from 0 to 1. */
const LENGTHS = {
  exponential: (draw: Random) => Math.ceil(-MEAN_OUTPUT_TOKENS * Math.log(1 - draw())),
  /** Of one in ten it is 50 times that of the others. */
  bimodal: (draw: Random) => (draw() < 0.905 ? 20 : 1_000),
  lognormal: (draw: Random) => {
    const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    return Math.ceil(120 * Math.exp(normal));
  },
} satisfies Record<string, (draw: Random) => number>;

/** Name of a way in which the lengths of answers are spread. */
export type AnswerLengths = keyof typeof LENGTHS;

/**
 * Requests without end, the same for the same seed: prompts of 200 to 3,000 tokens, each length as
 * likely as any other; `max_tokens` 1,024; answers of 1 to 1,024 tokens whose lengths fall off
 * exponentially, 200 in the mean before they are cut at 1,024, or as `answers` says.
 */
export function workload(seed: number, answers: AnswerLengths = 'exponential'): () => ProofRequest {
  const draw = fork(seed)();
  const [least, most] = PROMPT_TOKENS;
  return () => ({
    promptTokens: least + Math.floor((most - least + 1) * draw()),
    outputTokens: Math.min(MAX_TOKENS, LENGTHS[answers](draw) || 1),
    maxTokens: MAX_TOKENS,
  });
}

import type { QuotaState } from '../index.js';
import type { OpenAIRequest } from './openai-request.js';

const DEFAULT_OUTPUT_TOKENS = 1_024;
const SHARE_OF_LIMIT = 0.1;
const UNITS = ['tokens', 'outputTokens'];

/** How many tokens to reserve for an answer. */
export interface OutputBound {
  /** What the request, or the service, says; for each of `n` answers. */
  readonly maxOutputTokens?: number;
  /** What to expect where nobody says. */
  readonly defaultOutputTokens: number;
}

/**
 * How many tokens to reserve for an answer.
 *
 * What the request or the service says is taken as it is, for each of `n` answers: a provider charges it
 * in full, and refuses what is over its limit. Where nobody says, a guess must not stop a small limit.
 */
export function outputBound(
  request: OpenAIRequest,
  maxOutputTokens: number | undefined,
  quotas: readonly QuotaState[],
): OutputBound {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- other providers know no newer name
  const said = request.max_completion_tokens ?? request.max_tokens ?? maxOutputTokens;
  const answers = request.n ?? 1;
  const limits = quotas.filter(({ unit }) => UNITS.includes(unit)).map(({ limit }) => limit);
  const shares = limits.map((limit = Infinity) => Math.floor(limit * SHARE_OF_LIMIT));
  const defaultOutputTokens = Math.min(DEFAULT_OUTPUT_TOKENS * answers, ...shares);
  return { defaultOutputTokens, ...(said !== undefined && { maxOutputTokens: said * answers }) };
}

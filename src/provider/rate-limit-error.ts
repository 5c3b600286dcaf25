import { goDuration } from './go-duration.js';
import { openAIError, type OpenAIErrorBody } from './openai-error.js';

/** What stands behind a refusal, in the numbers of the limit that refused. */
export interface Refusal {
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly used: number;
  readonly requested: number;
  readonly windowMs: number;
  /** Whole ms until it fits; `Infinity` when it never does. */
  readonly waitMs: number;
}

const LEARN_MORE = 'Visit https://platform.openai.com/account/rate-limits to learn more.';

/**
 * The body of OpenAI's 429, word for word as in sample `openai-429-message-only`; for a request that
 * can never fit, as OpenAI words "Request too large".
 *
 * @internal
 */
export function rateLimitError(model: string, refusal: Refusal): OpenAIErrorBody {
  const { unit, limit, used, requested, waitMs } = refusal;
  const never = waitMs === Infinity;
  const subject =
    `${never ? 'Request too large' : 'Rate limit reached'} for ${model} ` +
    `in organization org-simulator on ${unit} per ${windowName(refusal)}: Limit ${limit}, `;
  const message = never
    ? `${subject}Requested ${requested}. The input or output tokens must be reduced in order to run successfully.`
    : `${subject}Used ${used}, Requested ${requested}. Please try again in ${goDuration(waitMs)}.`;
  return openAIError(`${message} ${LEARN_MORE}`, unit, 'rate_limit_exceeded');
}

/**
 * The body of a 429 that was injected: it names no numbers, since no limit was reached.
 *
 * @internal
 */
export function injectedRateLimitError(model: string, waitMs?: number): OpenAIErrorBody {
  const when = waitMs === undefined ? 'later' : `in ${goDuration(waitMs)}`;
  const message = `Rate limit reached for ${model} in organization org-simulator. Please try again ${when}.`;
  return openAIError(`${message} ${LEARN_MORE}`, 'requests', 'rate_limit_exceeded');
}

function windowName({ unit, windowMs }: Refusal): string {
  const short = unit === 'requests' ? 'RP' : 'TP';
  if (windowMs === 60_000) return `min (${short}M)`;
  return windowMs === 86_400_000 ? `day (${short}D)` : goDuration(windowMs);
}

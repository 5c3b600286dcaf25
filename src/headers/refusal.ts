import type { RateLimit } from './rate-limit.js';
import type { RateLimitReading } from './rate-limit-reading.js';
import type { Said } from './said.js';
import { shortageIn } from './shortage.js';

/** What to do about an answer. */
export type Refusal = Pick<RateLimitReading, 'shouldPause' | 'retryable'>;

const BUSY: readonly number[] = [429, 503, 529];
const PASSING: readonly number[] = [408, 409, ...BUSY];
const FINAL: readonly number[] = [402, 413];

// Codes, not sentences: Gemini's passing refusal has the words of OpenAI's final one.
const FINAL_CODE =
  /\b(?:insufficient_(?:quota|balance|credits)|billing_(?:error|hard_limit_reached|not_active)|enforced_spend_limit_reached|request_too_large)\b|\brequest too large\b|\blimit: 0(?!\.?\d)/i;
const GONE_FOR_TODAY = /PerDay|free-models-per-day/;

/**
 * Tells refusals that pass from those that do not.
 *
 * Final, so that neither a pause nor a retry helps: no money left, a spend limit, a request larger than its
 * limit, a limit of 0 (the model is not in the plan). Gone for the day, so that others should wait but this
 * one cannot: Gemini's `…PerDay…` quotas, whatever their `retryDelay` says, and OpenRouter's free models.
 */
export function refusalOf(said: Said, limits: readonly RateLimit[]): Refusal {
  if (!(said.status >= 400) || isFinal(said, limits))
    return { shouldPause: false, retryable: false };
  const shouldPause = isRefusal(said);
  if (shouldPause && GONE_FOR_TODAY.test(said.body.text)) return { shouldPause, retryable: false };
  return { shouldPause, retryable: isRetryable(said) };
}

/** Whether the provider had no room for the request: its own quota is used up, or the provider is overloaded. */
export function isRefusal({ status }: Said): boolean {
  return BUSY.includes(status);
}

/** Whether waiting cannot help. */
export function isFinal({ status, body }: Said, limits: readonly RateLimit[]): boolean {
  if (FINAL.includes(status) || FINAL_CODE.test(body.text)) return true;
  const shortage = shortageIn(body.text);
  if (shortage?.requested && shortage.requested > shortage.limit) return true;
  return status === 429 && limits.some(({ limit }) => limit === 0);
}

function isRetryable({ status, headers }: Said): boolean {
  switch (headers.get('x-should-retry')?.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return PASSING.includes(status) || (status >= 500 && status < 600);
  }
}

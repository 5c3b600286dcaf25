import type { FailureKind, RateLimit, RateLimitReading } from '../index.js';
import type { Said } from './said.js';
import { shortageIn } from './shortage.js';

/** What to do about an answer. */
export type Refusal = Pick<RateLimitReading, 'shouldPause' | 'retryable'>;

const BUSY: readonly number[] = [429, 503, 529];
const PASSING: readonly number[] = [408, 409, ...BUSY];

// Codes, not sentences: Gemini's passing refusal has the words of OpenAI's final one.
const NO_QUOTA =
  /\b(?:insufficient_(?:quota|balance|credits)|billing_(?:error|hard_limit_reached|not_active)|enforced_spend_limit_reached)\b|\blimit: 0(?!\.?\d)/i;
const TOO_LARGE = /\brequest(?:_too_| too )large\b/i;
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
  if (shouldPause && isGoneForToday(said)) return { shouldPause, retryable: false };
  return { shouldPause, retryable: isRetryable(said) };
}

/** Whether the provider had no room for the request: its own quota is used up, or the provider is overloaded. */
export function isRefusal({ status }: Said): boolean {
  return BUSY.includes(status);
}

/** Whether the quota of a day is used up, whatever wait is told. */
export function isGoneForToday({ body }: Said): boolean {
  return GONE_FOR_TODAY.test(body.text);
}

/** Whether waiting cannot help. */
export function isFinal(said: Said, limits: readonly RateLimit[]): boolean {
  return finalKind(said, limits) !== undefined;
}

/** Why waiting cannot help: there is no quota for it at all, or it is larger than any; undefined where it can. */
export function finalKind(said: Said, limits: readonly RateLimit[]): FailureKind | undefined {
  const { status, body } = said;
  const isZero = status === 429 && limits.some(({ limit }) => limit === 0);
  if (status === 402 || NO_QUOTA.test(body.text) || isZero) return 'quota-exhausted';
  return status === 413 || isTooLarge(body.text) ? 'too-large' : undefined;
}

function isTooLarge(text: string): boolean {
  const shortage = shortageIn(text);
  return TOO_LARGE.test(text) || (shortage?.requested ?? 0) > (shortage?.limit ?? 0);
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

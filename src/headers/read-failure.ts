import { type Failure, failureOf } from '../index.js';
import { answersIn, type ErrorAnswer } from './error-answer.js';
import { failureKind } from './failure-kind.js';
import { readingOf } from './reading.js';
import { listen, type Said } from './said.js';

/** What an error itself does not say. */
export interface ReadFailureOptions {
  /** Whose answer it is, as for `readRateLimits`: `openai`, `azure-openai`, …. */
  readonly provider?: string | undefined;
  /** The time, in epoch milliseconds: what dates count from when the answer has no `Date`; else they tell nothing. */
  readonly now?: number | undefined;
}

/**
 * Reads what kind of failure an error stands for, and what it tells of rate limits: `failureOf` and
 * `readRateLimits` in one.
 *
 * Takes status, headers and body out of the errors of `fetch`, Angular's `HttpClient`, axios, the AI SDK and the
 * SDKs of OpenAI, Anthropic, Groq, Mistral, Cohere, Google and Ollama, by their fields and not by their classes,
 * and out of their causes.
 *
 * - Refusals are told apart by codes, words and limits: `rate`, `concurrency`, `overloaded`, `quota-exhausted`
 *   (no money, not in the plan, gone for the day) and `too-large`.
 * - A 503 is `overloaded` even where it tells no wait: of providers, that is what it means.
 * - An error event inside of a stream is read as the answer that it stands for; one of which nothing is known is not.
 * - Where there was no answer, it is what `failureOf` says.
 *
 * It throws nothing and gives neither NaN nor negative or infinite numbers, whatever is thrown at it.
 *
 * @example
 * const error = Object.assign(new Error('Too many requests'), {
 *   status: 429,
 *   headers: new Headers({ 'retry-after': 'Sat, 19 Sep 2026 12:00:30 GMT' }),
 *   error: { message: 'Rate limit reached on tokens per min: Limit 9000, Used 8000, Requested 5500' },
 * });
 * const failure = readFailure(error, { provider: 'openai', now: Date.UTC(2026, 8, 19, 12) });
 * failure.kind; // 'rate'
 * failure.retryAfterMs; // 30_000, with shouldPause and retryable
 * failure.limits; // [{ dim: 'tokens', limit: 9000, remaining: 1000, resetMs: null }]
 */
export function readFailure(error: unknown, options: ReadFailureOptions = {}): Failure {
  try {
    for (const answer of answersIn(error)) {
      const failure = failureIn(answer, options);
      if (failure) return failure;
    }
  } catch {
    // Something in it throws when it is looked at.
  }
  return failureOf(error);
}

function failureIn(
  answer: ErrorAnswer,
  { provider, now = NaN }: ReadFailureOptions,
): Failure | undefined {
  const said = listen({ provider, now, ...answer });
  const isUnknownEvent = said.status === 400 && answer.status !== 400;
  if (!(said.status >= 400 && said.status < 600) || isUnknownEvent) return undefined;
  const heard = answer.status < 400 ? withoutWaits(said) : said;
  const reading = readingOf(heard);
  return { kind: failureKind(heard, reading.limits), ...reading };
}

/** The headers of a stream came with a success, of which `retry-after` is no reason to wait (Anthropic). */
function withoutWaits(said: Said): Said {
  const headers = [...said.headers].filter(([name]) => !name.includes('retry-after'));
  return { ...said, headers: new Map(headers) };
}

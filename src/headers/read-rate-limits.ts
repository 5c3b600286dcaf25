import type { RateLimitReading } from '../index.js';
import type { ProviderAnswer } from './provider-answer.js';
import { readingOf } from './reading.js';
import { listen } from './said.js';

const NOTHING: RateLimitReading = Object.freeze({
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
});

/**
 * Reads what a provider's answer tells of its rate limits, from headers and from the bodies of errors.
 *
 * One reader for all: OpenAI, Azure OpenAI and GitHub Models, Anthropic (priority, fast and unified too), Groq,
 * Cerebras, Mistral, OpenRouter, Gemini, Together, Fireworks, Replicate, DigitalOcean, and whoever names
 * headers as one of them does. Pure: it has no clock and keeps nothing.
 *
 * - A success never says `shouldPause`, whatever its `retry-after`.
 * - A 429, 503 or 529 does, unless waiting cannot help: then it is not `retryable` either. Where the quota of
 *   a day is gone, others should pause while the request itself is not worth retrying.
 * - A 529 is the provider's lack of capacity, not your quota: no reason to believe in smaller limits.
 * - A 400 counts too: its headers are read like those of a success.
 * - A success whose `body` is an error event of a stream is read as the error that it is.
 *
 * It throws nothing and gives neither NaN nor negative or infinite numbers, whatever the headers and the body hold;
 * only so much of both is looked at as no honest answer exceeds.
 *
 * @example
 * const { limits, retryAfterMs, shouldPause, retryable } = readRateLimits({
 *   provider: 'openai',
 *   status: 429,
 *   headers: { 'retry-after-ms': '1200', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' },
 *   now: 1_764_000_000_000,
 * });
 * limits; // [{ dim: 'tokens', limit: null, remaining: 0, resetMs: 360_000 }]
 * retryAfterMs; // 1200, with shouldPause and retryable
 */
export function readRateLimits(answer: ProviderAnswer): RateLimitReading {
  const { status, headers, now } = answer;
  // Something in it may throw when it is looked at: then the rest tells what it can.
  return (
    readingIn(answer) ??
    readingIn({ status, headers, now }) ??
    readingIn({ status, headers: {}, now }) ??
    NOTHING
  );
}

function readingIn(answer: ProviderAnswer): RateLimitReading | undefined {
  try {
    return readingOf(listen(answer));
  } catch {
    return undefined;
  }
}

import { anthropic } from './families/anthropic.js';
import { azure } from './families/azure.js';
import type { Family } from './families/family.js';
import { gemini } from './families/gemini.js';
import { prose } from './families/prose.js';
import { suffixed } from './families/suffixed.js';
import { unsuffixed } from './families/unsuffixed.js';
import type { ProviderAnswer } from './provider-answer.js';
import type { RateLimit } from './rate-limit.js';
import type { RateLimitReading } from './rate-limit-reading.js';
import { refusalOf } from './refusal.js';
import { retryAfterMs } from './retry-after.js';
import { listen, type Said } from './said.js';

const families: readonly Family[] = [anthropic, azure, suffixed, unsuffixed, gemini, prose];
const firstDims = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
const USUAL_WINDOW_MS = 60_000;

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
  const said = listen(answer);
  const limits = limitsOf(said);
  return { limits, retryAfterMs: retryAfterMs(said, limits), ...refusalOf(said, limits) };
}

function limitsOf(said: Said): readonly RateLimit[] {
  const limits = families.reduce<readonly RateLimit[]>((known, family) => {
    const isNew = (one: RateLimit) => !known.some((other) => isSameAxis(one, other));
    return [...known, ...family(said).filter(isNew)];
  }, []);
  return [...limits].sort((one, other) => rankOf(one) - rankOf(other));
}

function isSameAxis(one: RateLimit, other: RateLimit): boolean {
  return one.dim === other.dim && windowMsOf(one) === windowMsOf(other);
}

function windowMsOf({ windowMs = USUAL_WINDOW_MS }: RateLimit): number {
  return windowMs;
}

function rankOf({ dim }: RateLimit): number {
  const rank = firstDims.indexOf(dim);
  return rank < 0 ? firstDims.length : rank;
}

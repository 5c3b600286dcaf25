import type { RateLimit, RateLimitReading } from '../index.js';
import { anthropic } from './families/anthropic.js';
import { azure } from './families/azure.js';
import type { Family } from './families/family.js';
import { gemini } from './families/gemini.js';
import { prose } from './families/prose.js';
import { suffixed } from './families/suffixed.js';
import { unsuffixed } from './families/unsuffixed.js';
import { refusalOf } from './refusal.js';
import { retryAfterMs } from './retry-after.js';
import type { Said } from './said.js';

const families: readonly Family[] = [anthropic, azure, suffixed, unsuffixed, gemini, prose];
const firstDims = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
const USUAL_WINDOW_MS = 60_000;

/** What a provider said of its limits, put together from all families. */
export function readingOf(said: Said): RateLimitReading {
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

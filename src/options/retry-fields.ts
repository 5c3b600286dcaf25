import type { Fields } from './fields.js';
import { aFunction, countOrInfinity, duration, longest, share } from './kinds.js';

export const retryFields = {
  maxAttempts: countOrInfinity,
  baseMs: duration,
  maxMs: duration,
  maxRetryAfterMs: longest,
  share,
  atLeast: share,
  isRetryable: aFunction,
  random: aFunction,
} satisfies Fields['optional'];

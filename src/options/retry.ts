import { aFunction, countOrInfinity, duration, longest, share } from './kinds.js';
import { objectOf, type Schema } from './schema.js';

export function retry(): Schema {
  return objectOf({
    optional: {
      maxAttempts: countOrInfinity,
      baseMs: duration,
      maxMs: duration,
      maxRetryAfterMs: longest,
      share,
      atLeast: share,
      isRetryable: aFunction,
      random: aFunction,
    },
  });
}

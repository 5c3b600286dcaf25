import { isObject } from './is.js';
import { type Kind, oneOf } from './kind.js';
import { aFunction, duration, longest, scheduler } from './kinds.js';
import { limit } from './limit.js';
import { parserOf } from './parser.js';
import { quotas } from './quotas.js';
import { objectOf } from './schema.js';
import { usageTracker } from './trackers.js';

const yesOrNo: Kind = { isAllowed: (v) => typeof v === 'boolean', allowed: 'true or false' };

/** What a provider tells it. */
function hearing() {
  const gate = objectOf({
    optional: {
      maxRetryAfterMs: longest,
      baseMs: duration,
      maxMs: duration,
      random: aFunction,
      isUnproven: yesOrNo,
    },
  });
  return { limits: oneOf('learn'), gate };
}

const withQuotas = parserOf(() =>
  objectOf({ required: { quotas: quotas() }, optional: { scheduler, ...hearing() } }),
);

const overTracker = parserOf(() =>
  objectOf({ required: { rateLimit: limit, rateTracker: usageTracker }, optional: hearing() }),
);

export function parseInMemoryRateTrackerOptions<T>(options: T): T {
  return isObject(options) && 'rateTracker' in options ? overTracker(options) : withQuotas(options);
}

import { isObservable } from 'rxjs';
import { concurrency } from './concurrency.js';
import { hasMethod } from './is.js';
import type { Kind } from './kind.js';
import { aFunction, scheduler } from './kinds.js';
import { parserOf } from './parser.js';
import { queueBounds } from './queue-bounds.js';
import { quotas } from './quotas.js';
import { objectOf } from './schema.js';
import { conflict, missing } from './together.js';
import { rateTracker } from './trackers.js';

const observable: Kind = { isAllowed: isObservable, allowed: 'an Observable' };

const queue: Kind = {
  isAllowed: (value) => hasMethod(value, 'push') && hasMethod(value, 'remove'),
  allowed: 'a CallQueue',
};

const check = parserOf(() =>
  objectOf({
    optional: {
      tracker: rateTracker,
      quotas: quotas(),
      costOf: aFunction,
      maxConcurrent: concurrency,
      released$: observable,
      cancelled$: observable,
      returned$: observable,
      queue,
      ...queueBounds,
      onRefused: aFunction,
      scheduler,
    },
  }),
);

/** Options of which one excludes another, or needs it. */
interface Together {
  readonly tracker?: unknown;
  readonly quotas?: unknown;
  readonly maxConcurrent?: unknown;
  readonly released$?: unknown;
}

export function parseRateLimitOptions<T extends Together>(options: T): T {
  check(options);
  const { tracker, quotas, maxConcurrent, released$ } = options;
  if (tracker && quotas) throw conflict('quotas', 'tracker');
  if (!tracker && !quotas) throw missing('quotas', 'a list of quotas, or a tracker instead');
  if (maxConcurrent !== undefined && released$ === undefined)
    throw missing(
      'released$',
      'beside maxConcurrent an Observable that emits whenever a value has ended',
    );
  return options;
}

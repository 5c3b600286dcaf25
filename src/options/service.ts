import { InvalidOptionError } from '../errors.js';
import { concurrency } from './concurrency.js';
import { oneOf } from './kind.js';
import { name, scheduler, text } from './kinds.js';
import { learnOutput } from './learn-output.js';
import { limit } from './limit.js';
import { parserOf } from './parser.js';
import { queueBounds } from './queue-bounds.js';
import { quotas } from './quotas.js';
import { retry } from './retry.js';
import { objectOf } from './schema.js';
import { checkWeights, tenantWeights } from './tenant-weights.js';
import { timeouts } from './timeouts.js';
import { conflict, missing } from './together.js';
import { anyTracker, isStore } from './trackers.js';

const check = parserOf(() =>
  objectOf({
    required: { modelName: name },
    optional: {
      serviceTag: text,
      rateLimit: limit,
      rateTracker: anyTracker,
      quotas: quotas(),
      maxConcurrentJobs: concurrency,
      ...queueBounds,
      tenantWeights,
      ...timeouts,
      retry: retry(),
      limits: oneOf('learn'),
      learnOutput: learnOutput(),
      scheduler,
    },
  }),
);

/** Options of which one excludes another, or needs it. */
interface LimitOptions {
  readonly quotas?: unknown;
  readonly rateLimit?: unknown;
  readonly rateTracker?: unknown;
  readonly limits?: unknown;
  readonly tenantWeights?: unknown;
}

export function parseServiceOptions<T extends LimitOptions>(options: T): T {
  check(options);
  checkWeights(options.tenantWeights);
  checkLimits(options);
  return options;
}

function checkLimits({ quotas, rateLimit, rateTracker, limits }: LimitOptions): void {
  if (quotas && rateTracker) throw conflict('quotas', 'rateTracker');
  if (quotas && rateLimit !== undefined) throw conflict('quotas', 'rateLimit');
  if (isStore(rateTracker)) {
    const itsOwn = 'a RateTracker with its own limits';
    if (rateLimit !== undefined) throw conflict('rateLimit', itsOwn);
    if (limits !== undefined) throw conflict('limits', itsOwn);
  } else if (rateTracker && rateLimit === undefined)
    throw missing('rateLimit', 'a finite number above 0: what rateTracker grants per window');
}

/** A class that has no name of its own must be given one. */
export function parseServiceName(value: string): string {
  if (value !== '') return value;
  const allowed = "a class with a name, or with `static override readonly serviceName = '…'`";
  throw new InvalidOptionError('name', 'an empty text', allowed);
}

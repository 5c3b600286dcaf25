import { InvalidOptionError, kindOf, type RateTracker } from '../../index.js';

const METHODS = ['reserve', 'neverFits', 'close'] as const;
const STREAMS = ['quotas$', 'faults$'] as const;
const ALLOWED = 'a RateTracker, or a promise of one';

/** What `make` gave must be a tracker by its shape: what is missing is named before anything is tried. */
export function checkTracker(made: RateTracker): RateTracker {
  if (typeof made !== 'object' || (made as unknown) === null)
    throw new InvalidOptionError('make(quotas)', kindOf(made), ALLOWED);
  const missing = missingIn(made);
  if (missing.length > 0)
    throw new InvalidOptionError('make(quotas)', `without ${missing.join(', ')}`, ALLOWED);
  return made;
}

function missingIn(made: RateTracker): readonly string[] {
  const parts: Partial<RateTracker> = made;
  return [
    ...METHODS.filter((name) => typeof parts[name] !== 'function'),
    ...STREAMS.filter((name) => !canBeWatched(parts[name])),
    ...(Array.isArray(parts.quotas) ? [] : ['quotas']),
  ];
}

/** By its shape, as it may be of another copy of RxJS. */
function canBeWatched(stream: unknown): boolean {
  return typeof (stream as { readonly subscribe?: unknown } | undefined)?.subscribe === 'function';
}

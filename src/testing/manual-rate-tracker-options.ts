import { isObservable, type Observable, type SchedulerLike } from 'rxjs';
import { InvalidOptionError, kindOf } from '../index.js';

/** Options of `ManualRateTracker`. */
export interface ManualRateTrackerOptions {
  /**
   * Each emission grants one more call: `hot('--a--a')`. An error of it is told on `faults$`. Default: only `grant`
   * grants.
   */
  readonly grants$?: Observable<unknown>;
  /** The units that it counts, in `quotas` of `state$` and in `usage$`. Default `['requests']`. */
  readonly units?: readonly string[];
  /** The source of time, for what it writes down. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

const OPTIONS = ['grants$', 'units', 'scheduler'];

/** @throws InvalidOptionError for an option that is unknown or not allowed. */
export function checkManualRateTrackerOptions(options: ManualRateTrackerOptions): void {
  const { grants$, units } = options;
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw new InvalidOptionError(unknown, 'unknown', OPTIONS.join(', '));
  if (grants$ !== undefined && !isObservable(grants$))
    throw new InvalidOptionError('grants$', kindOf(grants$), 'an Observable');
  if (units !== undefined && !Array.isArray(units))
    throw new InvalidOptionError('units', kindOf(units), 'a list of units');
}

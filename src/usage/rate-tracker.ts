import type { Observable, ObservableInput } from 'rxjs';
import type { QuotaExceededError } from '../errors.js';
import type { Forecast } from './forecast.js';
import type { GateState } from './gate.js';
import type { QuotaState } from './quota-state.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';

/**
 * The seam that every store of quotas implements: it takes quota for calls, and owns the waiting.
 *
 * `rateLimit` asks for the call at the head of its queue only, so a queue of a million calls is one
 * waiter, and services that share a tracker take turns.
 */
export interface RateTracker {
  /**
   * Reserves the cost in every quota, all or nothing, and answers with one reservation: at once when it
   * fits, later when it must wait, with an error when it can never fit. A store that has the answer at
   * hand gives it as an array of one, the quickest `ObservableInput`; any other kind is as good.
   * Unsubscribing before the answer has taken nothing.
   *
   * A unit of a quota that the cost does not name counts as unknown: the call is let out while the usage
   * is below the limit, and is charged when it settles. `requests` that are not named are 1.
   */
  reserve(cost: Usage): ObservableInput<Reservation>;
  /** Why no window can ever hold this cost; undefined when one can. */
  neverFits(cost: Usage): QuotaExceededError | undefined;
  /**
   * When a call of this cost could go that comes after `ahead` of this tracker's own waiters: a forecast, by
   * estimates. It changes nothing. `requests` that the cost does not name are 1; of what is ahead, 0. Left out by a
   * store that cannot say.
   */
  forecast?(cost: Usage, ahead?: Usage): Forecast;
  /** The quotas as they stand. */
  readonly quotas: readonly QuotaState[];
  /** The quotas, latest first on subscribing, then each change; also when usage leaves a window. */
  readonly quotas$: Observable<readonly QuotaState[]>;
  /** The gate, which a refusal of the provider closes; left out by a store that has none. */
  readonly gate?: GateState;
  /** The gate, latest first on subscribing, then each change; also when its time is over. */
  readonly gate$?: Observable<GateState>;
  /** Faults of live limits: a value that is not allowed, an error. The last good limit stays. */
  readonly faults$: Observable<unknown>;
  /** Stops watching live limits and timers. Whoever made the tracker closes it. */
  close(): void;
}

/** The units that a tracker's quotas count, each once. */
export function unitsOf({ quotas }: Pick<RateTracker, 'quotas'>): readonly string[] {
  return [...new Set(quotas.map(({ unit }) => unit))];
}

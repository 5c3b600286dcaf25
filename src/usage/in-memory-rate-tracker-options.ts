import type { Observable, SchedulerLike } from 'rxjs';
import type { GateOptions } from './gate.js';
import type { Quota } from './quota.js';
import type { TimeBoundedUsageTracker } from './time-bounded-usage-tracker.js';

interface LearningOptions {
  /** `'learn'` lets what the provider tells also raise limits, and add them. Default: it can only narrow them. */
  readonly limits?: 'learn';
  /** How the gate behaves after a refusal by the provider. */
  readonly gate?: Partial<GateOptions>;
}

/** Quotas of its own, or one limit over a `TimeBoundedUsageTracker` that others may add to as well. */
export type InMemoryRateTrackerOptions = LearningOptions &
  (
    | {
        readonly quotas: readonly Quota[];
        /** The source of time. Default `monotonicScheduler`. */
        readonly scheduler?: SchedulerLike;
      }
    | {
        /** What the tracker's window grants, in the unit that is added to it. */
        readonly rateLimit: number | Observable<number>;
        readonly rateTracker: TimeBoundedUsageTracker;
      }
  );

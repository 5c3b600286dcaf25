import type { QuotaState } from './usage/rate-tracker.js';

/** What a service is doing. */
export interface ServiceState {
  /** Name of the service. */
  readonly name: string;
  /** `idle` before its first call, `starting` while it acquires resources, `closed` at the end. */
  readonly status: 'idle' | 'starting' | 'running' | 'closing' | 'closed';
  /** Calls accepted and not yet let out. */
  readonly queued: number;
  /** Calls being worked on. */
  readonly inFlight: number;
  /** The most calls that may be in flight; undefined until a live bound has emitted. */
  readonly maxConcurrentJobs: number | undefined;
  /** Each quota's limit, what is charged in its window, and what remains. */
  readonly quotas: readonly QuotaState[];
}

import type { EstimateState } from './estimate/estimate-state.js';
import type { GateState } from './usage/gate.js';
import type { QuotaState } from './usage/quota-state.js';

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
  /** Calls whose try has failed and that wait for the next one. */
  readonly retrying: number;
  /** The most calls that may be in flight; undefined until a live bound has emitted. */
  readonly maxConcurrentJobs: number | undefined;
  /** Each quota's limit, what is charged in its window, and what remains. */
  readonly quotas: readonly QuotaState[];
  /** Whether calls pass: a refusal of the provider closes it. Undefined for a tracker without one. */
  readonly gate: GateState | undefined;
  /** What was learned of answers, by label; empty unless `learnOutput` is given. */
  readonly estimates: readonly EstimateState[];
}

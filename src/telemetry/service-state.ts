import type { EstimateState } from '../estimate/estimate-state.js';
import type { GateState } from '../usage/gate.js';
import type { QueuedLine } from '../queue/call-queue.js';
import type { QuotaState } from '../usage/quota-state.js';
import type { BlockedBy } from './blocked-by.js';
import type { ThroughputState } from './throughput.js';

/** What a service is doing. */
export interface ServiceState {
  /** Name of the service. */
  readonly name: string;
  /** When it was so, in ms of the service's scheduler, as are the other instants in it. */
  readonly at: number;
  /** `idle` before its first call, `starting` while it acquires resources, `closed` at the end. */
  readonly status: 'idle' | 'starting' | 'running' | 'paused' | 'closing' | 'closed';
  /** Calls accepted and not yet let out. */
  readonly queued: number;
  /** The same by priority and tenant. */
  readonly queuedBy: readonly QueuedLine[];
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
  /** Why the next call waits, and until when; undefined when none does. */
  readonly blockedBy: BlockedBy | undefined;
  /** How many calls have ended, and how quickly. */
  readonly throughput: ThroughputState;
  /** What was learned of answers, by label; empty unless `learnOutput` is given. */
  readonly estimates: readonly EstimateState[];
}

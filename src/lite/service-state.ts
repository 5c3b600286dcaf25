import type { BlockedBy } from '../telemetry/blocked-by.js';
import type { ServiceState as FullServiceState } from '../telemetry/service-state.js';
import type { QuotaState as FullQuotaState } from '../usage/quota-state.js';

/** One quota as it stands. */
export interface QuotaState extends Pick<
  FullQuotaState,
  'unit' | 'windowMs' | 'used' | 'remaining'
> {
  /** What is granted per window. */
  readonly limit: number;
}

/** What a service is doing. */
export interface ServiceState extends Pick<
  FullServiceState,
  'name' | 'at' | 'queued' | 'inFlight' | 'retrying' | 'gate'
> {
  /** `closing` until the last call has ended. */
  readonly status: 'running' | 'paused' | 'closing' | 'closed';
  /** Why the next call waits; undefined when none does. `until` when is known for quotas and gates. */
  readonly blockedBy: BlockedBy | undefined;
  /** Each quota's limit, what is charged in its window, and what remains. */
  readonly quotas: readonly QuotaState[];
}

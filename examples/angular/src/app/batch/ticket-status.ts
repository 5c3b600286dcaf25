import type { ServiceEvent } from 'rxllm';

export type TicketStatus = 'ready' | 'waiting' | 'in flight' | 'answered' | 'failed' | 'cancelled';

/** What has become of a call, by the latest of its events. */
export const STATUS_AFTER: Readonly<Record<Exclude<ServiceEvent['type'], 'fault'>, TicketStatus>> =
  {
    queued: 'waiting',
    started: 'in flight',
    retrying: 'waiting',
    completed: 'answered',
    failed: 'failed',
    cancelled: 'cancelled',
  };

import type { BlockedBy, ServiceState } from '../../index.js';
import type { BlockedBySample, ServiceSample } from '../protocol.js';
import { quotaName } from './quota-sample.js';

type Shown = 'name' | 'status' | 'queued' | 'inFlight' | 'retrying' | 'maxConcurrentJobs';

/**
 * A state as JSON can carry it: instants become ms from now, and what has no number becomes null.
 *
 * @internal
 */
export function shownState(
  state: ServiceState,
): Pick<ServiceSample, Shown | 'gate' | 'blockedBy' | 'throughput'> {
  const { name, at, status, queued, inFlight, retrying, maxConcurrentJobs: most } = state;
  const { gate, blockedBy, throughput } = state;
  return {
    ...{ name, status, queued, inFlight, retrying },
    maxConcurrentJobs: most === undefined || most === Infinity ? null : most,
    gate: gate ? { status: gate.status, opensInMs: untilMs(gate.reopensAt, at) } : null,
    blockedBy: blockedBy ? shownBlock(blockedBy, at) : null,
    throughput: { ...throughput, completedPerMinute: throughput.completedPerMinute ?? null },
  };
}

function shownBlock({ reason, unit, windowMs, until }: BlockedBy, at: number): BlockedBySample {
  const quota = unit === undefined || windowMs === undefined ? null : quotaName(unit, windowMs);
  return { reason, quota, startsInMs: untilMs(until, at) };
}

function untilMs(instant: number | undefined, at: number): number | null {
  return instant === undefined ? null : Math.max(0, instant - at);
}

import type { ServiceState } from 'rxllm';
import type { Caller } from './calls-in-flight.js';
import type { CallLine } from './wire.js';

const MOST_LINES = 20;

type Queued = Pick<ServiceState, 'queuedBy'>['queuedBy'][number];

/** Queued calls and those in flight, by priority and tenant. */
export function callLines(queued: readonly Queued[], inFlight: Iterable<Caller>): CallLine[] {
  const lines = new Map<string, CallLine>();
  const add = (priority: number, tenant: string, more: Partial<CallLine>) => {
    const key = `${priority} ${tenant}`;
    const line = lines.get(key) ?? { tenant, priority, queued: 0, inFlight: 0 };
    lines.set(key, {
      ...line,
      queued: line.queued + (more.queued ?? 0),
      inFlight: line.inFlight + (more.inFlight ?? 0),
    });
  };
  for (const line of queued) add(line.priority, line.tenant ?? '', { queued: line.queued });
  for (const { priority, tenant } of inFlight) add(priority, tenant, { inFlight: 1 });
  return [...lines.values()].sort(byPriority).slice(0, MOST_LINES);
}

function byPriority(one: CallLine, other: CallLine): number {
  return other.priority - one.priority || one.tenant.localeCompare(other.tenant);
}

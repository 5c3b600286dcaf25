import type { QueuedLine, ServiceEvent } from '../../index.js';
import type { LineSample } from '../protocol.js';

interface Line {
  readonly priority: number;
  readonly tenant: string | undefined;
}

/**
 * Running calls by priority and tenant: those that have started since somebody listens.
 *
 * @internal
 */
export class CallsInFlight {
  private readonly lineOf = new Map<number, Line>();

  add(event: ServiceEvent): void {
    if (event.callId === undefined || event.type === 'queued') return;
    const { callId, priority, tenant } = event;
    if (event.type === 'started') this.lineOf.set(callId, { priority, tenant });
    else this.lineOf.delete(callId);
  }

  /** None is known of any more: nothing tells when those that run will end. */
  clear(): void {
    this.lineOf.clear();
  }

  /** Together with those that are queued, the highest priority first. */
  lines(queued: readonly QueuedLine[]): LineSample[] {
    const lines = new Map<string, LineSample>();
    for (const line of queued) count(lines, line, { queued: line.queued, inFlight: 0 });
    for (const line of this.lineOf.values()) count(lines, line, { queued: 0, inFlight: 1 });
    return [...lines.values()].sort(byPriorityAndTenant);
  }
}

function count(
  lines: Map<string, LineSample>,
  { priority, tenant }: Line,
  more: Pick<LineSample, 'queued' | 'inFlight'>,
): void {
  const key = JSON.stringify([priority, tenant]);
  const { queued = 0, inFlight = 0 } = lines.get(key) ?? {};
  lines.set(key, {
    priority,
    tenant: tenant ?? null,
    queued: queued + more.queued,
    inFlight: inFlight + more.inFlight,
  });
}

function byPriorityAndTenant(one: LineSample, other: LineSample): number {
  return other.priority - one.priority || (one.tenant ?? '').localeCompare(other.tenant ?? '');
}

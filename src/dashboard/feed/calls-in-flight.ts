import type { QueuedLine, ServiceEvent } from '../../index.js';
import type { LineSample } from '../protocol.js';
import { shownText } from './shown-text.js';

/** Calls of one priority and tenant; counted in place, as it happens for each call. */
interface Line {
  readonly priority: number;
  readonly tenant: string | undefined;
  inFlight: number;
}

/**
 * Running calls by priority and tenant: those that have started since somebody listens.
 *
 * They are counted as events come, so that a look costs no more where many run.
 *
 * @internal
 */
export class CallsInFlight {
  private readonly running = new Map<number, Map<string | undefined, Line>>();
  private readonly lineOf = new Map<number, Line>();

  add(event: ServiceEvent): void {
    if (event.callId === undefined || event.type === 'queued') return;
    this.end(event.callId);
    if (event.type === 'started') this.start(event.callId, event);
  }

  /** None is known of any more: nothing tells when those that run will end. */
  clear(): void {
    this.running.clear();
    this.lineOf.clear();
  }

  /** Together with those that are queued, the highest priority first. */
  lines(queued: readonly QueuedLine[]): LineSample[] {
    const lines = new Map<string, LineSample>();
    for (const tenants of this.running.values())
      for (const line of tenants.values()) add(lines, line, { queued: 0, inFlight: line.inFlight });
    for (const line of queued) add(lines, line, { queued: line.queued, inFlight: 0 });
    return [...lines.values()].sort(byPriorityAndTenant);
  }

  private start(callId: number, { priority, tenant }: Pick<QueuedLine, 'priority' | 'tenant'>) {
    const tenants = this.running.get(priority) ?? new Map<string | undefined, Line>();
    const line = tenants.get(tenant) ?? { priority, tenant, inFlight: 0 };
    if (line.inFlight === 0) this.running.set(priority, tenants.set(tenant, line));
    line.inFlight += 1;
    this.lineOf.set(callId, line);
  }

  private end(callId: number): void {
    const line = this.lineOf.get(callId);
    if (!line) return;
    this.lineOf.delete(callId);
    line.inFlight -= 1;
    if (line.inFlight > 0) return;
    const tenants = this.running.get(line.priority);
    tenants?.delete(line.tenant);
    if (tenants?.size === 0) this.running.delete(line.priority);
  }
}

/** Tenants whose names are shown alike are one. */
function add(
  lines: Map<string, LineSample>,
  { priority, tenant: name }: Pick<QueuedLine, 'priority' | 'tenant'>,
  more: Pick<LineSample, 'queued' | 'inFlight'>,
): void {
  const tenant = name === undefined ? null : shownText(name);
  const key = JSON.stringify([priority, tenant]);
  const { queued = 0, inFlight = 0 } = lines.get(key) ?? {};
  const sum = { queued: queued + more.queued, inFlight: inFlight + more.inFlight };
  lines.set(key, { priority, tenant, ...sum });
}

function byPriorityAndTenant(one: LineSample, other: LineSample): number {
  return other.priority - one.priority || compared(one.tenant ?? '', other.tenant ?? '');
}

/** By code units: a locale's order takes long where there are thousands. */
function compared(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

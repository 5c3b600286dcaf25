import type { QueuedLine, ServiceEvent } from '../../index.js';
import type { LineSample } from '../protocol.js';
import { shownText } from './shown-text.js';

type Line = Pick<LineSample, 'priority' | 'tenant'>;
type Lines = Map<string, LineSample>;

/**
 * Running calls by priority and tenant: those that have started since somebody listens.
 *
 * They are counted as events come, so that a look costs no more where many run.
 *
 * @internal
 */
export class CallsInFlight {
  private readonly running: Lines = new Map();
  private readonly lineOf = new Map<number, Line>();

  add(event: ServiceEvent): void {
    if (event.callId === undefined || event.type === 'queued') return;
    const { callId } = event;
    this.end(callId);
    if (event.type === 'started') this.start(callId, lineOf(event));
  }

  /** None is known of any more: nothing tells when those that run will end. */
  clear(): void {
    this.running.clear();
    this.lineOf.clear();
  }

  /** Together with those that are queued, the highest priority first. */
  lines(queued: readonly QueuedLine[]): LineSample[] {
    const lines = new Map(this.running);
    for (const line of queued) count(lines, lineOf(line), line.queued, 0);
    return [...lines.values()].sort(byPriorityAndTenant);
  }

  private start(callId: number, line: Line): void {
    this.lineOf.set(callId, line);
    count(this.running, line, 0, 1);
  }

  private end(callId: number): void {
    const line = this.lineOf.get(callId);
    if (!line) return;
    this.lineOf.delete(callId);
    count(this.running, line, 0, -1);
  }
}

function lineOf({ priority, tenant }: Pick<QueuedLine, 'priority' | 'tenant'>): Line {
  return { priority, tenant: tenant === undefined ? null : shownText(tenant) };
}

function count(lines: Lines, { priority, tenant }: Line, queued: number, inFlight: number): void {
  const key = JSON.stringify([priority, tenant]);
  const before = lines.get(key);
  const line = {
    ...{ priority, tenant },
    queued: (before?.queued ?? 0) + queued,
    inFlight: (before?.inFlight ?? 0) + inFlight,
  };
  if (line.queued + line.inFlight === 0) lines.delete(key);
  else lines.set(key, line);
}

function byPriorityAndTenant(one: LineSample, other: LineSample): number {
  return other.priority - one.priority || compared(one.tenant ?? '', other.tenant ?? '');
}

/** By code units: a locale's order takes long where there are thousands. */
function compared(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

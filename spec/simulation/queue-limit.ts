import type { QueueFullError, ServiceState } from '../../src/index.js';
import type { StationParts } from './station-parts.js';
import type { Story } from './story.js';

type Lines = ServiceState['queuedBy'];
type Unended = ReadonlyMap<number, Story>;

export function sumOf(lines: Lines): number {
  return lines.reduce((sum, { queued }) => sum + queued, 0);
}

function lineOf({ priority, tenant }: Story) {
  return { priority, tenant };
}

function countByLine(lines: Lines): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { priority, tenant, queued } of lines) {
    const line = `${priority} of ${String(tenant)}`;
    counts.set(line, (counts.get(line) ?? 0) + queued);
  }
  return counts;
}

/** As many of each line as events tell of, and no more than may be. */
export function checkLines(parts: StationParts, unended: Unended, lines: Lines): void {
  const { queueLimit, whenQueueFull, problem } = parts;
  const fresh = [...unended.values()].filter(({ state }) => state === 'queued');
  const told = countByLine(fresh.map((story) => ({ ...lineOf(story), queued: 1 })));
  const said = countByLine(lines);
  for (const [line, queued] of told)
    if ((said.get(line) ?? 0) < queued) problem(`has less queued of ${line} than events tell`);
  // Calls that were put back may be dropped for new ones.
  const most = queueLimit + (whenQueueFull === 'refuse' ? 0 : parts.bound.range.most);
  if (fresh.length > most) problem(`has queued ${fresh.length}, of ${most}`);
}

/** Nobody is refused while there is room, and the one who is dropped is the one least missed. */
export function checkRefusal(
  parts: StationParts,
  unended: Unended,
  callId: number,
  { wasDropped, queueLimit }: QueueFullError,
): void {
  const { run, whenQueueFull, problem } = parts;
  if (queueLimit !== parts.queueLimit) problem(`refuses for a limit of ${queueLimit}`);
  if (wasDropped && whenQueueFull === 'refuse') problem(`drops ${callId}`);
  if (run.meddling.isGoingOn) return;
  const { queued } = parts.service.toJSON();
  if (queued < queueLimit) problem(`refuses ${callId}, with ${queued} of ${queueLimit} queued`);
  const refused = unended.get(callId)!;
  if (whenQueueFull === 'drop-oldest') checkDropped(parts, unended, refused);
  else if (refused.state !== 'queued') problem(`refuses ${callId}, which is ${refused.state}`);
}

function checkDropped({ run, problem }: StationParts, unended: Unended, dropped: Story): void {
  for (const other of unended.values()) {
    const { id, priority } = other;
    if (id === dropped.id || !other.isQueuedFor(run.now)) continue;
    if (priority < dropped.priority || (priority === dropped.priority && id < dropped.id))
      problem(`drops ${dropped.id}, and keeps ${id}`);
  }
}

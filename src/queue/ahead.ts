import type { Line, WeightOf } from './line.js';
import type { PriorityLevel } from './priority-level.js';
import type { Queueable } from './queueable.js';

/** What would go before a call that came now. */
export interface Ahead {
  /** How many calls. */
  readonly calls: number;
  /** The sum of their sizes. */
  readonly size: number;
}

/** A call that may come: what its place in the queue depends on. */
export type Coming = Pick<Queueable, 'priority' | 'tenant' | 'size'>;

/** What would go before the call, if all goes by priority and share. */
export function aheadOf(
  coming: Coming,
  levels: Iterable<PriorityLevel>,
  weightOf: WeightOf,
): Ahead {
  const ahead = { calls: 0, size: 0 };
  for (const level of levels) {
    if (level.priority > coming.priority) count(ahead, level, level.queued);
    else if (level.priority === coming.priority) countLines(ahead, level, coming, weightOf);
  }
  return ahead;
}

/** All of its own line, and of each other what starts before the call does, in virtual time. */
function countLines(
  ahead: Writable<Ahead>,
  level: PriorityLevel,
  coming: Coming,
  weightOf: WeightOf,
): void {
  const own = [...level.lines].find(({ tenant }) => tenant === coming.tenant);
  const weight = own?.weight ?? weightOf(coming.tenant);
  const start = level.startOf(coming.tenant) + (own?.size ?? 0) / weight;
  for (const line of level.lines)
    count(ahead, line, line === own ? line.queued : callsBefore(line, start, own));
}

/** How many of its calls start until then, were they all of one size. */
function callsBefore(line: Line, until: number, own: Line | undefined): number {
  const { start, weight, size, queued } = line;
  if (start > until) return 0;
  const before = ((until - start) * weight * queued) / size;
  const losesTie = before > 0 && Number.isInteger(before) && !winsTie(line, own);
  return Math.min(queued, Math.floor(before) + (losesTie ? 0 : 1));
}

/** Of equals that goes first which was served longest ago: a light one long ago, and before a new one none. */
function winsTie({ weight, turn }: Line, own: Line | undefined): boolean {
  if (!own) return false;
  return weight === own.weight ? turn < own.turn : weight < own.weight;
}

function count(ahead: Writable<Ahead>, all: Pick<Line, 'queued' | 'size'>, calls: number): void {
  if (all.queued === 0) return;
  ahead.calls += calls;
  ahead.size += (calls / all.queued) * all.size;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

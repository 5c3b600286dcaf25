import type { Line, WeightOf } from './line.js';
import type { PriorityLevel } from './priority-level.js';
import type { Queueable } from './queueable.js';

/** What would go before a call that came now. */
export interface Ahead {
  /** How many calls. */
  readonly calls: number;
  /** The sum of their sizes. */
  readonly size: number;
  /** How many for certain, whatever their sizes are. */
  readonly leastCalls: number;
  /** What sum of sizes for certain. */
  readonly leastSize: number;
}

/** A call that may come: what its place in the queue depends on. */
export type Coming = Pick<Queueable, 'priority' | 'tenant' | 'size'>;

/** What would go before the call, if all goes by priority and share. */
export function aheadOf(
  coming: Coming,
  levels: Iterable<PriorityLevel>,
  weightOf: WeightOf,
): Ahead {
  const ahead = { calls: 0, size: 0, leastCalls: 0, leastSize: 0 };
  for (const level of levels) {
    if (level.priority > coming.priority) countAll(ahead, level);
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
  for (const line of level.lines) {
    if (line === own) countAll(ahead, line);
    else countPart(ahead, line, start, own);
  }
}

function countAll(ahead: Writable<Ahead>, { queued, size }: Pick<Line, 'queued' | 'size'>): void {
  ahead.calls += queued;
  ahead.size += size;
  ahead.leastCalls += queued;
  ahead.leastSize += size;
}

/** What starts before then, in virtual time, is what its tenant has a share of by then, and the rest of one call. */
function countPart(ahead: Writable<Ahead>, line: Line, until: number, own: Line | undefined): void {
  const { start, weight, size, queued } = line;
  const calls = callsBefore(line, until, own);
  ahead.calls += calls;
  ahead.size += (calls / queued) * size;
  if (start >= until) return;
  ahead.leastCalls += 1;
  ahead.leastSize += Math.min(size, (until - start) * weight);
}

/** How many of its calls start until then, were they all of one size. */
function callsBefore(line: Line, until: number, own: Line | undefined): number {
  const { start, weight, size, queued } = line;
  if (start > until) return 0;
  const before = ((until - start) * weight * queued) / size;
  const losesTie = Number.isInteger(before) && !winsTie(line, own, before);
  return Math.min(queued, Math.floor(before) + (losesTie ? 0 : 1));
}

/** Of equals that goes first which was served longest ago, or was not yet: a light one was served long ago. */
function winsTie({ weight, turn }: Line, own: Line | undefined, before: number): boolean {
  if (!own) return before === 0 && turn < 0;
  if (before === 0) return true;
  return weight === own.weight ? turn < own.turn : weight < own.weight;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

import { type Line, chargeOf, type WeightOf } from './line.js';
import type { PriorityLevel } from './priority-level.js';
import type { Queueable } from './queueable.js';

/** What would go before a call that came now. */
export interface Ahead {
  /** How many calls; a fraction where only a part of a line would. */
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
    if (level.priority > coming.priority) count(ahead, level, 1);
    else if (level.priority === coming.priority) countLines(ahead, level, coming, weightOf);
  }
  return ahead;
}

/** All of its own line, and of each other what that one's tenant gets in the meantime. */
function countLines(
  ahead: Writable<Ahead>,
  { lines }: PriorityLevel,
  coming: Coming,
  weightOf: WeightOf,
): void {
  const own = [...lines].find(({ tenant }) => tenant === coming.tenant);
  const meanwhile = chargeOf(coming) + (own?.size ?? 0);
  const weight = own?.weight ?? weightOf(coming.tenant);
  for (const line of lines) {
    const share = (line.weight / weight) * meanwhile;
    count(ahead, line, share >= line.size ? 1 : share / line.size);
  }
}

function count(ahead: Writable<Ahead>, queued: Pick<Line, 'queued' | 'size'>, part: number): void {
  ahead.calls += part * queued.queued;
  ahead.size += part * queued.size;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

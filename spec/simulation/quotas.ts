import { type Quota, quota } from '../../src/index.js';
import { Book } from './book.js';
import { LiveLimit } from './live-limit.js';
import type { Simulation } from './simulation.js';

export const WINDOW_MS = 2_000;
/** Covers the longest way of a request to the provider. */
export const MARGIN_MS = 60;

/** Of each unit: the least and the most that its limit may be, and what it is when nothing goes wrong any more. */
const RANGES: Readonly<Record<string, readonly [number, number, number]>> = {
  tokens: [20, 400, 1_000],
  requests: [2, 20, 1_000],
};

/** A quota, and what is written of it beside. */
export interface Counted {
  readonly quota: Quota;
  readonly book: Book;
}

/** A quota of which a book is kept, and the limit of which the run may change; never to more than a provider's. */
export function countedQuota(run: Simulation, unit: string, limit: number): Counted {
  const [least, most, healthy] = RANGES[unit]!;
  const range = run.features.has('provider') ? [least, limit, limit] : [least, most, healthy];
  const [leastNow, mostNow, healthyNow] = range.map((each) => each * run.scale);
  const live = new LiveLimit(limit * run.scale, {
    least: Math.min(leastNow!, mostNow!),
    most: mostNow!,
    healthy: healthyNow!,
  });
  run.limits.push(live);
  const marginMs = marginOf(run);
  const book = new Book({
    unit,
    windowMs: WINDOW_MS + marginMs,
    limit: () => live.value,
    now: () => run.now,
    slack: run.slack,
    problem: (what) => run.problem(what),
  });
  return { quota: quota({ unit, limit: live.value$, windowMs: WINDOW_MS, marginMs }), book };
}

export function marginOf({ features }: Simulation): number {
  return features.has('provider') && !features.has('no margin') ? MARGIN_MS : 0;
}

export function quotasOf(counted: readonly Counted[]): Quota[] {
  return counted.map(({ quota }) => quota);
}

export function booksOf(counted: readonly Counted[]): Book[] {
  return counted.map(({ book }) => book);
}

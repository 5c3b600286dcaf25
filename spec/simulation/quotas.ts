import { BehaviorSubject } from 'rxjs';
import { type Quota, quota } from '../../src/index.js';
import { Book } from './book.js';
import type { Simulation } from './simulation.js';

export const WINDOW_MS = 2_000;

/** A quota, and what is written of it beside. */
export interface Counted {
  readonly quota: Quota;
  readonly book: Book;
}

/** A quota of which a book is kept, and the limit of which the run may change. */
export function countedQuota(run: Simulation, unit: string, limit: number): Counted {
  const limit$ = new BehaviorSubject(limit);
  run.limits.push(limit$);
  const book = new Book({
    unit,
    windowMs: WINDOW_MS,
    limit: () => limit$.value,
    now: () => run.time.now(),
    problem: (what) => run.problems.push(`at ${run.time.now()}: ${what}`),
  });
  return { quota: quota({ unit, limit: limit$, windowMs: WINDOW_MS, marginMs: 0 }), book };
}

export function quotasOf(counted: readonly Counted[]): Quota[] {
  return counted.map(({ quota }) => quota);
}

export function booksOf(counted: readonly Counted[]): Book[] {
  return counted.map(({ book }) => book);
}

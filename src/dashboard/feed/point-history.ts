import type { ServiceState } from '../../index.js';
import type { Point } from '../protocol.js';
import { keyed } from './quota-sample.js';

/** As many as a chart has room for: a page gets all when it opens, of every service. */
const MOST_POINTS = 600;
const LEAST_MS = 1_000;

/**
 * How far apart points are, in ms: a second, and more where they go back longer than ten minutes.
 *
 * @internal
 */
export function pointMsOf(historyMs: number): number {
  return Math.max(LEAST_MS, historyMs / MOST_POINTS);
}

/**
 * A service over the last minutes, in 600 points at most besides the latest.
 *
 * @internal
 */
export class PointHistory {
  private readonly kept: Point[] = [];

  constructor(private readonly historyMs: number) {}

  add(state: ServiceState): void {
    this.kept.push(pointOf(state));
    const oldest = state.at - this.historyMs;
    while ((this.kept[0]?.at ?? oldest) < oldest) this.kept.shift();
    // The clock of a service may stand still.
    if (this.kept.length > MOST_POINTS + 1) this.kept.shift();
  }

  get points(): readonly Point[] {
    return this.kept;
  }

  get latest(): Point | undefined {
    return this.kept.at(-1);
  }
}

/**
 * What the charts show of a state.
 *
 * @internal
 */
export function pointOf({ at, queued, inFlight, throughput, quotas }: ServiceState): Point {
  const all = keyed(quotas);
  return {
    ...{ at, queued, inFlight },
    completed: throughput.completed,
    used: Object.fromEntries(all.map(([key, { used }]) => [key, used])),
    limits: Object.fromEntries(all.map(([key, { limit = null }]) => [key, limit])),
  };
}

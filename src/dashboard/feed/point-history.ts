import type { ServiceState } from '../../index.js';
import type { Point } from '../protocol.js';
import { keyed } from './quota-sample.js';

/** How far apart points are, in ms. */
export const POINT_MS = 1_000;

/**
 * A service over the last minutes, a point a second.
 *
 * @internal
 */
export class PointHistory {
  private readonly kept: Point[] = [];

  constructor(private readonly historyMs: number) {}

  add(state: ServiceState): void {
    this.kept.push(pointOf(state));
    while ((this.kept[0]?.at ?? Infinity) < state.at - this.historyMs) this.kept.shift();
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

import type { Point } from '../protocol.js';

const MINUTE_MS = 60_000;
/** Less than that tells no rate. */
const SHORTEST_MS = 3_000;
/** So that the first seconds do not look like a long time. */
const SHORTEST_SPAN_MS = 60_000;

/**
 * Adds a point, or replaces the last by a newer version of it, and forgets those that are too old.
 *
 * Each sample has the latest one with it: what is not new stays the very same, so that nothing is drawn for it.
 */
export function addPoint(points: Point[], point: Point, historyMs: number): void {
  const last = points.at(-1);
  if (last && (point.at < last.at || isSame(point, last))) return;
  if (last?.at === point.at) points.pop();
  points.push(point);
  const kept = points.findIndex(({ at }) => at >= point.at - historyMs);
  if (kept > 0) points.splice(0, kept);
}

/** From when to when a chart is drawn: until `now`, and back as far as there is something to see. */
export function spanOf(points: readonly Point[], now: number, historyMs: number): [number, number] {
  const past = now - (points[0]?.at ?? now);
  return [now - Math.min(historyMs, Math.max(SHORTEST_SPAN_MS, past)), now];
}

/**
 * Calls answered in the minute before each point. Where the points do not go back as far, what they tell is
 * taken for a minute; null where that is too little.
 */
export function answeredPerMinute(points: readonly Point[]): (number | null)[] {
  let from = 0;
  return points.map(({ at, completed }) => {
    while ((points[from + 1]?.at ?? Infinity) <= at - MINUTE_MS) from += 1;
    const first = points[from];
    const spanMs = first ? at - first.at : 0;
    if (!first || spanMs < SHORTEST_MS) return null;
    return ((completed - first.completed) * MINUTE_MS) / spanMs;
  });
}

function isSame(one: Point, other: Point): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

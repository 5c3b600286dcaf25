import type { Observable } from 'rxjs';
import { checkLimit } from '../options/limit.js';
import { LiveNumber } from '../time/live-number.js';
import type { Lane } from './lane.js';
import type { Quota } from './quota.js';
import { QuotaMeter } from './quota-meter.js';
import type { QuotaMeterParts } from './quota-meter-parts.js';
import { Shared } from './shared.js';
import type { TimeBoundedUsageTracker } from './time-bounded-usage-tracker.js';
import { windowOf } from './window/window-of.js';

/** Providers count at their own clock; this covers what the network adds and takes. */
const DEFAULT_MARGIN_MS = 250;

/** How a lane is made of a quota. */
export interface LaneOptions {
  /** What the quota is called in errors of its limit. */
  readonly name: string;
  readonly isLearning?: boolean;
  readonly shared?: Shared;
}

/** Puts a quota to work. */
export function laneOf(quota: Quota, { name, isLearning = false, shared }: LaneOptions): Lane {
  const { unit, limit, windowMs, marginMs = DEFAULT_MARGIN_MS, model } = quota;
  const live = new LiveNumber(limit, (value) => {
    checkLimit(`${name}.limit`, value);
  });
  const window = windowOf({ windowMs, marginMs, ...(model && { model }) });
  return laneWith({ unit, limit: live, window, windowMs, marginMs, isLearning }, shared);
}

/** What a `TimeBoundedUsageTracker` counts has no name of its own. */
const TRACKED_UNIT = 'tokens';

/** Puts a limit to work over a tracker, which others may add to, and may put limits over, as well. */
export function laneOver(
  tracker: TimeBoundedUsageTracker,
  rateLimit: number | Observable<number>,
  isLearning: boolean,
): Lane {
  const limit = new LiveNumber(rateLimit, (value) => {
    checkLimit('rateLimit', value);
  });
  const { window, windowMs, marginMs, changes } = tracker;
  const shared = (tracker.shared ??= new Shared({}, changes));
  return laneWith({ unit: TRACKED_UNIT, limit, window, windowMs, marginMs, isLearning }, shared);
}

/** A lane that has no limit but what the provider tells. */
export function learnedLane(unit: string, windowMs: number): Lane {
  const marginMs = DEFAULT_MARGIN_MS;
  const window = windowOf({ windowMs, marginMs });
  return laneWith({
    unit,
    limit: new LiveNumber(Infinity, () => undefined),
    window,
    windowMs,
    marginMs,
  });
}

function laneWith(parts: QuotaMeterParts, shared?: Shared): Lane {
  return { meter: new QuotaMeter({ ...parts, ...(shared && { sent: shared.sent }) }), shared };
}

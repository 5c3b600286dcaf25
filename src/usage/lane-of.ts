import type { Observable } from 'rxjs';
import { checkLimit } from '../options.js';
import { LiveNumber } from '../time/live-number.js';
import type { Lane } from './lane.js';
import type { Quota } from './quota.js';
import { QuotaMeter } from './quota-meter.js';
import type { RateLimit } from './rate-limit-reading.js';
import type { Shared } from './shared.js';
import { windowMsOf } from './told-quota.js';
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
  const meter = new QuotaMeter({ unit, limit: live, window, windowMs, marginMs, isLearning });
  return { meter, shared };
}

/** What a `TimeBoundedUsageTracker` counts has no name of its own. */
const TRACKED_UNIT = 'tokens';

/** Puts a limit to work over a tracker, which others may add to, and may put limits over, as well. */
export function laneOver(
  { window, windowMs, marginMs, shared }: TimeBoundedUsageTracker,
  rateLimit: number | Observable<number>,
  isLearning: boolean,
): Lane {
  const limit = new LiveNumber(rateLimit, (value) => {
    checkLimit('rateLimit', value);
  });
  const unit = TRACKED_UNIT;
  return {
    meter: new QuotaMeter({ unit, limit, window, windowMs, marginMs, isLearning }),
    shared,
  };
}

/** Makes a quota of a limit that the provider told. */
export function learnedLane(told: RateLimit, unit: string): Lane {
  const quota = { unit, limit: told.limit ?? Infinity, windowMs: windowMsOf(told) };
  return laneOf(quota, { name: 'learned', isLearning: true });
}

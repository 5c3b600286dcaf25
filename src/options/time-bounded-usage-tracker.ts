import { duration, margin, scheduler } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf } from './schema.js';

export const parseTimeBoundedUsageTrackerOptions = parserOf(() =>
  objectOf({ optional: { windowMs: duration, marginMs: margin, scheduler } }),
);

import { hasMethod, isObject } from './is.js';
import type { Kind } from './kind.js';

/** A store of quotas of its own. */
export function isStore(value: unknown): boolean {
  return hasMethod(value, 'reserve');
}

function isUsageTracker(value: unknown): boolean {
  return hasMethod(value, 'add') && isObject(value) && 'total$' in value;
}

export const rateTracker: Kind = { isAllowed: isStore, allowed: 'a RateTracker' };

export const usageTracker: Kind = {
  isAllowed: isUsageTracker,
  allowed: 'a TimeBoundedUsageTracker',
};

export const anyTracker: Kind = {
  isAllowed: (value) => isStore(value) || isUsageTracker(value),
  allowed: 'a TimeBoundedUsageTracker or a RateTracker',
};

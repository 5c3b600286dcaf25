import { kindOf } from './kind-of.js';
import { shownName } from './shown-name.js';

/** Of a text only that it is one, as it may hold a secret; unless it should have been one of a few names. */
export function shownValue(value: unknown, allowed: string): string {
  return allowed.startsWith("'") ? shownName(value) : kindOf(value);
}

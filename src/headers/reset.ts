import { decimal, firstValue } from './decimal.js';
import { goDuration } from './go-duration.js';
import { instantOf } from './instant.js';

const EPOCH_MS = 1e12;
const EPOCH_S = 1e9;

/**
 * Milliseconds from `at` until what a header says, or null. Told apart by shape, then by magnitude: a date, a
 * Go duration, epoch milliseconds (OpenRouter), epoch seconds (DigitalOcean), else seconds.
 *
 * Never negative: a reset may lie before the answer's own `Date`. Null for an instant without an `at`.
 */
export function msUntil(text: string | undefined, at: number | null): number | null {
  const instant = instantOf(text);
  if (instant !== null) return between(at, instant);
  const value = firstValue(text);
  const number = decimal(value);
  if (number === null) return value === undefined ? null : goDuration(value);
  if (number >= EPOCH_MS) return between(at, number);
  return number >= EPOCH_S ? between(at, number * 1000) : decimal(value, 3);
}

function between(at: number | null, instant: number): number | null {
  return at === null ? null : Math.max(0, instant - at);
}

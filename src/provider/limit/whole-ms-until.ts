/**
 * Whole milliseconds from `now` until `instant` has come, at least 0; rounded up, so that waiting
 * them is enough.
 *
 * @internal
 */
export function wholeMsUntil(instant: number, now: number): number {
  return Math.max(0, Math.ceil(instant - now));
}

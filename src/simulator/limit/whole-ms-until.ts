/**
 * Whole milliseconds from `now` until `instant` has come, at least 0.
 *
 * Rounded up, so that `now` plus the answer is never before `instant`, even where the sum of two
 * large floating-point numbers is rounded down.
 *
 * @internal
 */
export function wholeMsUntil(instant: number, now: number): number {
  const wait = Math.max(0, Math.ceil(instant - now));
  return now + wait < instant ? wait + 1 : wait;
}

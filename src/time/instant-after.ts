/** More than a few steps of arithmetic err by, as a part of their numbers. */
const ROUNDING = 64 * Number.EPSILON;

/**
 * The instant that comes `waitMs` after `now`, in whole ms, rounded up; undefined when it never comes.
 *
 * Of one instant, asked at different times, it is always the same number: what rounding made of the sum does
 * not count.
 */
export function instantAfter(waitMs: number, now: number): number | undefined {
  if (waitMs === Infinity) return undefined;
  return Math.ceil(now + waitMs - ROUNDING * (Math.abs(now) + waitMs));
}

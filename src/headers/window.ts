const WINDOW_MS: ReadonlyMap<string, number> = new Map([
  ['second', 1_000],
  ['sec', 1_000],
  ['minute', 60_000],
  ['min', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
]);

/** Milliseconds of so many seconds, minutes, hours, days or weeks; undefined for a month, which varies. */
export function windowMsOf(unit: string, count = 1): number | undefined {
  const windowMs = WINDOW_MS.get(unit.toLowerCase());
  return windowMs === undefined || count <= 0 ? undefined : windowMs * count;
}

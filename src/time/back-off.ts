/** How long to wait before the next try: all in ms. */
export interface BackOff {
  readonly baseMs: number;
  readonly maxMs: number;
}

export function backOffMs(
  attempt: number,
  { baseMs, maxMs }: BackOff,
  random: () => number,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 1_000));
}

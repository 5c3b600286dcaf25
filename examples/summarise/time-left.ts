/** What is left to do, and how fast it can go. */
export interface Rest {
  /** The windows of the quotas, and what the whole job takes of each. */
  readonly windows: readonly {
    readonly limit: number;
    readonly windowMs: number;
    readonly inAll: number;
  }[];
  readonly elapsedMs: number;
  readonly calls: number;
  /** How long a call takes, on average. */
  readonly callMs: number;
  /** How many run at once. */
  readonly atOnce: number;
}

/**
 * About how long the rest takes, in ms.
 *
 * A full window goes out at once, then the next has to wait until it has left. So from the beginning it is
 * known when the last one opens; after that, what counts is how long answers take.
 */
export function timeLeftMs({ windows, elapsedMs, calls, callMs, atOnce }: Rest): number {
  const lastOpensAt = windows.map(
    ({ limit, windowMs, inAll }) => (Math.ceil(inAll / limit) - 1) * windowMs,
  );
  const untilLastOpens = Math.max(0, ...lastOpensAt.map((opensAt) => opensAt - elapsedMs));
  const callsInLast = Math.min(calls, ...windows.map(({ limit }) => limit));
  return untilLastOpens + (callsInLast * callMs) / atOnce;
}

/** When a call could be let out, by estimates: never later than calls that are served in turn really can. */
export interface Forecast {
  /** Milliseconds until it could be let out: 0 when now, Infinity when only a change of a limit helps. */
  readonly waitMs: number;
  /**
   * What it waits for longest; undefined when it waits for nothing.
   *
   * - `quota`: until it fits below a limit
   * - `gate`: until a gate reopens that a refusal of the provider closed, or until its probe is answered
   * - `turn`: for others who share a quota, came before, and wait for something else; `waitMs` does not know how long
   */
  readonly blockedBy: 'quota' | 'gate' | 'turn' | undefined;
  /** Of the quota that it waits for, itself or a turn in it: its unit. */
  readonly unit?: string;
  /** Length of that quota's window in ms, its margin left out; Infinity for a budget. */
  readonly windowMs?: number;
}

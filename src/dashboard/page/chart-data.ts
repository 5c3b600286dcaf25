/** What a chart draws: for each line a value at each instant. */
export interface ChartData {
  /** In ms, from the oldest to the newest. */
  readonly at: readonly number[];
  /** By line. */
  readonly values: readonly (readonly (number | null)[])[];
  /** From when to when it is drawn, in ms. */
  readonly span: readonly [number, number];
}

/** From `at` (ms) on, so many tokens were charged in the window. */
export interface Level {
  readonly at: number;
  readonly tokens: number;
}

/** How well what was reserved for the answers to calls of one label fits what they really took. */
export interface EstimateState {
  /** The label of the calls; undefined for those without one. */
  readonly label: string | undefined;
  /** How many answers `expected` is learned from. */
  readonly calls: number;
  /** Tokens that the next answer is expected to have at most; undefined while too few answers are known. */
  readonly expected: number | undefined;
  /** Output tokens that were reserved, over the last calls. */
  readonly reserved: number;
  /** Output tokens that were really used, over the same calls. */
  readonly used: number;
  /** `reserved / used`: above 1 too much was reserved. Undefined while nothing was used. */
  readonly accuracy: number | undefined;
}

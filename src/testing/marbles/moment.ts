/** Something that happened at an instant. */
export interface Moment {
  /** When, in ms of virtual time. */
  readonly at: number;
  /** What it is compared by. */
  readonly value: unknown;
  /** What it is shown as. */
  readonly text: string;
}

import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';

/** One try of a call, as who does something about failures knows it. */
export interface Tried<Worked> {
  readonly call: Worked;
  readonly reservation: Reservation | undefined;
  /** What it has reported to have used until now. */
  readonly reported: Usage | undefined;
  readonly hasResponded: boolean;
  /** Whether it is what works for the call now. */
  readonly isLive: boolean;
  /** Gives all back where there is no usage. */
  settle(usage: Usage | undefined): void;
  tearDown(): void;
  /** Ends the call with the error. */
  fail(error: unknown, usage: Usage | undefined): void;
}

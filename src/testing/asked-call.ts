/** One try of a call as a fake service has seen it. */
export interface AskedCall<Request> {
  readonly request: Request;
  /** What the test calls it: see `nameOf` of the fake's options. */
  readonly name: string;
  /** The call's number within the service, from 1. */
  readonly callId: number;
  /** The label given in the call's options. */
  readonly label: string | undefined;
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** When it was let out, in ms of the service's scheduler. */
  readonly startedAt: number;
  /** When its work ended; undefined while it works. */
  readonly endedAt: number | undefined;
  /** How: `cancelled` when its caller left, or it ran out of time. Undefined while it works. */
  readonly end: 'completed' | 'failed' | 'cancelled' | undefined;
}

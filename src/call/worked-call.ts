import type { Observer } from 'rxjs';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';

/** Work that can be ended early. */
export interface Cancellable {
  /** Without an error because the caller has left. */
  cancel(failure?: CallFailure): void;
}

/** Why a call is ended that did not fail by itself. */
export interface CallFailure {
  readonly error: unknown;
}

/** What a run knows of the call that it works for. */
export interface WorkedCall<Request, Response> {
  readonly id: number;
  readonly request: Request;
  readonly label: string | undefined;
  readonly cost: Usage;
  readonly reply: Observer<Response>;
  /** Which try is next, or under way: from 1. */
  attempt: number;
  /** Set when it has been let out. */
  reservation: Reservation | undefined;
  /** The work that is running for it. */
  run: Cancellable | undefined;
  /** Set when the try under way has failed and another follows, so many ms after it has been torn down. */
  retryInMs: number | undefined;
  /** Set when its caller has been told the end, or has left. */
  hasEnded: boolean;
  /** Its times; undefined where it may take as long as it likes. */
  readonly timing?: unknown;
}

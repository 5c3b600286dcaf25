import type { Observer } from 'rxjs';
import { Queueable } from './queue/queueable.js';
import type { Reservation } from './usage/reservation.js';
import type { Usage } from './usage/usage.js';

/** What a caller may say of one call. */
export interface CallOptions {
  /** Cancels the call, as unsubscribing does; the caller gets the signal's reason as error. */
  readonly signal?: AbortSignal | undefined;
  /** A whole number; higher goes first, equals in order of arrival. Default 0. Waiting 60 s gains 1. */
  readonly priority?: number | undefined;
  /** A name for what the call is about, shown in events and given to `process`. */
  readonly label?: string | undefined;
}

/** Work that can be ended early. */
interface Cancellable {
  cancel(): void;
}

/** One call on its way: what was asked, what it costs, where it waits, and who gets the answer. */
export class Call<Request = unknown, Response = unknown> extends Queueable {
  /** Which try is next, or under way: from 1. */
  attempt = 1;
  /** Set when it has been let out. */
  reservation: Reservation | undefined = undefined;
  /** When its latest try began or failed, in ms; only set while somebody hears of events. */
  movedAt: number | undefined = undefined;
  /** The work that is running for it. */
  run: Cancellable | undefined = undefined;
  /** Set when the try under way has failed and another follows, so many ms after it has been torn down. */
  retryInMs: number | undefined = undefined;
  /** Set when its caller has been told the end, or has left. */
  hasEnded = false;

  constructor(
    readonly id: number,
    readonly request: Request,
    override cost: Usage,
    readonly label: string | undefined,
    readonly reply: Observer<Response>,
  ) {
    super();
  }
}

import type { Observer } from 'rxjs';
import type { CallTiming } from './call-timing.js';
import { Queueable } from '../queue/queueable.js';
import type { ServiceEvent } from '../telemetry/service-event.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';

/** Work that can be ended early. */
interface Cancellable {
  /** Without an error because the caller has left. */
  cancel(failure?: CallFailure): void;
}

/** Whoever can end a call. */
interface Canceller<Request, Response> {
  cancel(call: Call<Request, Response>): void;
}

/** Why a call is ended that did not fail by itself. */
export interface CallFailure {
  readonly error: unknown;
}

/** What was told of a call's way. */
interface Heard {
  /** When its latest try began or failed, in ms. */
  readonly movedAt: number;
  /** How long its first try was waited for, in ms. */
  readonly waitedMs: number | undefined;
}

/** Hears of each step of one call when it is made, and gives what tells of it in its turn. */
export type CallWatcher = (step: ServiceEvent) => () => void;

/** One call on its way: what was asked, what it costs, where it waits, and who gets the answer. */
export class Call<Request = unknown, Response = unknown> extends Queueable {
  /** Which try is next, or under way: from 1. */
  attempt = 1;
  /** Set when it has been let out. */
  reservation: Reservation | undefined = undefined;
  /** What was told of it; only set while somebody hears of events. */
  heard: Heard | undefined = undefined;
  /** The work that is running for it. */
  run: Cancellable | undefined = undefined;
  /** Set when the try under way has failed and another follows, so many ms after it has been torn down. */
  retryInMs: number | undefined = undefined;
  /** Set when it has come in: until then nobody has heard of it. */
  wasAccepted = false;
  /** Set when its caller has been told the end, or has left. */
  hasEnded = false;
  /** Who cancels it when its caller leaves. */
  canceller: Canceller<Request, Response> | undefined = undefined;
  /** Its times; undefined where it may take as long as it likes. */
  timing: CallTiming | undefined = undefined;
  /** Fires when its caller wants it no more: before it has been cancelled, others may be. */
  signal: AbortSignal | undefined = undefined;
  /** Hears of its steps, whether or not anybody hears of all calls'. */
  watcher: CallWatcher | undefined = undefined;

  constructor(
    readonly id: number,
    readonly request: Request,
    override cost: Usage,
    readonly label: string | undefined,
    readonly reply: Observer<Response>,
  ) {
    super();
  }

  /** Cancels it: so it can be added to a subscription as it is, without a closure for each. */
  unsubscribe(): void {
    this.canceller?.cancel(this);
  }

  /** Which call it is: a subscription holds it, and what prints that must print no request, nor its neighbours'. */
  toJSON(): object {
    const { id: callId, label, tenant, priority, attempt } = this;
    return { callId, label, tenant, priority, attempt };
  }

  /** What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON();
  }
}

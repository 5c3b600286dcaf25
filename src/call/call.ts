import type { Observer } from 'rxjs';
import type { CallTiming } from './call-timing.js';
import { Queueable } from '../queue/queueable.js';
import type { ServiceEvent } from '../telemetry/service-event.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import type { Cancellable, WorkedCall } from './worked-call.js';

/** Whoever can end a call. */
interface Canceller<Request, Response> {
  cancel(call: Call<Request, Response>): void;
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
export class Call<Request = unknown, Response = unknown>
  extends Queueable
  implements WorkedCall<Request, Response>
{
  attempt = 1;
  reservation: Reservation | undefined = undefined;
  /** What was told of it; only set while somebody hears of events. */
  heard: Heard | undefined = undefined;
  run: Cancellable | undefined = undefined;
  retryInMs: number | undefined = undefined;
  /** Set when it has come in: until then nobody has heard of it. */
  wasAccepted = false;
  hasEnded = false;
  /** Who cancels it when its caller leaves. */
  canceller: Canceller<Request, Response> | undefined = undefined;
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

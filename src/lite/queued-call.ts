import type { Observer } from 'rxjs';
import type { Cancellable, WorkedCall } from '../call/worked-call.js';
import type { CallOptions } from './call-options.js';
import { IndexedHeap } from '../heap/indexed-heap.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';

/** While it waits this long, a call gains as much as one priority gives: what `rxllm` does, so that nothing starves. */
const AGEING_MS = 60_000;

/** One call on its way: what was asked, what it costs, where it waits, and who gets the answer. */
export class QueuedCall<Request, Response> implements WorkedCall<Request, Response> {
  readonly label: string | undefined;
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  attempt = 1;
  reservation: Reservation | undefined = undefined;
  run: Cancellable | undefined = undefined;
  retryInMs: number | undefined = undefined;
  hasEnded = false;
  queuedAt = 0;
  /** Its place in the queue; below 0 while it is not in it. */
  place = -1;

  constructor(
    readonly id: number,
    readonly request: Request,
    readonly cost: Usage,
    { label, priority = 0, signal }: CallOptions,
    readonly reply: Observer<Response>,
    private readonly cancel: (call: QueuedCall<Request, Response>) => void,
  ) {
    this.label = label;
    this.priority = priority;
    this.signal = signal;
  }

  /** Cancels it: so it can be added to a subscription as it is. */
  unsubscribe(): void {
    this.cancel(this);
  }

  /** Which call it is: a subscription holds it, and what prints that must print no request. */
  toJSON(): object {
    const { id: callId, label, priority, attempt } = this;
    return { callId, label, priority, attempt };
  }

  /** What console.log shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON();
  }
}

/** Those that wait, by priority and age; of equals the one that came first. */
export function queueOfCalls<Request, Response>(): IndexedHeap<QueuedCall<Request, Response>> {
  return new IndexedHeap<QueuedCall<Request, Response>>(
    (one, other) =>
      (keyOf(one) - keyOf(other) || other.priority - one.priority || one.id - other.id) < 0,
    {
      get: (call) => call.place,
      set: (call, place) => (call.place = place),
      delete: (call) => (call.place = -1),
    },
  );
}

function keyOf({
  queuedAt,
  priority,
}: Pick<QueuedCall<unknown, unknown>, 'queuedAt' | 'priority'>): number {
  return queuedAt - priority * AGEING_MS;
}

import type { Observer, Subscriber } from 'rxjs';
import type { Call } from '../call/call.js';
import type { CallEvent, CallQueuedEvent, FailedEvent } from './call-event.js';
import type { CallStep, EndedEvent, ServiceEvent, StartedEvent } from './service-event.js';

type AnyCall = Call<unknown, never>;

/** Where the call stands in the queue when it is accepted. */
export type Standing = Pick<CallQueuedEvent, 'position' | 'expectedStart'>;

/** What a life asks of the service. */
export interface CallLifeParts {
  readonly standingOf: (call: AnyCall) => Standing;
  readonly now: () => number;
  /** Tells when what happened before has been told. */
  readonly inOrder: (tell: () => void) => void;
}

/** Tells the life of one call: its steps, as the service tells them, and its responses in between. */
export class CallLife<Response> implements Observer<Response> {
  private last: Response | undefined;
  private ended: EndedEvent | undefined;
  private step: CallStep | undefined;
  private attempt = 1;

  constructor(
    private readonly subscriber: Subscriber<CallEvent<Response>>,
    private readonly parts: CallLifeParts,
  ) {}

  /** Hears of the steps of the call, whose reply it is. */
  watch(call: AnyCall): void {
    call.watcher = (event) => {
      // Where it stands is asked when it comes: it may have moved by the time it is told.
      const told = event.type === 'queued' ? { ...event, ...this.parts.standingOf(call) } : event;
      return () => {
        this.hear(told);
      };
    };
  }

  private hear(event: ServiceEvent | CallQueuedEvent): void {
    if ('position' in event) this.queued(event);
    else if (event.type === 'started') this.started(event);
    else if (event.type === 'retrying') this.subscriber.next(event);
    else if (event.type !== 'fault' && event.type !== 'queued') this.end(event);
  }

  next(response: Response): void {
    this.last = response;
    const at = this.parts.now();
    this.parts.inOrder(() => {
      this.tell(response, at);
    });
  }

  error(error: unknown): void {
    this.parts.inOrder(() => {
      this.subscriber.error(error);
    });
  }

  complete(): void {
    this.parts.inOrder(() => {
      if (this.ended) this.subscriber.next(this.result(this.ended));
      this.subscriber.complete();
    });
  }

  private tell(response: Response, at: number): void {
    const { step, attempt } = this;
    if (step) this.subscriber.next({ ...step, at, type: 'value', attempt, response });
  }

  private started(event: StartedEvent): void {
    this.attempt = event.attempt;
    this.subscriber.next(event);
  }

  private queued(event: CallQueuedEvent): void {
    const { callId, label, tenant, priority, at } = event;
    this.step = { callId, label, tenant, priority, at };
    this.subscriber.next(event);
  }

  private end(event: EndedEvent): void {
    const { isEstimated = true, at } = event;
    this.ended = event;
    const { usage } = event;
    if (usage && this.step)
      this.subscriber.next({ ...this.step, at, type: 'usage', usage, isEstimated });
    if (isFailed(event)) this.subscriber.next(event);
  }

  private result({ attempt, waitMs = 0, runMs = 0, at }: EndedEvent): CallEvent<Response> {
    const step = this.step as CallStep;
    return { ...step, at, type: 'result', response: this.last, attempt, waitMs, runMs };
  }
}

function isFailed(event: EndedEvent): event is FailedEvent {
  return event.type === 'failed';
}

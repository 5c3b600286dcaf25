import type { Observer, Subscriber } from 'rxjs';
import type { Usage } from '../usage/usage.js';
import type { CallEvent, CallQueuedEvent } from './call-event.js';
import type { CallStep, EndedEvent, QueuedEvent, ServiceEvent } from './service-event.js';

/** Where the call stands in the queue when it is accepted. */
export type Standing = Pick<CallQueuedEvent, 'position' | 'expectedStart'>;

/** Tells the life of one call: its steps, as the service tells them, and its responses in between. */
export class CallLife<Response> implements Observer<Response> {
  private last: Response | undefined;
  private ended: EndedEvent | undefined;
  private step: CallStep | undefined;
  private cost: Usage = {};

  constructor(
    private readonly subscriber: Subscriber<CallEvent<Response>>,
    private readonly standing: () => Standing,
    private readonly now: () => number,
  ) {}

  /** A step of the call. */
  readonly watch = (event: ServiceEvent): void => {
    if (event.type === 'queued') this.subscriber.next(this.withStanding(event));
    else if (event.type === 'started' || event.type === 'retrying') this.subscriber.next(event);
    else if (event.type !== 'fault') this.end(event);
  };

  next(response: Response): void {
    this.last = response;
    if (this.step) this.subscriber.next({ ...this.step, at: this.now(), type: 'value', response });
  }

  error(error: unknown): void {
    this.subscriber.error(error);
  }

  complete(): void {
    if (this.ended) this.subscriber.next(this.result(this.ended));
    this.subscriber.complete();
  }

  private withStanding(event: QueuedEvent): CallQueuedEvent {
    const { callId, label, tenant, priority, at } = event;
    this.step = { callId, label, tenant, priority, at };
    this.cost = event.cost;
    return { ...event, ...this.standing() };
  }

  private end(event: EndedEvent): void {
    const { isEstimated = true, at } = event;
    this.ended = event;
    // What it does not tell stays as it was reserved.
    const usage = event.usage && { ...this.cost, ...event.usage };
    if (usage && this.step)
      this.subscriber.next({ ...this.step, at, type: 'usage', usage, isEstimated });
    if (event.type === 'failed') this.subscriber.next({ ...event, type: 'failed' });
  }

  private result({ attempt, waitMs = 0, runMs = 0, at }: EndedEvent): CallEvent<Response> {
    const step = this.step as CallStep;
    return { ...step, at, type: 'result', response: this.last, attempt, waitMs, runMs };
  }
}

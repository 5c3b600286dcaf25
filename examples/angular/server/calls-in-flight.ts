import type { Observable, Subscription } from 'rxjs';
import type { ServiceEvent } from 'rxllm';

/** Whose call it is. */
export interface Caller {
  readonly tenant: string;
  readonly priority: number;
}

/** Knows whose calls are in flight: `state$` says it of those in the queue only. */
export class CallsInFlight {
  private readonly callers = new Map<number, Caller>();
  private readonly subscription: Subscription;

  constructor(events$: Observable<ServiceEvent>) {
    this.subscription = events$.subscribe((event) => this.note(event));
  }

  get all(): Iterable<Caller> {
    return this.callers.values();
  }

  close(): void {
    this.subscription.unsubscribe();
  }

  private note({ type, callId, tenant = '', priority }: ServiceEvent): void {
    if (type === 'started') this.callers.set(callId, { tenant, priority });
    else if (callId !== undefined) this.callers.delete(callId);
  }
}

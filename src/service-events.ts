import { map, merge, type Observable, Subject } from 'rxjs';
import type { Call } from './call.js';
import type { Ending } from './worker.js';
import type { ServiceEvent } from './service-event.js';
import type { Clock } from './time/clock.js';

type AnyCall = Call<unknown, never>;

/** Tells of each step of a call, to whoever listens; while nobody does, it reads no clock. */
export class ServiceEvents {
  readonly events$: Observable<ServiceEvent>;
  private readonly subject = new Subject<ServiceEvent>();
  private untold: ServiceEvent[] = [];
  private isTelling = false;
  private isComplete = false;

  constructor(
    private readonly clock: Clock,
    faults$: Observable<unknown>,
  ) {
    const toEvent = (error: unknown): ServiceEvent => ({ type: 'fault', at: clock.now(), error });
    this.events$ = merge(this.subject, faults$.pipe(map(toEvent)));
  }

  queued({ id: callId, label }: AnyCall): void {
    if (this.subject.observed) this.tell({ type: 'queued', callId, label, at: this.clock.now() });
  }

  started(call: AnyCall): void {
    if (!this.subject.observed) return;
    const { id: callId, label, attempt, queuedAt } = call;
    const at = this.clock.now();
    const waitMs = at - (attempt > 1 ? (call.movedAt ?? queuedAt) : queuedAt);
    call.movedAt = at;
    this.tell({ type: 'started', callId, label, at, attempt, waitMs });
  }

  retrying(call: AnyCall, attempt: number, delayMs: number, error: unknown): void {
    if (!this.subject.observed) return;
    const { id: callId, label } = call;
    const at = this.clock.now();
    call.movedAt = at;
    this.tell({ type: 'retrying', callId, label, at, attempt, delayMs, error });
  }

  ended(call: AnyCall, { outcome: type, usage, isEstimated, error }: Ending): void {
    if (!this.subject.observed) return;
    const { id: callId, label, attempt, movedAt } = call;
    const at = this.clock.now();
    const hasStarted = isEstimated !== undefined;
    const runMs = hasStarted && movedAt !== undefined ? at - movedAt : undefined;
    const settled = usage ? { usage, isEstimated: isEstimated ?? true } : {};
    const event = { type, callId, label, at, attempt, runMs, ...settled };
    this.tell(type === 'failed' ? { ...event, error } : event);
  }

  fault(error: unknown): void {
    if (this.subject.observed) this.tell({ type: 'fault', at: this.clock.now(), error });
  }

  complete(): void {
    this.isComplete = true;
    if (!this.isTelling) this.subject.complete();
  }

  /** What a listener brings about is told when all have heard of what happened before. */
  private tell(event: ServiceEvent): void {
    this.untold.push(event);
    if (this.isTelling) return;
    this.isTelling = true;
    while (this.untold.length > 0) {
      const events = this.untold;
      this.untold = [];
      for (const one of events) this.subject.next(one);
    }
    this.isTelling = false;
    if (this.isComplete) this.subject.complete();
  }
}

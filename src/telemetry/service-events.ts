import { map, merge, type Observable, Subject } from 'rxjs';
import type { Call } from '../call.js';
import type { Ending } from '../worker.js';
import type { CallStep, ServiceEvent } from './service-event.js';
import type { Clock } from '../time/clock.js';

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

  queued(call: AnyCall): void {
    if (!this.isHeard(call)) return;
    const step = this.stepOf(call);
    // It may be refused before it is queued.
    call.queuedAt = step.at;
    this.step(call, { type: 'queued', ...step, cost: call.cost });
  }

  started(call: AnyCall): void {
    if (!this.isHeard(call)) return;
    const { attempt, queuedAt, heard } = call;
    const step = this.stepOf(call);
    const { at } = step;
    const waitMs = at - (attempt > 1 ? (heard?.movedAt ?? queuedAt) : queuedAt);
    const waitedMs = attempt > 1 ? heard?.waitedMs : waitMs;
    call.heard = { movedAt: at, waitedMs };
    this.step(call, { type: 'started', ...step, attempt, waitMs });
  }

  retrying(call: AnyCall, attempt: number, delayMs: number, error: unknown): void {
    if (!this.isHeard(call)) return;
    const step = this.stepOf(call);
    call.heard = { movedAt: step.at, waitedMs: call.heard?.waitedMs };
    this.step(call, { type: 'retrying', ...step, attempt, delayMs, error });
  }

  ended(call: AnyCall, { outcome: type, usage, isEstimated, error }: Ending): void {
    if (!this.isHeard(call)) return;
    const { attempt, heard } = call;
    const step = this.stepOf(call);
    const isRun = isEstimated !== undefined;
    const runMs = isRun && heard ? step.at - heard.movedAt : undefined;
    const waitMs = isRun || attempt > 1 ? heard?.waitedMs : step.at - call.queuedAt;
    const settled = usage ? { usage, isEstimated: isEstimated ?? true } : {};
    const event = { type, ...step, attempt, waitMs, runMs, ...settled };
    this.step(call, type === 'failed' ? { ...event, error } : event);
  }

  fault(error: unknown): void {
    if (this.subject.observed) this.tell({ type: 'fault', at: this.clock.now(), error });
  }

  complete(): void {
    this.isComplete = true;
    if (!this.isTelling) this.subject.complete();
  }

  private isHeard({ watcher }: AnyCall): boolean {
    return watcher !== undefined || this.subject.observed;
  }

  private stepOf({ id: callId, label, tenant, priority }: AnyCall): CallStep {
    return { callId, label, tenant, priority, at: this.clock.now() };
  }

  /** Who watches one call hears at once: its responses come in between. */
  private step({ watcher }: AnyCall, event: ServiceEvent): void {
    watcher?.(event);
    if (this.subject.observed) this.tell(event);
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

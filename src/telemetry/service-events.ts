import { map, merge, type Observable, Subject } from 'rxjs';
import type { Call } from '../call/call.js';
import type { Ending } from '../call/worker.js';
import { withError } from './event-with-error.js';
import type { CallStep, ServiceEvent } from './service-event.js';
import type { Clock } from '../time/clock.js';

type AnyCall = Call<unknown, never>;

/** Tells of each step of a call, to whoever listens; while nobody does, it reads no clock. */
export class ServiceEvents {
  readonly events$: Observable<ServiceEvent>;
  private readonly subject = new Subject<ServiceEvent>();
  private untold: (() => void)[] = [];
  private isTelling = false;
  private isComplete = false;

  constructor(
    private readonly clock: Clock,
    faults$: Observable<unknown>,
  ) {
    const toEvent = (error: unknown) => faultAt(clock.now(), error);
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
    const step = this.stepOf(call);
    // Even while nobody hears of it: who listens when it is tried again hears how long it waited.
    call.heard = { movedAt: step.at, waitedMs: call.heard?.waitedMs };
    if (!this.isHeard(call)) return;
    this.step(call, withError({ type: 'retrying', ...step, attempt, delayMs }, error));
  }

  ended(call: AnyCall, { outcome: type, usage, isEstimated, error }: Ending): void {
    if (!this.isHeard(call)) return;
    const { attempt, heard } = call;
    const step = this.stepOf(call);
    const isRun = isEstimated !== undefined;
    const runMs = isRun && heard ? step.at - heard.movedAt : undefined;
    const waitMs = isRun || attempt > 1 ? heard?.waitedMs : step.at - call.queuedAt;
    // What was not told stays as it was estimated.
    const settled = usage
      ? { usage: { ...call.cost, ...usage }, isEstimated: isEstimated ?? true }
      : {};
    const event = { type, ...step, attempt, waitMs, runMs, ...settled };
    this.step(call, type === 'failed' ? withError(event, error) : event);
  }

  fault(error: unknown): void {
    if (this.subject.observed) this.tell(faultAt(this.clock.now(), error));
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

  private step({ watcher }: AnyCall, event: ServiceEvent): void {
    const tell = watcher?.(event);
    this.inOrder(() => {
      tell?.();
      this.subject.next(event);
    });
  }

  private tell(event: ServiceEvent): void {
    this.inOrder(() => {
      this.subject.next(event);
    });
  }

  /** What a listener brings about is told when all have heard of what happened before. */
  inOrder(tell: () => void): void {
    this.untold.push(tell);
    if (this.isTelling) return;
    this.isTelling = true;
    // More may be added while these are told.
    for (const next of this.untold) this.tellSafely(next);
    this.untold = [];
    this.isTelling = false;
    if (this.isComplete) this.subject.complete();
  }

  /** Whoever fails as he leaves must not keep others from hearing. */
  private tellSafely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.fault(error);
    }
  }
}

function faultAt(at: number, error: unknown): ServiceEvent {
  return withError({ type: 'fault', at }, error);
}

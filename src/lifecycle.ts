import { AsyncSubject, lastValueFrom, map, type Observable } from 'rxjs';
import type { Failure, Resources } from './resources.js';
import type { ServiceState } from './telemetry/service-state.js';

/** What a lifecycle asks of its service. */
export interface LifecycleParts {
  readonly resources: Resources;
  /** Whether no call is queued or in flight. */
  readonly isEmpty: () => boolean;
  /** Calls may start now. */
  readonly onAcquired: () => void;
  /** Calls that wait for the resources will not get them. */
  readonly onAcquireFailed: (error: unknown) => void;
  /** Nothing will happen any more. */
  readonly onClosed: () => void;
}

/**
 * From the first call to the last: acquires, takes calls, and once told to close waits for them to end and
 * releases.
 *
 * ```text
 * idle ── starting ── running ── closing ── closed
 *     └── (acquiring failed) ┘
 * ```
 */
export class Lifecycle {
  private phase: 'open' | 'closing' | 'releasing' | 'closed' = 'open';
  private readonly end$ = new AsyncSubject<Failure | undefined>();
  /** Emits once, when it has closed; at once when it has closed before. */
  readonly closed$: Observable<unknown> = this.end$;

  constructor(private readonly parts: LifecycleParts) {}

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.phase === 'open';
  }

  get status(): ServiceState['status'] {
    if (this.phase !== 'open') return this.phase === 'closed' ? 'closed' : 'closing';
    if (this.parts.resources.areHeld) return 'running';
    return this.parts.resources.isAcquiring ? 'starting' : 'idle';
  }

  /** Acquires, unless that was done or is under way; throws what acquiring fails with in this turn. */
  start(): void {
    const { resources } = this.parts;
    if (resources.areHeld) return;
    if (!resources.isAcquiring) this.acquire();
    if (resources.failure) throw resources.failure.error;
  }

  /** Acquires, or joins the acquiring that is under way or done. */
  acquire(): Observable<never> {
    const { resources, onAcquired, onAcquireFailed } = this.parts;
    const isUnderWay = resources.areHeld || resources.isAcquiring;
    const acquired$ = resources.acquire();
    if (!isUnderWay) acquired$.subscribe({ complete: onAcquired, error: onAcquireFailed });
    return acquired$;
  }

  /** Takes no more calls; it is to be told when something has moved. */
  close(): void {
    if (this.phase === 'open') this.phase = 'closing';
  }

  /** Waits for the resources no more: should they come, they are released then. The same holds. */
  abandon(error: unknown): void {
    this.parts.resources.abandonAcquiring(error);
  }

  /** Resolves when it has closed; rejects with what releasing failed with. */
  closed(): Promise<void> {
    const closed$ = this.end$.pipe(
      map((failure) => {
        if (failure) throw failure.error;
      }),
    );
    return lastValueFrom(closed$);
  }

  /** Something has moved: it may have been the last call. */
  moved(): void {
    const { resources, isEmpty } = this.parts;
    if (this.phase !== 'closing' || !isEmpty() || resources.isAcquiring) return;
    this.phase = 'releasing';
    resources.release().subscribe({
      complete: () => {
        this.finish();
      },
      error: (error: unknown) => {
        this.finish({ error });
      },
    });
  }

  private finish(failure?: Failure): void {
    this.phase = 'closed';
    this.parts.onClosed();
    this.end$.next(failure);
    this.end$.complete();
  }
}

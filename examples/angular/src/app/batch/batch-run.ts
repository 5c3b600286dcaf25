import { computed, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import {
  auditTime,
  catchError,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  Subject,
  Subscription,
  tap,
} from 'rxjs';
import type { ServiceEvent } from 'rxllm';
import { injectLLMService } from 'rxllm/angular';
import type { Answer } from '../../../server/wire';
import { BATCH } from '../back-end/batch-service';
import { makeTickets, type Ticket } from './tickets';

export type TicketStatus = 'ready' | 'waiting' | 'in flight' | 'answered' | 'failed' | 'cancelled';

/** An answer as it is shown. */
export interface Answered extends Answer {
  readonly number: number;
  readonly isUrgent: boolean;
}

const MOST_ANSWERS = 5;
/** What is drawn changes ten times a second, however much happens. */
const DRAWN_EVERY_MS = 100;

/** The batch: it goes on while one looks at another page. */
@Injectable({ providedIn: 'root' })
export class BatchRun {
  readonly tickets = makeTickets();
  /** By ticket, in their order. */
  readonly statuses = signal<readonly TicketStatus[]>(this.tickets.map(() => 'ready'));
  /** The latest, the last one first. */
  readonly answers = signal<readonly Answered[]>([]);
  readonly tokens = signal(0);
  readonly isRunning = signal(false);
  readonly hasRun = computed(() => this.statuses().some((status) => status !== 'ready'));

  private readonly service = injectLLMService(BATCH);
  private readonly latest = new Map<string, TicketStatus>();
  private readonly changed$ = new Subject<void>();
  private calls = Subscription.EMPTY;

  constructor() {
    this.service.events$.pipe(takeUntilDestroyed()).subscribe((event) => this.note(event));
    this.changed$
      .pipe(auditTime(DRAWN_EVERY_MS), takeUntilDestroyed())
      .subscribe(() => this.draw());
  }

  /** Makes all calls. None goes before all are queued, so that not even the first four overtake an urgent one. */
  start(): void {
    if (this.isRunning()) return;
    this.latest.clear();
    this.answers.set([]);
    this.tokens.set(0);
    this.isRunning.set(true);
    this.service.pause();
    this.calls = merge(...this.tickets.map((ticket) => this.call(ticket)))
      .pipe(finalize(() => this.isRunning.set(false)))
      .subscribe();
    this.service.resume();
  }

  /** Unsubscribes from all of them: what waits is not sent, what is in flight is torn down. */
  cancel(): void {
    this.calls.unsubscribe();
    this.service.resume(); // after that, or four more would go where it was paused
  }

  private call(ticket: Ticket): Observable<never> {
    const { label, priority } = ticket;
    return this.service.call(ticket, { label, priority }).pipe(
      tap((answer) => this.show(ticket, answer)),
      ignoreElements(),
      // One that fails stops no other; its square says so.
      catchError(() => EMPTY),
    );
  }

  private show({ number, priority }: Ticket, answer: Answer): void {
    const answered = { ...answer, number, isUrgent: priority > 0 };
    this.answers.update((answers) => [answered, ...answers].slice(0, MOST_ANSWERS));
    this.tokens.update((tokens) => tokens + answer.tokens);
  }

  private note({ type, label }: ServiceEvent): void {
    if (label === undefined) return;
    this.latest.set(label, STATUS_AFTER[type]);
    this.changed$.next();
  }

  private draw(): void {
    this.statuses.set(this.tickets.map(({ label }) => this.latest.get(label) ?? 'ready'));
  }
}

const STATUS_AFTER: Readonly<Record<Exclude<ServiceEvent['type'], 'fault'>, TicketStatus>> = {
  queued: 'waiting',
  started: 'in flight',
  retrying: 'waiting',
  completed: 'answered',
  failed: 'failed',
  cancelled: 'cancelled',
};

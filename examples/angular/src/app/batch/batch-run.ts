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
import { told } from '../back-end/back-end-error';
import { BATCH } from '../back-end/batch-service';
import { STATUS_AFTER, type TicketStatus } from './ticket-status';
import { makeTickets, type Ticket } from './tickets';

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
  /** Why the latest of those has failed that have. */
  readonly failure = signal('');
  readonly isRunning = signal(false);
  readonly hasRun = computed(() => this.statuses().some((status) => status !== 'ready'));
  readonly hasRest = computed(
    () => this.hasRun() && this.statuses().some((status) => status !== 'answered'),
  );

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

  /** Makes all calls. */
  start(): void {
    if (this.isRunning()) return;
    this.latest.clear();
    this.answers.set([]);
    this.tokens.set(0);
    this.send(this.tickets);
  }

  /** Makes those again that were not answered: cancelled ones, or those of a broken connection. */
  sendRest(): void {
    if (this.isRunning()) return;
    this.send(this.tickets.filter(({ label }) => this.latest.get(label) !== 'answered'));
  }

  /** Unsubscribes from all of them: what waits is not sent, what is in flight is torn down. */
  cancel(): void {
    this.calls.unsubscribe();
    this.service.resume(); // after that, or four more would go where it was paused
  }

  /** None goes before all are queued, so that not even the first four overtake an urgent one. */
  private send(tickets: readonly Ticket[]): void {
    this.failure.set('');
    this.isRunning.set(true);
    this.service.pause();
    this.calls = merge(...tickets.map((ticket) => this.call(ticket)))
      .pipe(finalize(() => this.changed$.next()))
      .subscribe();
    this.service.resume();
  }

  private call(ticket: Ticket): Observable<never> {
    const { label, priority } = ticket;
    return this.service.call(ticket, { label, priority }).pipe(
      tap((answer) => this.show(ticket, answer)),
      ignoreElements(),
      // One that fails stops no other.
      catchError((error: unknown) => {
        this.failure.set(told(error));
        return EMPTY;
      }),
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

  /** All at once: a batch has ended when the last of its calls is seen to have. */
  private draw(): void {
    this.statuses.set(this.tickets.map(({ label }) => this.latest.get(label) ?? 'ready'));
    this.isRunning.set(!this.calls.closed);
  }
}

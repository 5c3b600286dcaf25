import { DecimalPipe } from '@angular/common';
import { Component, computed, inject } from '@angular/core';
import { injectLLMService, stateSignal } from 'rxllm/angular';
import { BATCH } from '../back-end/batch-service';
import { duration } from '../shared/duration';
import { BatchRun } from './batch-run';
import { OneMore } from './one-more';
import type { TicketStatus } from './ticket-status';
import { NORMAL, URGENT } from './tickets';

/** How far the calls of one priority are. */
interface Progress {
  readonly name: string;
  readonly of: number;
  readonly answered: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly failed: number;
  /** How long, or for what, a call would wait that was made now. */
  readonly wait: string;
}

/** 500 calls of two priorities through a service of this browser. */
@Component({
  selector: 'app-batch',
  imports: [DecimalPipe, OneMore],
  templateUrl: './batch.html',
  styleUrl: './batch.css',
})
export class Batch {
  private readonly service = injectLLMService(BATCH);
  protected readonly run = inject(BatchRun);
  protected readonly state = stateSignal(this.service);
  protected readonly isPaused = computed(() => this.state().status === 'paused');

  protected readonly progress = computed((): readonly Progress[] => [
    this.progressOf('Urgent', URGENT),
    this.progressOf('Normal', NORMAL),
  ]);

  protected readonly squares = computed(() =>
    this.run.statuses().map((status, index) => ({
      status,
      isUrgent: this.run.tickets[index]?.priority === URGENT,
    })),
  );

  protected readonly summary = computed(() => {
    const statuses = this.run.statuses();
    const count = (status: TicketStatus) => statuses.filter((one) => one === status).length;
    const [answered, cancelled, failed] = [count('answered'), count('cancelled'), count('failed')];
    if (!this.run.hasRun()) return `${statuses.length} tickets are ready to be sent.`;
    if (this.run.isRunning()) {
      return this.isPaused() ? 'Paused: what is in flight comes home.' : 'Under way.';
    }
    return [
      `${answered} answered`,
      ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
      ...(failed > 0 ? [`${failed} failed. ${this.run.failure()}`] : []),
    ].join(', ');
  });

  protected togglePause(): void {
    if (this.isPaused()) this.service.resume();
    else this.service.pause();
  }

  private progressOf(name: string, priority: number): Progress {
    const { queued } = this.state(); // whenever that changes
    const statuses = this.run
      .statuses()
      .filter((_, index) => this.run.tickets[index]?.priority === priority);
    const count = (status: TicketStatus) => statuses.filter((one) => one === status).length;
    const waitMs =
      queued === 0 ? 0 : this.service.expectedWait({ prompt: '', priority }, { priority });
    return {
      name,
      of: statuses.length,
      answered: count('answered'),
      inFlight: count('in flight'),
      waiting: count('waiting'),
      failed: count('failed'),
      wait: this.isPaused() ? 'for you to resume' : duration(waitMs),
    };
  }
}

import { Component, computed, signal } from '@angular/core';
import { callSignal, injectLLMService } from 'rxllm/angular';
import { told } from '../back-end/back-end-error';
import { BATCH, type BatchRequest } from '../back-end/batch-service';
import { duration } from '../shared/duration';

const FIRST_OF_ALL = 10;

/** One call beside the batch, that goes before all of it: a `callSignal`. */
@Component({
  selector: 'app-one-more',
  template: `
    <button type="button" (click)="send()">Send one ahead of all</button>
    <p role="status" [class.bad]="answer.status() === 'error'">{{ status() }}</p>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      gap: 0.5rem 1rem;
      align-items: center;
    }
    p {
      margin: 0;
      color: var(--quiet);
      font-size: 0.925rem;
    }
    .bad {
      color: var(--bad);
    }
    @media (max-width: 40rem) {
      :host {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class OneMore {
  private readonly request = signal<BatchRequest | undefined>(undefined);
  private readonly sentAt = signal(0);

  protected readonly answer = callSignal(injectLLMService(BATCH), this.request, {
    callOptions: { priority: FIRST_OF_ALL },
  });

  protected readonly status = computed(() => {
    const error = this.answer.error();
    if (error) return told(error);
    const step = this.answer.step();
    if (step?.type === 'queued') return `Number ${step.position} in the queue`;
    if (this.answer.isLoading()) return 'Under way …';
    const value = this.answer.value();
    return value ? `${value.text} (after ${duration(performance.now() - this.sentAt())})` : '';
  });

  protected send(): void {
    this.sentAt.set(performance.now());
    this.request.set({ prompt: 'Where is my parcel of this morning?', priority: FIRST_OF_ALL });
  }
}

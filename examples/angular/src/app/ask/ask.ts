import { DecimalPipe } from '@angular/common';
import { Component, computed, signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { catchError, debounceTime, type Observable, of, scan, startWith, switchMap } from 'rxjs';
import { injectLLMService } from 'rxllm/angular';
import { LONGEST_PROMPT, type StreamEvent } from '../../../server/wire';
import { told } from '../back-end/back-end-error';
import { CHAT } from '../back-end/chat-service';
import { PIPE } from './pipe';
import { Trail } from './trail';
import { tokensOf, type Turn, turnOf, withEvent } from './turn';

/** A prompt box whose answer streams in while one types. */
@Component({
  selector: 'app-ask',
  imports: [DecimalPipe],
  templateUrl: './ask.html',
  styleUrl: './ask.css',
})
export class Ask {
  private readonly chat = injectLLMService(CHAT);
  protected readonly prompt = signal('');
  protected readonly trail = new Trail();
  protected readonly pipe = PIPE;
  protected readonly longest = LONGEST_PROMPT;
  protected readonly suggestions = [
    'What does switchMap do?',
    'How does a quota work?',
    'And if I cancel?',
  ];

  // The page shows this, and what follows: see pipe.ts.
  protected readonly turn = toSignal(
    toObservable(this.prompt).pipe(
      debounceTime(150),
      switchMap((prompt) => this.ask(prompt)),
    ),
  );

  protected readonly status = computed(() => statusOf(this.turn()));
  protected readonly isStreaming = computed(() => this.turn()?.phase === 'started');

  private ask(prompt: string) {
    if (!prompt.trim()) return of(undefined);
    return this.chat
      .call(prompt)
      .pipe(
        catchError(failed),
        scan(withEvent, turnOf(prompt)),
        startWith(turnOf(prompt)),
        this.trail.keep(),
      );
  }
}

/** The last event of a call that fails: the outer pipe goes on. */
function failed(error: unknown): Observable<StreamEvent> {
  return of({ type: 'failed', code: '', message: told(error) });
}

function statusOf(turn: Turn | undefined): string {
  switch (turn?.phase) {
    case undefined:
      return 'Type, and the answer comes.';
    case 'sent':
      return 'Sending …';
    case 'queued':
      return `Number ${turn.position} in the queue`;
    case 'started':
      return 'Answering …';
    case 'answered':
      return `Answered in ${(turn.runMs / 1000).toFixed(1)} s, ${tokensOf(turn)} tokens`;
    case 'failed':
      return turn.failure;
  }
}

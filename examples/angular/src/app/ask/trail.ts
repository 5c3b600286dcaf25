import { signal } from '@angular/core';
import { defer, finalize, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { type Turn, tokensOf } from './turn';

/** A call that is over. */
export interface Step {
  readonly id: number;
  readonly prompt: string;
  readonly outcome: 'answered' | 'failed' | 'cancelled while queued' | 'cancelled in flight';
  readonly tokens: number;
}

const MOST_STEPS = 8;

/** Remembers what became of the latest calls, the last one first. */
export class Trail {
  readonly steps = signal<readonly Step[]>([]);
  private made = 0;

  /** Notes how a call has ended: by itself, or because it is unsubscribed from. */
  keep(): MonoTypeOperatorFunction<Turn> {
    return (turns$) =>
      defer(() => {
        let latest: Turn | undefined;
        return turns$.pipe(
          tap((turn) => (latest = turn)),
          finalize(() => latest && this.add(latest)),
        );
      });
  }

  private add(turn: Turn): void {
    const { prompt } = turn;
    const step = { id: ++this.made, prompt, outcome: outcomeOf(turn), tokens: tokensOf(turn) };
    this.steps.update((steps) => [step, ...steps].slice(0, MOST_STEPS));
  }
}

function outcomeOf({ phase }: Turn): Step['outcome'] {
  if (phase === 'answered' || phase === 'failed') return phase;
  return phase === 'started' ? 'cancelled in flight' : 'cancelled while queued';
}

import {
  catchError,
  concat,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  type Subscription,
} from 'rxjs';
import type { OpenAIService } from 'rxllm/openai';
import type { Deed } from './deed.js';
import type { Journal } from './journal.js';
import { promptOf } from './prompt.js';
import { reasonOf } from './reason-of.js';

/** What a caller is given. */
export interface CallerParts {
  readonly service: OpenAIService;
  readonly journal: Journal;
  readonly deed: Deed;
  /** Told when the caller has been told how its call ended, or has left. */
  readonly onEnd: (caller: Caller) => void;
  /** Told of each response. */
  readonly onResponse?: (text: string) => void;
  /** Planted: it is told nothing, or is told twice. */
  readonly planted?: 'lose' | 'repeat' | undefined;
}

const LEFT = new Error('the caller has left');

/** One caller: makes one call, keeps its own account of what it was told, and writes down how it ended. */
export class Caller {
  private readonly expected: string;
  private readonly controller = new AbortController();
  private text = '';
  private hasEnded = false;
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly id: number,
    private readonly parts: CallerParts,
  ) {
    this.expected = promptOf(id);
  }

  ask(): void {
    const { planted, deed } = this.parts;
    const { leave } = deed;
    const told$ = planted === 'lose' ? silent(this.responses$()) : this.responses$();
    this.subscription = told$.subscribe({
      next: (text) => {
        this.hear(text);
      },
      error: (error: unknown) => {
        this.failed(error);
      },
      complete: () => {
        this.completed();
      },
    });
    if (leave?.when === 'at-once') this.leave();
    else if (typeof leave?.when === 'number' && !this.hasEnded)
      this.timer = setTimeout(() => {
        this.leave();
      }, leave.when);
  }

  /** Nobody will tell it any more. */
  giveUp(): void {
    clearTimeout(this.timer);
    this.subscription?.unsubscribe();
  }

  private responses$(): Observable<string> {
    const { service, deed } = this.parts;
    const { isStreamed: stream, way } = deed;
    const messages = [{ role: 'user' as const, content: this.expected }];
    const signal = deed.leave?.how === 'abort' ? this.controller.signal : undefined;
    const options = { ...deed.options, label: String(this.id), signal };
    if (way === 'callAsync') return from(service.callAsync({ messages }, options));
    if (way === 'call') return service.call({ messages, stream }, options);
    return service.callEvents({ messages, stream }, options).pipe(
      filter((event) => event.type === 'value'),
      map(({ response }) => response),
    );
  }

  private hear(text: string): void {
    this.text += text;
    this.parts.onResponse?.(text);
    if (this.parts.deed.leave?.when === 'first-response') this.leave();
  }

  private completed(): void {
    this.end(this.text === this.expected ? 'completed' : 'mixed-up');
  }

  private failed(error: unknown): void {
    const isOwn = this.expected.startsWith(this.text);
    if (!isOwn) this.end('mixed-up');
    else if (error === LEFT) this.end('aborted');
    else this.end('failed', reasonOf(error));
  }

  private leave(): void {
    if (this.hasEnded) return;
    if (this.parts.deed.leave?.how === 'abort') {
      this.controller.abort(LEFT);
      return;
    }
    this.subscription?.unsubscribe();
    this.end(this.expected.startsWith(this.text) ? 'left' : 'mixed-up');
  }

  /** Written as often as it happens: whoever compares must see it. */
  private end(...how: readonly string[]): void {
    const { journal, planted, onEnd } = this.parts;
    journal.write('told', this.id, ...how);
    if (planted === 'repeat') journal.write('told', this.id, ...how);
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.timer);
    onEnd(this);
  }
}

function silent<T>(source$: Observable<T>): Observable<T> {
  return concat(
    source$.pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    ),
    NEVER,
  );
}

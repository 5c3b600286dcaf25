import type { Subscription } from 'rxjs';
import {
  type CallEvent,
  type CallOptions,
  CallTimeoutError,
  DeadlineExceededError,
} from '../../src/index.js';
import { EventOrder } from './event-order.js';
import { checkDeadline, checkTimeout, checkTimes } from './promised-times.js';
import type { Story } from './story.js';

/** How somebody calls. */
export type Manner = 'call' | 'events' | 'promise';

/** How a call has ended, as its caller sees it. */
export interface Outcome {
  readonly how: 'completed' | 'failed' | 'left';
  readonly at: number;
  readonly error?: unknown;
}

/** What a caller must know. */
interface CallerParts {
  readonly id: number;
  readonly manner: Manner;
  /** With what the service itself says where the call says nothing. */
  readonly options: CallOptions;
  readonly now: () => number;
  readonly problem: (what: string) => void;
}

/** One call as its caller sees it, and what was promised to him. */
export class Caller {
  readonly controller = new AbortController();
  subscription: Subscription | undefined;
  story: Story | undefined;
  outcome: Outcome | undefined;
  promise: Promise<unknown> | undefined;
  readonly at: number;
  /** The instant by which each try must start; past when the call is made where that is in vain. */
  readonly startBy: number;
  lastValueAt: number | undefined;
  abortedAt: number | undefined;
  private readonly order = new EventOrder((what) => this.problem(what));

  constructor(readonly parts: CallerParts) {
    this.at = parts.now();
    const { deadline = Infinity } = parts.options;
    this.startBy = deadline instanceof Date ? deadline.getTime() : this.at + deadline;
  }

  /** The reason with which he aborts. */
  get aborted(): unknown {
    return this.controller.signal.reason as unknown;
  }

  abort(): void {
    this.abortedAt ??= this.parts.now();
    this.controller.abort(new Error('aborted'));
  }

  leave(): void {
    this.outcome ??= { how: 'left', at: this.parts.now() };
  }

  arrived(): void {
    if (this.outcome) this.problem('is answered though he has gone');
    checkTimes(this);
    this.lastValueAt = this.parts.now();
  }

  hear({ type }: CallEvent<unknown>): void {
    this.order.step(type);
    if (type === 'value') this.arrived();
  }

  ended(how: 'completed' | 'failed', error?: unknown): void {
    const { manner, now } = this.parts;
    if (this.outcome) this.problem(`is told an end though he has ${this.outcome.how}`);
    // A promise tells of it when the turn is over, and knows no virtual time.
    if (manner !== 'promise') checkTimes(this);
    this.outcome = { how, at: now(), error };
    if (manner === 'promise') return;
    if (error instanceof CallTimeoutError) checkTimeout(this, error);
    if (error instanceof DeadlineExceededError) checkDeadline(this, error);
    if (manner === 'events' && error !== this.aborted) this.order.end(how);
  }

  problem(what: string): void {
    this.parts.problem(`caller ${this.parts.id} (call ${String(this.story?.id)}) ${what}`);
  }
}

import type { Subscription } from 'rxjs';
import {
  type CallEvent,
  type CallOptions,
  CallTimeoutError,
  DeadlineExceededError,
} from '../../src/index.js';
import { EventOrder } from './event-order.js';
import { checkDeadline, checkTimeout, checkTimes } from './promised-times.js';
import type { Simulation } from './simulation.js';
import type { Story } from './story.js';
import { WatchedSignal } from './watched-signal.js';

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
  readonly run: Simulation;
  readonly problem: (what: string) => void;
}

/** One call as its caller sees it, and what was promised to him. */
export class Caller {
  /** His own, or one that he has in common with others, of other services too. */
  readonly signal: WatchedSignal;
  private readonly isSharing: boolean;
  subscription: Subscription | undefined;
  story: Story | undefined;
  outcome: Outcome | undefined;
  promise: Promise<unknown> | undefined;
  readonly at: number;
  /** For how long each try may wait for its start: below 0 where the call is made in vain. */
  readonly deadlineMs: number;
  lastValueAt: number | undefined;
  private readonly order = new EventOrder((what) => this.problem(what));

  constructor(readonly parts: CallerParts) {
    const { run, options } = parts;
    const { deadline = Infinity } = options;
    this.at = run.now;
    this.isSharing = run.has('shared signals') && run.chance(0.3);
    this.signal = this.isSharing ? run.sharedSignal : new WatchedSignal();
    // A date is one of the clock that the service sees.
    const isDate = deadline instanceof Date;
    this.deadlineMs = isDate ? deadline.getTime() - run.time.now() : deadline;
  }

  /** The instant by which each try must start. */
  get startBy(): number {
    return this.at + this.deadlineMs;
  }

  get abortedAt(): number | undefined {
    return this.signal.abortedAt;
  }

  /** The reason with which he aborts. */
  get aborted(): unknown {
    return this.signal.reason;
  }

  abort(): void {
    if (this.isSharing) this.parts.run.meddling.acts();
    this.signal.abort(this.parts.run.now);
  }

  leave(): void {
    this.outcome ??= { how: 'left', at: this.parts.run.now };
  }

  arrived(): void {
    if (this.outcome) this.problem('is answered though he has gone');
    checkTimes(this);
    this.lastValueAt = this.parts.run.now;
  }

  hear({ type }: CallEvent<unknown>): void {
    this.order.step(type);
    if (type === 'value') this.arrived();
  }

  ended(how: 'completed' | 'failed', error?: unknown): void {
    const { manner, run } = this.parts;
    if (this.outcome) this.problem(`is told an end though he has ${this.outcome.how}`);
    // A promise tells of it when the turn is over, and knows no virtual time.
    if (manner !== 'promise') checkTimes(this);
    this.outcome = { how, at: run.now, error };
    if (manner === 'promise') return;
    if (error instanceof CallTimeoutError) checkTimeout(this, error);
    if (error instanceof DeadlineExceededError) checkDeadline(this, error);
    if (manner === 'events' && error !== this.aborted) this.order.end(how);
  }

  problem(what: string): void {
    this.parts.problem(`caller ${this.parts.id} (call ${String(this.story?.id)}) ${what}`);
  }
}

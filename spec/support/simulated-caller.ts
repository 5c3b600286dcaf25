import type { Subscription } from 'rxjs';
import {
  type CallEvent,
  type CallOptions,
  CallTimeoutError,
  DeadlineExceededError,
} from '../../src/index.js';
import type { Story } from './simulated-story.js';

/** How somebody calls. */
export type Manner = 'call' | 'events' | 'promise';

/** What may follow what in the life of one call. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  queued: ['nothing'],
  started: ['queued', 'retrying'],
  value: ['started', 'value'],
  retrying: ['started'],
  usage: ['started', 'value', 'retrying'],
  result: ['usage', 'started', 'value'],
  failed: ['queued', 'started', 'value', 'retrying', 'usage'],
};

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
  private lastValueAt: number | undefined;
  private step = 'nothing';
  private abortedAt: number | undefined;

  constructor(readonly parts: CallerParts) {
    this.at = parts.now();
    const { deadline = Infinity } = parts.options;
    this.startBy = deadline instanceof Date ? deadline.getTime() : this.at + deadline;
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
    this.checkTimes();
    this.lastValueAt = this.parts.now();
  }

  ended(how: 'completed' | 'failed', error?: unknown): void {
    const at = this.parts.now();
    const isPromise = this.parts.manner === 'promise';
    if (this.outcome) this.problem(`is told an end though he has ${this.outcome.how}`);
    // A promise tells of it when the turn is over, and knows no virtual time.
    if (!isPromise) this.checkTimes();
    this.outcome = { how, at, error };
    if (isPromise) return;
    if (error instanceof CallTimeoutError) this.checkTimeout(error, at);
    if (error instanceof DeadlineExceededError) this.checkDeadline(error, at);
    if (this.parts.manner === 'events' && this.step !== 'nothing' && error !== this.aborted) {
      const last = how === 'completed' ? 'result' : 'failed';
      if (this.step !== last) this.problem(`hears of ${this.step}, then has ${how}`);
    }
  }

  hear({ type }: CallEvent<unknown>): void {
    if (!FOLLOWS[type]!.includes(this.step)) this.problem(`hears of ${this.step}, then ${type}`);
    this.step = type;
    if (type === 'value') this.arrived();
  }

  /** The reason with which he aborts. */
  get aborted(): unknown {
    return this.controller.signal.reason as unknown;
  }

  /** Nothing that he waits for is late. */
  checkTimes(): void {
    if (this.outcome || this.mayHaveEnded) return;
    const now = this.parts.now();
    for (const [name, at] of this.due())
      if (now > at) this.problem(`has waited past his ${name}, which was at ${at}`);
  }

  /** What a promise tells comes later. */
  private get mayHaveEnded(): boolean {
    return this.parts.manner === 'promise' && (this.story?.state ?? 'ended') === 'ended';
  }

  /** The try that starts now is in time. */
  checkStart(at: number): void {
    const { queueTimeout = Infinity } = this.parts.options;
    if (at > this.startBy) this.problem(`starts after his deadline, ${this.startBy}`);
    if (this.story && at > this.story.waitsSince + queueTimeout)
      this.problem(`starts more than ${queueTimeout} ms after ${this.story.waitsSince}`);
  }

  /** What the events tell of the end is what he has seen. */
  checkOutcome(): void {
    const { outcome, story } = this;
    const end = story?.end;
    if (!outcome) this.problem('is left alone');
    else if (!end) {
      if (story) this.problem(`has ${outcome.how}, and events tell no end`);
      else if (outcome.how === 'completed') this.problem('is answered, and no event tells of it');
    } else if (!this.agrees(outcome, end))
      this.problem(`has ${outcome.how} at ${outcome.at} (${String(outcome.error)}), and events tell that he has ${end.type} at ${end.at} (${String(end.error)})`); // prettier-ignore
  }

  private agrees(outcome: Outcome, end: NonNullable<Story['end']>): boolean {
    const { how, error, at } = outcome;
    const hasAborted = how === 'failed' && this.aborted !== undefined && error === this.aborted;
    if (how !== 'left' && !hasAborted) return how === end.type && error === end.error;
    // Or he has left in the very turn in which it ended.
    return end.type === 'cancelled' || [at, this.abortedAt].includes(end.at);
  }

  /** Until when what must have happened, by name. */
  private due(): readonly (readonly [string, number])[] {
    const { timeout, queueTimeout, firstChunkTimeout, chunkTimeout } = this.parts.options;
    const { story, lastValueAt } = this;
    const due: [string, number][] = [['timeout', this.at + (timeout ?? Infinity)]];
    if (!story || story.state === 'ended' || this.parts.manner === 'promise') return due;
    if (story.state !== 'started')
      due.push(
        ['deadline', Math.max(this.at, this.startBy)],
        ['queueTimeout', story.waitsSince + (queueTimeout ?? Infinity)],
      );
    else if (lastValueAt === undefined)
      due.push(['firstChunkTimeout', (story.startedAt ?? Infinity) + (firstChunkTimeout ?? Infinity)]); // prettier-ignore
    else due.push(['chunkTimeout', lastValueAt + (chunkTimeout ?? Infinity)]);
    return due;
  }

  /** Nobody is ended too early: a timeout ends a call at its very instant. */
  private checkTimeout({ timeout, afterMs }: CallTimeoutError, at: number): void {
    if (afterMs !== this.parts.options[timeout]) this.problem(`has no ${timeout} of ${afterMs} ms`);
    const since = {
      timeout: this.at,
      queueTimeout: this.story?.waitsSince,
      firstChunkTimeout: this.story?.startedAt,
      chunkTimeout: this.lastValueAt,
    }[timeout];
    if (since === undefined || at !== since + afterMs)
      this.problem(`is ended by ${timeout} of ${afterMs} ms, since ${String(since)}`);
  }

  private checkDeadline({ expectedWaitMs }: DeadlineExceededError, at: number): void {
    const isOver = at === this.startBy || (at === this.at && at > this.startBy);
    if (expectedWaitMs === undefined ? !isOver : at + expectedWaitMs <= this.startBy)
      this.problem(`is ended by his deadline, ${this.startBy}, expecting ${String(expectedWaitMs)}`); // prettier-ignore
  }

  private problem(what: string): void {
    this.parts.problem(`caller ${this.parts.id} (call ${String(this.story?.id)}) ${what}`);
  }
}

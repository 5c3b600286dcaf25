import type { EndedEvent, QueuedEvent, ServiceEvent, Usage } from '../../src/index.js';
import type { Simulation } from './simulation.js';

/** A step of a call that was accepted before. */
export type LaterStep = Exclude<ServiceEvent, { type: 'queued' | 'fault' }>;

/** One call as events tell of it. */
export class Story {
  state: 'queued' | 'started' | 'retrying' | 'ended' = 'queued';
  attempt = 1;
  /** Since when it waits for its next start. */
  waitsSince: number;
  startedAt: number | undefined;
  /** When it is queued again at the latest, should its work have been torn down by then. */
  backAt = Infinity;
  /** When the work of its latest try was torn down. */
  freedAt = -1;
  isBusy = false;
  end: EndedEvent | undefined;
  endedAt: number | undefined;
  /** When one that comes after it started before it: only by its end, in that turn, is that right. */
  overtaken: { readonly by: number; readonly at: number } | undefined;
  readonly id: number;
  readonly priority: number;
  readonly tenant: string | undefined;

  readonly callerId: number;
  readonly cost: Usage;

  constructor(event: QueuedEvent, at: number) {
    this.id = event.callId;
    this.priority = event.priority;
    this.tenant = event.tenant;
    this.callerId = event.cost['caller']!;
    this.cost = event.cost;
    this.waitsSince = at;
  }

  /** Whether there is no doubt that it is in the queue: not put back just now. */
  isQueuedFor(at: number): boolean {
    if (this.state === 'queued') return true;
    const isBack = this.backAt < at && this.freedAt < at && !this.isBusy;
    return this.state === 'retrying' && isBack;
  }

  /** Takes the step; answers what is wrong with it. */
  take(event: LaterStep, { now: at, slack }: Simulation): readonly string[] {
    const { type, attempt } = event;
    const problems: string[] = [];
    if (!this.allows(event))
      problems.push(`${this.id} is ${this.state} ${this.attempt}, then ${type} ${attempt}`);
    const { overtaken } = this;
    if (overtaken && (type === 'started' || at > overtaken.at))
      problems.push(`${overtaken.by} has started before ${this.id}`);
    this.state = type === 'started' || type === 'retrying' ? type : 'ended';
    this.attempt = type === 'retrying' ? attempt + 1 : attempt;
    if (type === 'started') this.startedAt = at;
    else if (type === 'retrying') {
      this.waitsSince = at;
      // Where clocks step, nobody knows.
      this.backAt = slack.isExact ? at + Math.ceil(event.delayMs + slack.lateMs(0)) : Infinity;
    } else {
      this.end = event;
      this.endedAt = at;
    }
    return problems;
  }

  private allows({ type, attempt }: LaterStep): boolean {
    if (type === 'started')
      return ['queued', 'retrying'].includes(this.state) && attempt === this.attempt;
    if (type === 'retrying') return this.state === 'started' && attempt === this.attempt;
    if (type === 'completed' && this.state !== 'started') return false;
    return this.state !== 'ended' && attempt - this.attempt <= 1;
  }
}

import { InvalidOptionError, type QueuedEvent, type ServiceEvent } from '../../src/index.js';
import type { Crowd } from './crowd.js';
import { lineOf } from './log-line.js';
import { checkStart } from './promised-times.js';
import { RetryBudget } from './retry-budget.js';
import type { StationParts } from './station-parts.js';
import { type LaterStep, Story } from './story.js';
import { noteOvertaken } from './turns.js';

/** All that events tell of the calls of a station. */
export class Chronicle {
  readonly log: string[] = [];
  /** Calls that have not ended. */
  readonly unended = new Map<number, Story>();
  readonly budget: RetryBudget;
  private readonly stories: Story[] = [];

  constructor(
    private readonly parts: StationParts,
    private readonly crowd: Crowd,
  ) {
    this.budget = new RetryBudget(parts);
  }

  storyOf(callId: number): Story | undefined {
    return this.stories[callId - 1];
  }

  hear(event: ServiceEvent): void {
    this.parts.run.lastMovedAt = event.at;
    this.log.push(lineOf(event));
    if (event.type === 'fault') this.faulty(event.error);
    else if (event.type === 'queued') this.queued(event);
    else this.goOn(this.storyOf(event.callId)!, event);
  }

  /** Nothing goes wrong but what is asked of weights. */
  private faulty(error: unknown): void {
    const { run, problem } = this.parts;
    const isBadWeight = error instanceof InvalidOptionError && error.option.startsWith('tenantW');
    if (!isBadWeight || !run.features.has('bad weights'))
      problem(`tells of a fault: ${String(error)}`);
  }

  private queued(event: QueuedEvent): void {
    const story = new Story(event);
    if (event.callId !== this.stories.push(story))
      this.parts.problem(`numbers a call ${event.callId}`);
    this.unended.set(story.id, story);
    this.crowd.callerOf(event.cost).story = story;
  }

  private goOn(story: Story, event: LaterStep): void {
    const { type, at } = event;
    if (type === 'started') this.started(story, at);
    for (const problem of story.take(event)) this.parts.problem(problem);
    if (type === 'retrying') this.budget.retried(at);
    else if (type !== 'started') this.unended.delete(story.id);
  }

  private started(story: Story, at: number): void {
    const caller = this.crowd.callerWith(story);
    if (caller) checkStart(caller, at);
    if (story.attempt === 1) this.budget.started(at);
    noteOvertaken(story, at, this.unended.values(), this.parts.run.meddling.isGoingOn);
  }
}

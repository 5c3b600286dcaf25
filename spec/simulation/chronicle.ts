import { InvalidOptionError, type QueuedEvent, type ServiceEvent } from '../../src/index.js';
import type { Crowd } from './crowd.js';
import { lineOf } from './log-line.js';
import { isPlanted } from './planted.js';
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
    const { run, problem } = this.parts;
    run.lastMovedAt = run.now;
    if (run.slack.isExact && event.at !== run.now) problem(`tells of ${event.at} at ${run.now}`);
    this.log.push(lineOf(event));
    if (event.type === 'fault') this.faulty(event.error);
    else if (event.type === 'queued') this.queued(event);
    else this.goOn(this.storyOf(event.callId)!, event);
  }

  /** Nothing goes wrong but what is planted, and what is asked of weights. */
  private faulty(error: unknown): void {
    const { run, problem } = this.parts;
    const isBadWeight = error instanceof InvalidOptionError && error.option.startsWith('tenantW');
    const isOurs = (isBadWeight && run.features.has('bad weights')) || isPlanted(error);
    if (!isOurs) problem(`tells of a fault: ${String(error)}`);
  }

  private queued(event: QueuedEvent): void {
    const story = new Story(event, this.parts.run.now);
    if (event.callId !== this.stories.push(story))
      this.parts.problem(`numbers a call ${event.callId}`);
    this.unended.set(story.id, story);
    this.crowd.callerOf(event.cost).story = story;
  }

  private goOn(story: Story, event: LaterStep): void {
    const { type } = event;
    const at = this.parts.run.now;
    this.parts.run.meets(`${type} after ${story.state}`);
    if (type === 'started') this.started(story, at);
    for (const problem of story.take(event, this.parts.run)) this.parts.problem(problem);
    if (type === 'retrying') this.budget.retried(at);
    else if (type !== 'started') this.unended.delete(story.id);
  }

  private started(story: Story, at: number): void {
    checkStart(this.crowd.callerWith(story));
    const { retry, problem } = this.parts;
    if (story.attempt > retry.maxAttempts) problem(`tries ${story.id} ${story.attempt} times`);
    if (story.attempt === 1) this.budget.started(at);
    noteOvertaken(story, this.unended.values(), this.parts.run);
  }
}

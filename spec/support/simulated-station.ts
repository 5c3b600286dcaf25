import { type BehaviorSubject, Observable, Subscription } from 'rxjs';
import {
  type CallOptions,
  type CallTimeouts,
  CallTimeoutError,
  DeadlineExceededError,
  InvalidOptionError,
  type LLMService,
  QueueFullError,
  RxllmError,
  seededRandom,
  type ServiceEvent,
  type ServiceState,
  type Usage,
} from '../../src/index.js';
import type { Simulation } from './simulation.js';
import type { Book } from './simulated-books.js';
import { Caller, type Manner } from './simulated-caller.js';
import { type LaterStep, Story } from './simulated-story.js';
import { wishesOf } from './simulated-wishes.js';

const MINUTE_MS = 60_000;
const MOST_IN_FLIGHT = 5;

/** What a station is made of. */
interface StationParts {
  readonly run: Simulation;
  readonly service: LLMService<number, string>;
  readonly bound$: BehaviorSubject<number>;
  readonly retry: { readonly share: number; readonly atLeast: number };
  /** One for each of its quotas. */
  readonly books: readonly Book[];
  readonly sharesTracker: boolean;
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** The times of calls that say nothing else. */
  readonly defaults: CallTimeouts;
}

/** One service of a simulation with its callers, and all that must hold for it. */
export class Station {
  /** All that happened, for another run to compare with. */
  readonly log: string[] = [];
  /** Those who have not been told an end. */
  private readonly callers = new Set<Caller>();
  private readonly everybody: Caller[] = [];
  /** Calls that have not ended, by what events tell. */
  private readonly unended = new Map<number, Story>();
  private readonly stories: Story[] = [];
  private readonly starts: number[] = [];
  private readonly retries: number[] = [];
  private readonly watching = new Subscription();
  /** Calls whose work has begun and not been torn down, as the work itself sees it. */
  private readonly busy = new Set<number>();
  private readonly run: Simulation;
  private readonly service: LLMService<number, string>;
  private readonly bound$: BehaviorSubject<number>;
  /** Beside that of the run: whoever asks must change nothing. */
  private readonly drawQuestion = seededRandom(1);
  private readonly waitingForIdle: { isTold: boolean }[] = [];
  private isAbandoned = false;
  private isClosing = false;
  private pausedAt: number | undefined;
  private calling = 0;
  /** The highest bound in the turn in which it was changed last: those let out before the change had that. */
  private highest = { at: -1, bound: 0 };

  constructor(private readonly parts: StationParts) {
    const { run, service, bound$ } = parts;
    this.run = run;
    this.service = service;
    this.bound$ = bound$;
    service.events$.subscribe((event) => {
      if (event.type === 'failed' && event.error instanceof QueueFullError)
        this.refused(event.callId, event.error);
    });
    // Who acts on events comes first, so that it is seen whether others hear of them in order.
    service.events$.subscribe(({ type }) => {
      if (type !== 'queued') run.meddle();
    });
    service.events$.subscribe((event) => {
      this.hear(event);
    });
  }

  setBound(bound: number): void {
    const at = this.run.time.now();
    const before = this.highest.at === at ? this.highest.bound : this.bound$.value;
    this.highest = { at, bound: Math.max(before, bound) };
    this.bound$.next(bound);
  }

  /** Lets somebody watch who acts on what is seen. */
  open(): void {
    const { run, service } = this;
    if (!run.has('watchers')) return;
    this.watching.add(service.state$.subscribe(() => run.meddle()));
    this.watching.add(service.usage$.subscribe());
  }

  costOf(tokens: number): Usage {
    // Who calls, as one more unit: events tell of it.
    return { requests: 1, tokens, inputTokens: 0, outputTokens: tokens, caller: this.calling };
  }

  call(): void {
    const { run } = this;
    const wishes = wishesOf(run);
    const tokens = run.int(1, 60);
    const caller = this.makeCaller(wishes);
    const isFree = this.isUndisturbed();
    const waitMs = run.isAsked && run.has('forecasts') ? this.askFor(tokens, wishes) : undefined;
    const needsSignal = run.features.has('hangs') || run.chance(0.5);
    const signal = needsSignal ? { signal: caller.controller.signal } : {};
    this.calling = caller.parts.id;
    const heard = this.log.length;
    this.request(caller, tokens, { ...wishes, ...signal });
    if (!isFree || !this.isUndisturbed() || waitMs === undefined) return;
    const isAlone = this.log
      .slice(heard)
      .every((line) => line.split(' ')[1] === `${caller.story?.id}`);
    if (isAlone) this.checkForecast(caller, waitMs);
  }

  cancelOne(): void {
    if (this.callers.size > 0) this.leave(this.run.pick([...this.callers]));
  }

  close(abandon: boolean): void {
    this.isAbandoned ||= abandon;
    this.isClosing = true;
    this.pausedAt = undefined;
    void this.service.close({ abandon });
  }

  pause(isPaused: boolean): void {
    if (this.isClosing) return;
    if (isPaused) {
      this.pausedAt ??= this.run.time.now();
      this.service.pause();
    } else {
      // Before others are let out, who are to find it so.
      this.pausedAt = undefined;
      this.service.resume();
    }
  }

  /** Somebody wants to know how long he would wait. */
  ask(): void {
    if (!this.run.isAsked || !this.run.has('forecasts')) return;
    const number = (least: number, most: number) =>
      least + Math.floor(this.drawQuestion() * (most - least));
    const tenant = [undefined, 'a', 'z'][number(0, 3)];
    this.askFor(number(0, 500), { priority: number(-2, 2), tenant });
  }

  /** Work is asked for. */
  working(): void {
    const now = this.run.time.now();
    if (this.isAbandoned) this.problem('works after it was told to abandon all');
    const { status, inFlight } = this.service.toJSON();
    if (status === 'closed') this.problem('works though it has closed');
    if (this.pausedAt !== undefined && (this.pausedAt < now || !this.run.isMeddled))
      this.problem('works though it is paused');
    const { at, bound } = this.highest;
    const most = Math.max(this.bound$.value, at === now ? bound : 0);
    if (inFlight > most) this.problem(`lets out ${inFlight} calls, of ${most}`);
  }

  /** Work begins: gives the function to call when it has been torn down. */
  begin(callId: number): () => void {
    if (this.busy.has(callId)) this.problem(`works twice at once for ${callId}`);
    this.busy.add(callId);
    const story = this.stories[callId - 1];
    if (story) story.isBusy = true;
    const { inFlight } = this.service.toJSON();
    if (this.busy.size > inFlight)
      this.problem(`works for ${this.busy.size} calls, of which ${inFlight} are in flight`);
    return () => {
      this.busy.delete(callId);
      if (!story) return;
      story.isBusy = false;
      story.freedAt = this.run.time.now();
    };
  }

  inFlight<T>(callId: number, work$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      subscriber.add(this.begin(callId));
      return work$.subscribe(subscriber);
    });
  }

  /** Whether nothing of it is under way. */
  get isIdle(): boolean {
    return this.unended.size === 0 && this.busy.size === 0;
  }

  /** What it says is true, and nobody waits for longer than he may. */
  check(): void {
    const { queued, queuedBy, quotas } = this.service.toJSON();
    if (sumOf(queuedBy) !== queued)
      this.problem(`has ${queued} queued, ${sumOf(queuedBy)} by line`);
    for (const [index, book] of this.parts.books.entries()) book.compare(quotas[index]!);
    for (const caller of this.callers) caller.checkTimes();
  }

  /** All that is due has happened: what was accepted and has not ended is somewhere, and waits for something. */
  checkAtRest(): void {
    const state = this.service.toJSON();
    const { queued, inFlight, retrying, blockedBy, status } = state;
    this.checkLines(state);
    const open = this.unended.size;
    const left = [...this.busy].filter((id) => !this.unended.has(id)).length;
    if (queued + inFlight + retrying !== open + left)
      this.problem(`has ${open}+${left} calls, of which ${queued}+${inFlight}+${retrying} are somewhere`); // prettier-ignore
    const isPaused = this.pausedAt !== undefined;
    if (queued > 0 && !blockedBy && !this.parts.sharesTracker)
      this.problem(`lets ${queued} calls wait for nothing`);
    if (queued > 0 && isPaused && blockedBy?.reason !== 'paused')
      this.problem(`is paused, and says that calls wait for ${String(blockedBy?.reason)}`);
    if (isPaused !== (status === 'paused') && status !== 'idle')
      this.problem(`is ${status}, though ${isPaused ? '' : 'not '}paused`);
  }

  /** As many of each line as events tell of, and no more than may be. */
  private checkLines({ queuedBy }: ServiceState): void {
    const { queueLimit, whenQueueFull } = this.parts;
    const fresh = [...this.unended.values()].filter(({ state }) => state === 'queued');
    for (const { priority, tenant } of fresh) {
      const isSame = (one: { priority: number; tenant: string | undefined }) =>
        one.priority === priority && one.tenant === tenant;
      if (sumOf(queuedBy.filter(isSame)) < fresh.filter(isSame).length)
        this.problem(`has less queued of ${priority} and ${String(tenant)} than events tell`);
    }
    // Calls that were put back may be dropped for new ones.
    const most = queueLimit + (whenQueueFull === 'refuse' ? 0 : MOST_IN_FLIGHT);
    if (fresh.length > most) this.problem(`has queued ${fresh.length}, of ${most}`);
  }

  recover(how: 'drain' | 'close' | 'abandon'): void {
    this.watching.unsubscribe();
    this.setBound(3);
    // Closing ends a pause by itself.
    if (how === 'drain') this.pause(false);
    for (const caller of this.callers) if (this.run.chance(0.1)) this.leave(caller);
    if (this.run.features.has('hangs')) this.leaveHanging();
    if (how !== 'drain') this.close(how === 'abandon');
  }

  checkEnd(): void {
    const { queued, inFlight, retrying, status, quotas } = this.service.toJSON();
    if (queued + inFlight + retrying > 0)
      this.problem(`keeps ${queued}+${inFlight}+${retrying} calls`);
    if (status === 'closing') this.problem('does not close');
    if (this.busy.size > 0) this.problem(`has left ${this.busy.size} works alone`);
    const left = [...this.callers].filter(({ promise }) => !promise).length;
    if (left > 0) this.problem(`has left ${left} callers alone`);
    for (const { id, state } of this.unended.values()) this.problem(`${id} is ${state} at the end`);
    for (const { unit, reserved } of quotas)
      if (reserved !== 0) this.problem(`keeps ${reserved} ${unit}`);
    this.checkBudget();
  }

  /** When the windows have passed. */
  checkUnused(): void {
    for (const { unit, used } of this.service.toJSON().quotas)
      if (used !== 0) this.problem(`has still used ${used} ${unit}`);
  }

  /** Somebody who waits until it is idle is told so when it is, and not before. */
  async checkIdle(): Promise<void> {
    const { queued, inFlight, retrying } = this.service.toJSON();
    const isIdle = queued + inFlight + retrying === 0;
    const waiting = { isTold: false };
    this.waitingForIdle.push(waiting);
    void this.service.onIdle().then(() => (waiting.isTold = true));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    for (const { isTold } of this.waitingForIdle)
      if (isTold !== isIdle) this.problem(`is idle: ${isIdle}, and says that it is: ${isTold}`);
  }

  /** Everybody was told the end of which events tell. */
  checkOutcomes(): void {
    for (const caller of this.everybody) caller.checkOutcome();
  }

  private makeCaller(wishes: CallOptions): Caller {
    const { run } = this;
    const manners: Manner[] = ['call'];
    if (run.has('call events')) manners.push('events');
    if (run.has('promises')) manners.push('promise');
    const caller = new Caller({
      id: this.everybody.length + 1,
      manner: run.pick(manners),
      options: { ...this.parts.defaults, ...wishes },
      now: () => run.time.now(),
      problem: (what) => {
        this.problem(what);
      },
    });
    this.everybody.push(caller);
    this.callers.add(caller);
    return caller;
  }

  private request(caller: Caller, tokens: number, options: CallOptions): void {
    const { service } = this;
    const ends = {
      error: (error: unknown) => {
        this.ended(caller, 'failed', error);
      },
      complete: () => {
        this.ended(caller, 'completed');
      },
    };
    if (caller.parts.manner === 'promise') {
      caller.promise = service.callAsync(tokens, options);
      caller.promise.then(ends.complete, ends.error);
    } else if (caller.parts.manner === 'events')
      caller.subscription = service.callEvents(tokens, options).subscribe({
        ...ends,
        next: (event) => {
          caller.hear(event);
          if (event.type === 'value' || this.run.has('haste')) this.mayLeave(caller);
        },
      });
    else
      caller.subscription = service.call(tokens, options).subscribe({
        ...ends,
        next: () => {
          caller.arrived();
          this.mayLeave(caller);
        },
      });
  }

  private mayLeave(caller: Caller): void {
    if (this.run.has('cancels') && this.run.chance(0.1)) this.leave(caller);
  }

  private ended(caller: Caller, how: 'completed' | 'failed', error?: unknown): void {
    this.callers.delete(caller);
    caller.ended(how, error);
  }

  private leave(caller: Caller): void {
    const { subscription } = caller;
    // Within the turn in which it subscribes there is no other way, and none to leave a promise.
    if (!subscription || this.run.chance(0.3)) caller.abort();
    if (!subscription) return;
    caller.leave();
    subscription.unsubscribe();
    this.callers.delete(caller);
  }

  private leaveHanging(): void {
    // Whoever waits for ever gives up, at some time.
    this.run.later(20_000, () => {
      for (const caller of this.callers) this.leave(caller);
    });
  }

  /** Asking changes nothing. */
  private askFor(tokens: number, options: CallOptions): number | undefined {
    const before = this.snapshot();
    let waitMs: number | undefined;
    try {
      waitMs = this.service.expectedWait(tokens, options);
      if (!(waitMs >= 0)) this.problem(`expects to wait ${waitMs} ms`);
    } catch {
      // A weight that is none.
    }
    // A weight that is none is told as a fault, of which somebody may hear.
    if (!this.run.isMeddled && this.snapshot() !== before)
      this.problem('is changed by being asked');
    return waitMs;
  }

  private snapshot(): string {
    return JSON.stringify([this.service.toJSON(), this.run.scheduler.timers]);
  }

  /** What was expected of a call that was made in this very turn is what has come of it. */
  private checkForecast({ outcome, story, parts, startBy }: Caller, waitMs: number): void {
    const now = this.run.time.now();

    if (story?.startedAt === now && waitMs > 0 && !this.isUnforeseen)
      this.problem(`lets out at once what was to wait for ${waitMs} ms`);
    if (parts.manner === 'promise' || !(outcome?.error instanceof DeadlineExceededError)) return;
    if (startBy >= now + waitMs)
      this.problem(`refuses what was to wait for ${waitMs} ms, until ${startBy}`);
  }

  /** Whether nobody who hears of anything has done something in this instant. */
  private isUndisturbed(): boolean {
    return !this.run.isMeddled;
  }

  /** Of what other tenants get meanwhile only a part is known, and nothing of who is dropped. */
  private get isUnforeseen(): boolean {
    return this.run.features.has('tenants') || this.parts.whenQueueFull === 'drop-oldest';
  }

  private checkBudget(): void {
    const { share, atLeast } = this.parts.retry;
    for (const at of this.retries) {
      const within = (times: number[]) =>
        times.filter((time) => time <= at && at - time < MINUTE_MS).length;
      const most = share === Infinity ? Infinity : Math.max(atLeast, share * within(this.starts));
      if (within(this.retries.slice(0, this.retries.lastIndexOf(at) + 1)) > most)
        this.problem(`has retried ${within(this.retries)} at ${at}, of ${most}`);
    }
  }

  /** Nobody is refused while there is room, and the one who is dropped is the one least missed. */
  private refused(callId: number, { wasDropped, queueLimit }: QueueFullError): void {
    const { run, parts } = this;
    if (queueLimit !== parts.queueLimit) this.problem(`refuses for a limit of ${queueLimit}`);
    if (wasDropped && parts.whenQueueFull === 'refuse') this.problem(`drops ${callId}`);
    if (run.isMeddled) return;
    const { queued } = this.service.toJSON();
    if (queued < queueLimit)
      this.problem(`refuses ${callId}, with ${queued} of ${queueLimit} queued`);
    const refused = this.unended.get(callId)!;
    if (refused.state !== 'queued' && parts.whenQueueFull === 'refuse')
      this.problem(`refuses ${callId}, which is ${refused.state}`);
    if (parts.whenQueueFull === 'refuse') return;
    for (const other of this.unended.values()) {
      const { id, priority } = other;
      if (id === callId || !other.isQueuedFor(run.time.now())) continue;
      if (priority < refused.priority || (priority === refused.priority && id < callId))
        this.problem(`drops ${callId}, and keeps ${id}`);
    }
  }

  private hear(event: ServiceEvent): void {
    this.run.lastMovedAt = event.at;
    this.log.push(lineOf(event));
    if (event.type === 'fault') this.faulty(event.error);
    else if (event.type === 'queued') {
      const story = new Story(event);
      if (event.callId !== this.stories.push(story)) this.problem(`numbers a call ${event.callId}`);
      this.unended.set(story.id, story);
      this.everybody[event.cost['caller']! - 1]!.story = story;
    } else this.goOn(this.stories[event.callId - 1]!, event);
  }

  /** Nothing goes wrong but what is asked of weights. */
  private faulty(error: unknown): void {
    const isBadWeight = error instanceof InvalidOptionError && error.option.startsWith('tenantW');
    if (!isBadWeight || !this.run.features.has('bad weights'))
      this.problem(`tells of a fault: ${String(error)}`);
  }

  private goOn(story: Story, event: LaterStep): void {
    const { type, at } = event;
    if (type === 'started') this.started(story, at);
    for (const problem of story.take(event)) this.problem(problem);
    if (type === 'retrying') this.retries.push(at);
    else if (type !== 'started') this.unended.delete(story.id);
  }

  /** By priority; first in, first out within a priority and a tenant. */
  private started(story: Story, at: number): void {
    const { id, priority, tenant, attempt } = story;
    this.everybody.find((caller) => caller.story === story)?.checkStart(at);
    if (attempt === 1) this.starts.push(at);
    // By then, those who wait have gained on higher priorities.
    if (at >= MINUTE_MS) return;
    for (const other of this.unended.values()) {
      const isSame = other.priority === priority && other.tenant === tenant;
      const isBefore = other.priority > priority || (isSame && other.id < id);
      // What came while this one was let out came after it.
      const isLate = other.waitsSince === at && this.run.isMeddled;
      if (isBefore && !isLate && other.isQueuedFor(at)) other.overtaken ??= { by: id, at };
    }
  }

  private problem(what: string): void {
    this.run.problems.push(`${this.service.name} at ${this.run.time.now()}: ${what}`);
  }
}

function sumOf(lines: readonly { readonly queued: number }[]): number {
  return lines.reduce((sum, { queued }) => sum + queued, 0);
}

/** When, who, what and why. */
function lineOf({ at, callId, type, ...event }: ServiceEvent): string {
  const error = 'error' in event ? event.error : undefined;
  const why = error instanceof CallTimeoutError ? error.timeout : codeOf(error);
  const dropped = error instanceof QueueFullError && error.wasDropped ? ' dropped' : '';
  return `${at} ${callId ?? 0} ${type} ${why}${dropped}`;
}

function codeOf(error: unknown): string {
  return error instanceof RxllmError ? error.code : '';
}

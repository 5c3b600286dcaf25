import { type BehaviorSubject, Observable, Subscription } from 'rxjs';
import type { LLMService, ServiceEvent } from '../../src/index.js';
import type { Simulation } from './simulation.js';

/** One call as its caller sees it. */
interface Caller {
  ends: number;
  hasLeft: boolean;
  readonly controller: AbortController;
  subscription: Subscription | undefined;
}

/** One call as events tell of it. */
interface Story {
  readonly priority: number;
  state: 'queued' | 'started' | 'retrying' | 'ended';
  attempt: number;
  /** When one that came later started before it: only by its end, in that turn, is that right. */
  overtaken?: { readonly by: number; readonly at: number };
}

const MINUTE_MS = 60_000;

/** What a station is made of. */
interface StationParts {
  readonly run: Simulation;
  readonly service: LLMService<number, string>;
  readonly bound$: BehaviorSubject<number>;
  readonly retry: { readonly share: number; readonly atLeast: number };
}

/** One service of a simulation with its callers, and all that must hold for it. */
export class Station {
  private readonly callers = new Set<Caller>();
  private readonly stories = new Map<number, Story>();
  private readonly starts: number[] = [];
  private readonly retries: number[] = [];
  private readonly watching = new Subscription();
  /** Calls whose work has begun and not been torn down, as the work itself sees it. */
  private readonly busy = new Set<number>();
  private readonly run: Simulation;
  private readonly service: LLMService<number, string>;
  private readonly bound$: BehaviorSubject<number>;
  private isAbandoned = false;
  /** The highest bound in the turn in which it was changed last: those let out before the change had that. */
  private highest = { at: -1, bound: 0 };

  constructor(private readonly parts: StationParts) {
    const { run, service, bound$ } = parts;
    this.run = run;
    this.service = service;
    this.bound$ = bound$;
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

  call(): void {
    const { run } = this;
    const caller: Caller = {
      ends: 0,
      hasLeft: false,
      controller: new AbortController(),
      subscription: undefined,
    };
    this.callers.add(caller);
    const priority = run.has('priorities') ? run.int(-1, 1) : 0;
    const { signal } = caller.controller;
    const options = { priority, label: String(priority), signal };
    caller.subscription = this.service.call(run.int(1, 60), options).subscribe({
      next: () => {
        this.arrived(caller);
        if (run.has('cancels') && run.chance(0.1)) this.leave(caller);
      },
      error: () => {
        this.ended(caller);
      },
      complete: () => {
        this.ended(caller);
      },
    });
  }

  cancelOne(): void {
    if (this.callers.size > 0) this.leave(this.run.pick([...this.callers]));
  }

  close(abandon: boolean): void {
    this.isAbandoned ||= abandon;
    void this.service.close({ abandon });
  }

  /** Work is asked for. */
  working(): void {
    if (this.isAbandoned) this.problem('works after it was told to abandon all');
    const { status, inFlight } = this.service.toJSON();
    if (status === 'closed') this.problem('works though it has closed');
    const { at, bound } = this.highest;
    const most = Math.max(this.bound$.value, at === this.run.time.now() ? bound : 0);
    if (inFlight > most) this.problem(`lets out ${inFlight} calls, of ${most}`);
  }

  /** Work begins: gives the function to call when it has been torn down. */
  begin(callId: number): () => void {
    if (this.busy.has(callId)) this.problem(`works twice at once for ${callId}`);
    this.busy.add(callId);
    const { inFlight } = this.service.toJSON();
    if (this.busy.size > inFlight)
      this.problem(`works for ${this.busy.size} calls, of which ${inFlight} are in flight`);
    return () => this.busy.delete(callId);
  }

  inFlight<T>(callId: number, work$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      subscriber.add(this.begin(callId));
      return work$.subscribe(subscriber);
    });
  }

  /** Whatever is accepted and has not ended is somewhere. */
  check(): void {
    const { queued, inFlight, retrying } = this.service.toJSON();
    const open = [...this.stories.values()].filter(({ state }) => state !== 'ended').length;
    const left = [...this.busy].filter((id) => this.stories.get(id)?.state === 'ended').length;
    if (queued + inFlight + retrying !== open + left)
      this.problem(`has ${open}+${left} calls, of which ${queued}+${inFlight}+${retrying} are somewhere`); // prettier-ignore
  }

  recover(how: 'drain' | 'close' | 'abandon'): void {
    this.watching.unsubscribe();
    this.setBound(3);
    for (const caller of this.callers) if (this.run.chance(0.1)) this.leave(caller);
    if (this.run.features.has('hangs')) this.leaveHanging();
    if (how !== 'drain') this.close(how === 'abandon');
  }

  checkEnd(): void {
    const { queued, inFlight, retrying, status } = this.service.toJSON();
    if (queued + inFlight + retrying > 0)
      this.problem(`keeps ${queued}+${inFlight}+${retrying} calls`);
    if (status === 'closing') this.problem('does not close');
    if (this.busy.size > 0) this.problem(`has left ${this.busy.size} works alone`);
    if (this.callers.size > 0) this.problem(`has left ${this.callers.size} callers alone`);
    for (const [id, { state }] of this.stories)
      if (state !== 'ended') this.problem(`${id} is ${state} at the end`);
    for (const { unit, reserved } of this.service.toJSON().quotas)
      if (reserved !== 0) this.problem(`keeps ${reserved} ${unit}`);
    this.checkBudget();
  }

  /** When the windows have passed. */
  checkUnused(): void {
    for (const { unit, used } of this.service.toJSON().quotas)
      if (used !== 0) this.problem(`has still used ${used} ${unit}`);
  }

  private leaveHanging(): void {
    // Whoever waits for ever gives up, at some time.
    this.run.later(20_000, () => {
      for (const caller of this.callers) this.leave(caller);
    });
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

  private leave(caller: Caller): void {
    const { controller, subscription } = caller;
    // Within the turn in which it subscribes there is no other way.
    if (!subscription || this.run.chance(0.3)) controller.abort();
    if (!subscription) return;
    caller.hasLeft = true;
    subscription.unsubscribe();
    this.callers.delete(caller);
  }

  private arrived(caller: Caller): void {
    if (caller.ends > 0 || caller.hasLeft) this.problem('answers somebody who has gone');
  }

  private ended(caller: Caller): void {
    caller.ends += 1;
    this.callers.delete(caller);
    if (caller.ends > 1) this.problem('ends a call twice');
  }

  private hear(event: ServiceEvent): void {
    this.run.lastMovedAt = event.at;
    if (event.type === 'fault') this.problem(`tells of a fault: ${String(event.error)}`);
    else if (event.type === 'queued')
      this.stories.set(event.callId, {
        priority: Number(event.label),
        state: 'queued',
        attempt: 1,
      });
    else this.goOn(this.stories.get(event.callId)!, event);
  }

  private goOn(story: Story, event: Exclude<ServiceEvent, { type: 'queued' | 'fault' }>): void {
    const { callId, type, attempt } = event;
    const before = `${story.state} ${story.attempt}`;
    const isWell =
      type === 'started'
        ? story.state !== 'started' && attempt === story.attempt
        : type === 'retrying'
          ? story.state === 'started' && attempt === story.attempt
          : (type !== 'completed' || story.state === 'started') && attempt - story.attempt <= 1;
    if (!isWell || story.state === 'ended') this.problem(`${callId} is ${before}, then ${type} ${attempt}`); // prettier-ignore
    const { overtaken } = story;
    if (overtaken && (type === 'started' || event.at > overtaken.at))
      this.problem(`${overtaken.by} has started before ${callId}`);
    if (type === 'started') this.started(callId, story, event.at);
    else if (type === 'retrying') this.retries.push(event.at);
    story.state = type === 'started' || type === 'retrying' ? type : 'ended';
    story.attempt = type === 'retrying' ? attempt + 1 : attempt;
  }

  /** First in, first out within a priority: of those that start for the first time. */
  private started(callId: number, story: Story, at: number): void {
    if (story.attempt > 1) return;
    this.starts.push(at);
    for (const [id, other] of this.stories) {
      if (id >= callId) return;
      if (other.state === 'queued' && other.attempt === 1 && other.priority === story.priority)
        other.overtaken ??= { by: callId, at };
    }
  }

  private problem(what: string): void {
    this.run.problems.push(`${this.service.name} at ${this.run.time.now()}: ${what}`);
  }
}

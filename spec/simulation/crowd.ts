import {
  type CallEvent,
  type CallOptions,
  ServiceClosedError,
  type Usage,
} from '../../src/index.js';
import { isPlanted, PlantedError } from './planted.js';
import { finalize, type Observable } from 'rxjs';
import { Caller, type Manner } from './caller.js';
import { PATIENCE_MS } from './liveness.js';
import { checkTimes } from './promised-times.js';
import type { StationParts } from './station-parts.js';
import type { Story } from './story.js';
import { checkOutcome } from './told-end.js';

/** Those who call a station, some of whom leave. */
export class Crowd {
  /** In the order in which they came, whose numbers are from 1 on. */
  private readonly everybody: Caller[] = [];
  /** Those who have not been told an end. */
  private readonly waiting = new Set<Caller>();
  private calling = 0;

  constructor(private readonly parts: StationParts) {}

  costOf(tokens: number): Usage {
    // Who calls, and whom, as units: events and reservations tell of it.
    const who = { caller: this.calling, station: this.parts.index };
    return { requests: 1, tokens, inputTokens: 0, outputTokens: tokens, ...who };
  }

  /** Of whom the cost of a call tells. */
  callerOf(cost: Usage): Caller {
    return this.callerNumbered(cost['caller']!);
  }

  callerNumbered(id: number): Caller {
    return this.everybody[id - 1]!;
  }

  callerWith(story: Story): Caller {
    return this.callerNumbered(story.callerId);
  }

  get size(): number {
    return this.everybody.length;
  }

  add(wishes: CallOptions): Caller {
    const { run, defaults, problem } = this.parts;
    const caller = new Caller({
      id: this.everybody.length + 1,
      manner: run.pick(this.manners()),
      options: { ...defaults, ...wishes },
      run,
      problem,
    });
    this.everybody.push(caller);
    this.waiting.add(caller);
    return caller;
  }

  call(caller: Caller, tokens: number, options: CallOptions): void {
    const { service } = this.parts;
    const ends = this.endsOf(caller);
    this.calling = caller.parts.id;
    if (caller.parts.manner === 'promise') {
      caller.promise = service.callAsync(tokens, options);
      caller.promise.then(ends.complete, ends.error);
    } else if (caller.parts.manner === 'events')
      caller.subscription = service
        .callEvents(tokens, options)
        .pipe((events$) => this.cleaningUp(events$))
        .subscribe({ ...ends, next: (event) => this.hears(caller, event) });
    else
      caller.subscription = service
        .call(tokens, options)
        .pipe((answers$) => this.cleaningUp(answers$))
        .subscribe({ ...ends, next: () => this.isAnswered(caller) });
  }

  leaveOne(): void {
    if (this.waiting.size > 0) this.leave(this.parts.run.pick([...this.waiting]));
  }

  /** Some leave now, and all who would wait for ever at some time. */
  leaveSome(): void {
    const { run } = this.parts;
    for (const caller of this.waiting) if (run.chance(0.1)) this.leave(caller);
    if (!run.features.has('hangs')) return;
    run.later(PATIENCE_MS, () => {
      for (const caller of this.waiting) this.leave(caller);
    });
  }

  checkTimes(): void {
    for (const caller of this.waiting) checkTimes(caller);
  }

  /** What promises tell comes later. */
  checkNobodyWaits(): void {
    const left = [...this.waiting].filter(({ promise }) => !promise).length;
    if (left > 0) this.parts.problem(`has left ${left} callers alone`);
  }

  /** Everybody was told the end of which events tell. */
  checkOutcomes(): void {
    for (const caller of this.everybody) checkOutcome(caller);
  }

  /** He has called one that takes no more: he is told so at once. */
  checkRefused(caller: Caller): void {
    const { outcome, parts, story } = caller;
    const isTold = outcome?.error instanceof ServiceClosedError || isPlanted(outcome?.error);
    if (parts.manner !== 'promise' && (story || !(isTold || outcome?.how === 'left')))
      caller.problem(`is not refused by one that is closed: ${String(outcome?.error)}`);
  }

  /** Nobody listens any more to the signal of a call that has ended. */
  checkSignals(): void {
    for (const caller of this.everybody)
      if (caller.signal.listeners > 0) caller.problem('has a signal to which somebody listens');
  }

  private manners(): Manner[] {
    const { run } = this.parts;
    const manners: Manner[] = ['call'];
    if (run.has('call events')) manners.push('events');
    if (run.has('promises')) manners.push('promise');
    return manners;
  }

  private endsOf(caller: Caller) {
    const end = (how: 'completed' | 'failed', error?: unknown) => {
      this.waiting.delete(caller);
      caller.ended(how, error);
      if (caller.parts.manner !== 'promise') this.mayThrow();
    };
    return {
      error: (error: unknown) => end('failed', error),
      complete: () => end('completed'),
    };
  }

  private hears(caller: Caller, event: CallEvent<string>): void {
    caller.hear(event);
    if (event.type === 'value' || this.parts.run.has('haste')) this.mayLeave(caller);
    this.mayThrow();
  }

  private isAnswered(caller: Caller): void {
    caller.arrived();
    this.mayLeave(caller);
    this.mayThrow();
  }

  /** He is told, and throws. */
  private mayThrow(): void {
    const { run } = this.parts;
    if (run.strikes('throwing callers', 0.1)) run.throws('caller');
  }

  /** Whoever listens may clean up afterwards, and throw as he does. */
  private cleaningUp<T>(told$: Observable<T>): Observable<T> {
    const { run } = this.parts;
    if (!run.has('throwing callers') || !run.chance(0.1)) return told$;
    return told$.pipe(
      finalize(() => {
        run.meets('throwing clean-ups');
        throw new PlantedError('clean-up');
      }),
    );
  }

  private mayLeave(caller: Caller): void {
    const { run } = this.parts;
    if (run.has('cancels') && run.chance(0.1)) this.leave(caller);
  }

  private leave(caller: Caller): void {
    const { subscription } = caller;
    // Within the turn in which it subscribes there is no other way, and none to leave a promise.
    if (!subscription || this.parts.run.chance(0.3)) caller.abort();
    if (!subscription) return;
    caller.leave();
    this.waiting.delete(caller);
    this.parts.run.meets(`cancel: ${caller.story?.state ?? 'at once'}`);
    try {
      subscription.unsubscribe();
    } catch (error) {
      // His own fault comes back to him, and to nobody else.
      if (!isPlanted(error)) throw error;
    }
  }
}

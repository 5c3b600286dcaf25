import type { CallEvent, CallOptions, Usage } from '../../src/index.js';
import { Caller, type Manner } from './caller.js';
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
    // Who calls, as one more unit: events tell of it.
    return { requests: 1, tokens, inputTokens: 0, outputTokens: tokens, caller: this.calling };
  }

  /** Of whom the cost of a call tells. */
  callerOf(cost: Usage): Caller {
    return this.everybody[cost['caller']! - 1]!;
  }

  callerWith(story: Story): Caller | undefined {
    return this.everybody.find((caller) => caller.story === story);
  }

  add(wishes: CallOptions): Caller {
    const { run, defaults, problem } = this.parts;
    const caller = new Caller({
      id: this.everybody.length + 1,
      manner: run.pick(this.manners()),
      options: { ...defaults, ...wishes },
      now: () => run.time.now(),
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
        .subscribe({ ...ends, next: (event) => this.hears(caller, event) });
    else
      caller.subscription = service
        .call(tokens, options)
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
    run.later(20_000, () => {
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
    };
    return {
      error: (error: unknown) => end('failed', error),
      complete: () => end('completed'),
    };
  }

  private hears(caller: Caller, event: CallEvent<string>): void {
    caller.hear(event);
    if (event.type === 'value' || this.parts.run.has('haste')) this.mayLeave(caller);
  }

  private isAnswered(caller: Caller): void {
    caller.arrived();
    this.mayLeave(caller);
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
    subscription.unsubscribe();
    this.waiting.delete(caller);
  }
}

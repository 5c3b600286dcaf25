import fc from 'fast-check';
import { BehaviorSubject } from 'rxjs';
import { Call } from '../../src/call/call.js';
import { CallTiming } from '../../src/call/call-timing.js';
import { Deadlines } from '../../src/call/deadlines.js';
import { Clock } from '../../src/time/clock.js';
import type { GateState } from '../../src/usage/gate.js';
import { VirtualTime } from '../support/virtual-time.js';

const OPEN: GateState = { status: 'open', reopensAt: undefined };

const step = fc.oneof(
  fc.record({ does: fc.constant('add' as const), ms: fc.oneof(fc.nat(20), fc.constant(Infinity)) }),
  fc.record({ does: fc.constant('leave' as const), which: fc.nat(4) }),
  fc.record({ does: fc.constant('close' as const), ms: fc.nat(20) }),
  fc.record({ does: fc.constant('open' as const) }),
  fc.record({ does: fc.constant('wait' as const), ms: fc.nat(5) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Deadlines, and a list of who waits. */
class Play {
  readonly ended: number[] = [];
  readonly expected: number[] = [];
  readonly gate$ = new BehaviorSubject<GateState>(OPEN);
  private readonly time = new VirtualTime();
  private calls: Call<unknown, never>[] = [];
  private lastId = 0;
  private readonly deadlines = new Deadlines(new Clock(this.time), this.gate$, {
    end: (call) => {
      this.ended.push(call.id);
      // As who ends a call does.
      this.deadlines.delete(call);
    },
    withdraw: () => false,
  });

  do(one: Step): void {
    if (one.does === 'wait') this.time.advance(one.ms);
    else if (one.does === 'add') this.add(this.time.now() + one.ms);
    else if (one.does === 'leave') this.leave(this.calls[one.which]);
    else
      this.turn(
        one.does === 'open' ? OPEN : { status: 'closed', reopensAt: this.time.now() + one.ms },
      );
  }

  get waiting(): number {
    return this.calls.length;
  }

  private add(startBy: number): void {
    const call = new Call<unknown, never>(++this.lastId, '', {}, undefined, {
      next() {},
      error() {},
      complete() {},
    });
    call.timing = new CallTiming({}, 0);
    call.timing.startBy = startBy;
    const isFirst = this.calls.length === 0;
    this.calls.push(call);
    this.deadlines.add(call);
    // Who comes first hears at once whether it is closed; others have been told that when they asked.
    if (isFirst) this.endLate();
  }

  private leave(call: Call<unknown, never> | undefined): void {
    if (!call) return;
    this.calls = this.calls.filter((one) => one !== call);
    this.deadlines.delete(call);
  }

  private turn(state: GateState): void {
    this.gate$.next(state);
    this.endLate();
  }

  private endLate(): void {
    const { reopensAt = -Infinity } = this.gate$.value;
    const late = this.calls.filter((call) => call.timing!.startBy < reopensAt);
    this.expected.push(...late.map(({ id }) => id));
    this.calls = this.calls.filter((call) => !late.includes(call));
  }
}

describe('Deadlines', () => {
  it('end those that a gate makes too late when it closes, in order, and watch it only while some wait', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const play = new Play();
        for (const one of steps) {
          play.do(one);
          expect(play.ended).toEqual(play.expected);
          expect(play.gate$.observed).toBe(play.waiting > 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

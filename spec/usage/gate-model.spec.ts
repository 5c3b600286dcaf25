import fc from 'fast-check';
import { Gate } from '../../src/usage/gate.js';
import { NaiveGate } from './naive-gate.js';

/** Instants are added to and taken from. */
const ROUNDING = 1e-9;

/** Of those that were let out, which: 0 is the latest. */
const who = fc.nat(3);
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('pass' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 4, 5, 6, 9_999, 10_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('refuse' as const),
      who,
      ms: fc.constantFrom(1, 5, 20),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('let in' as const, 'gone' as const), who }),
  },
);
const commands = fc.array(command, { maxLength: 20 });

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** Both gates, told the same. */
class Both {
  readonly gate = new Gate();
  readonly naive = new NaiveGate();
  now = 0;
  private lastTicket = 0;

  do(command: Command): void {
    if (command.does === 'wait') this.now += command.ms;
    else if (command.does === 'pass') this.pass();
    else {
      const ticket = this.lastTicket - command.who;
      if (ticket < 1) return;
      if (command.does === 'refuse') this.refuse(ticket, command.ms);
      else this.end(command.does, ticket);
    }
  }

  /** A call goes when it may, as a tracker sees to. */
  private pass(): void {
    if (this.gate.waitMs(this.now) > 0) return;
    const ticket = ++this.lastTicket;
    this.gate.pass(ticket, this.now);
    this.naive.pass(ticket, this.now);
  }

  private refuse(ticket: number, waitMs: number): void {
    const hasClosed = this.gate.refused({ ticket, lastTicket: this.lastTicket, waitMs }, this.now);
    expect(hasClosed).toBe(this.naive.refused(ticket, this.lastTicket, waitMs, this.now));
  }

  private end(how: 'let in' | 'gone', ticket: number): void {
    const before = this.naive.status(this.now);
    this.naive.ended(how, ticket, this.now);
    if (how === 'gone') this.gate.gone(ticket, this.now);
    else
      expect(this.gate.admitted(ticket) && before !== 'open').toBe(
        this.naive.status(this.now) !== before,
      );
  }
}

describe('Gate, beside a list of all that has happened to it', () => {
  it('is open, closed or proving, and lets wait as long', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const both = new Both();
        for (const one of all) {
          both.do(one);
          const { gate, naive, now } = both;
          expect({ now, status: gate.state(now).status }).toEqual({
            now,
            status: naive.status(now),
          });
          // The naive one counts milliseconds, so that long waits are asked for near their end only.
          const wait = gate.waitMs(now);
          const near = now + Math.max(0, wait - 3);
          expect(gate.waitMs(near)).toBe(naive.waitMs(near));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('changes by itself when it says, not before, and says when it reopens', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const both = new Both();
        for (const one of all) both.do(one);
        const { gate, now } = both;
        const [wait, before] = [gate.waitUntilItChanges(now), gate.state(now)];
        if (before.status === 'closed') expect(before.reopensAt).toBe(now + wait);
        if (wait === Infinity) expect(gate.state(now + 1e6)).toEqual(before);
        else {
          expect(gate.state(now + wait - 1)).toEqual(before);
          expect(gate.state(now + wait)).not.toEqual(before);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lets one call at a time out until one is let in', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const both = new Both();
        for (const one of all) both.do(one);
        const { gate, now } = both;
        const reopensAt = now + gate.waitMs(now);
        const status = gate.state(reopensAt).status;
        gate.pass(1_000, reopensAt);

        expect(gate.waitMs(reopensAt) > 0).toBe(status !== 'open');
        expect(gate.admitted(1_000)).toBe(status !== 'open');
        expect([gate.waitMs(reopensAt), gate.isOpen]).toEqual([0, true]);
      }),
      { numRuns: 500 },
    );
  });

  it('waits where nothing is told at least half, and at most all, of what has doubled with each closing', () => {
    const drawn = fc.constantFrom(0, 0.25, 0.999, 1, NaN, -5, 7, Infinity);
    const options = fc.record({ baseMs: fc.integer({ min: 1, max: 50 }), maxMs: fc.nat(400) });
    fc.assert(
      fc.property(options, fc.array(drawn, { minLength: 1, maxLength: 12 }), (some, all) => {
        let now = 0;
        let ticket = 0;
        let random = 0;
        const gate = new Gate({ ...some, random: () => random });
        all.forEach((one, closings) => {
          random = one;
          gate.refused({ ticket, lastTicket: ticket, waitMs: null }, now);
          const most = Math.min(some.maxMs, some.baseMs * 2 ** closings);
          const wait = gate.waitMs(now);
          expect(wait).toBeLessThanOrEqual(most + ROUNDING);
          // A source that is no good: then it may be less.
          if (one >= 0 && one <= 1) expect(wait).toBeGreaterThanOrEqual(most / 2 - ROUNDING);
          expect(wait).toBeGreaterThanOrEqual(0);
          now += wait;
          gate.pass(++ticket, now);
        });
      }),
      { numRuns: 300 },
    );
  });
});

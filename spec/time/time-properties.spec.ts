import fc from 'fast-check';
import { Subject } from 'rxjs';
import { type Alarm, Alarms } from '../../src/time/alarms.js';
import { backOffMs } from '../../src/time/back-off.js';
import { Clock } from '../../src/time/clock.js';
import { instantAfter } from '../../src/time/instant-after.js';
import { LiveNumber } from '../../src/time/live-number.js';
import { WakeUp } from '../../src/time/wake-up.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('backOffMs', () => {
  const ms = fc.nat(10_000);
  const attempt = fc.integer({ min: 1, max: 40 });

  /** Doubled once for each failure but the first. */
  function most(attempt: number, baseMs: number, maxMs: number): number {
    let bound = baseMs;
    for (let failure = 1; failure < attempt && bound < maxMs; failure++) bound *= 2;
    return Math.min(bound, maxMs);
  }

  it('is the share that is drawn of what has doubled, up to the most', () => {
    const drawn = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);
    fc.assert(
      fc.property(attempt, ms, ms, drawn, (n, baseMs, maxMs, share) => {
        const waitMs = backOffMs(n, { baseMs, maxMs }, () => share);

        expect(waitMs).toBe(share * most(n, baseMs, maxMs));
      }),
      { numRuns: 500 },
    );
  });

  it('is within its bounds, and a number, whatever is drawn', () => {
    const drawn = fc.oneof(
      fc.constantFrom(NaN, Infinity, -Infinity, -1, 2, undefined, null, 'x'),
      fc.double(),
    );
    fc.assert(
      fc.property(attempt, ms, ms, drawn, (n, baseMs, maxMs, bad) => {
        const waitMs = backOffMs(n, { baseMs, maxMs }, () => bad as number);

        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(most(n, baseMs, maxMs));
      }),
      { numRuns: 500 },
    );
  });
});

describe('instantAfter', () => {
  it('is the first whole millisecond by which the wait is over, but for rounding', () => {
    const now = fc.oneof(
      fc.nat(1_000),
      fc.nat(8_000).map((n) => n / 8),
      fc.constant(1.7e12 + 0.25),
    );
    fc.assert(
      fc.property(
        now,
        fc.nat(8_000).map((n) => n / 8),
        (now, waitMs) => {
          const at = instantAfter(waitMs, now)!;

          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThanOrEqual(now + waitMs - 0.03);
          expect(at - 1).toBeLessThan(now + waitMs);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('WakeUp', () => {
  const step = fc.oneof(
    fc.record({
      does: fc.constant('set' as const),
      ms: fc.oneof(fc.nat(5), fc.constantFrom(0.25, 3.5, Infinity)),
    }),
    fc.record({ does: fc.constant('clear' as const) }),
    fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4 }) }),
  );

  it('wakes once for the last that was set, when it is due, and holds one timer until then', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const time = new VirtualTime();
        const woken: number[] = [];
        const expected: number[] = [];
        let due = Infinity;
        const wakeUp = new WakeUp(time, () => woken.push(time.now()));
        for (const one of steps) {
          if (one.does === 'set') {
            wakeUp.set(one.ms);
            due = Math.ceil(one.ms) + time.now();
          } else if (one.does === 'clear') {
            wakeUp.clear();
            due = Infinity;
          } else {
            const until = time.now() + one.ms;
            if (due <= until) expected.push(due);
            if (due <= until) due = Infinity;
            time.advance(one.ms);
          }
          expect(woken).toEqual(expected);
          expect(time.timers).toBe(due < Infinity ? 1 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('LiveNumber', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -2, max: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom('close' as const, 'open' as const) },
  );

  it('is the last that was allowed while it listened, and tells of each change', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const source$ = new Subject<number>();
        const live = new LiveNumber(source$, (value) => {
          if (value < 0) throw new Error(`${value}`);
        });
        const changes: (number | undefined)[] = [];
        live.changes$.subscribe(() => changes.push(live.value));
        const told: number[] = [];
        let isOpen = true;
        for (const one of steps) {
          if (one === 'open') live.open();
          else if (one === 'close') live.close();
          else {
            source$.next(one);
            if (isOpen && one >= 0) told.push(one);
          }
          if (typeof one === 'string') isOpen = one === 'open';
          expect([live.value, source$.observed]).toEqual([told.at(-1), isOpen]);
        }

        expect(changes).toEqual(told);
      }),
      { numRuns: 300 },
    );
  });
});

/** What an alarm does when it rings. */
const ringing = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ does: 'nothing' as const }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('set' as const), ms: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const), which: fc.nat(5) }) },
);
const alarmStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('set' as const),
      ms: fc.integer({ min: 1, max: 6 }),
      then: ringing,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 5 }),
    }),
  },
);

type Ringing = typeof ringing extends fc.Arbitrary<infer R> ? R : never;
type AlarmStep = typeof alarmStep extends fc.Arbitrary<infer S> ? S : never;

interface Naive {
  readonly name: number;
  readonly at: number;
  readonly then: Ringing;
  /** Until it rings, or is cleared. */
  isSet: boolean;
}

/** Ours and a list that is searched anew at each millisecond. */
class BothAlarms {
  readonly time = new VirtualTime();
  readonly ours: string[] = [];
  readonly naive: string[] = [];
  private readonly alarms = new Alarms(this.time, new Clock(this.time));
  private readonly set: Alarm[] = [];
  private readonly list: Naive[] = [];

  do(step: AlarmStep): void {
    if (step.does === 'set') {
      this.list.push(this.naiveOf(this.time.now() + step.ms, step.then));
      this.setOurs(this.time.now() + step.ms, step.then);
    } else if (step.does === 'clear') {
      this.clearNaive(step.which);
      this.clearOurs(step.which);
    } else for (let ms = 0; ms < step.ms; ms++) this.tick();
  }

  get waiting(): number {
    return this.list.filter(({ isSet }) => isSet).length;
  }

  private tick(): void {
    const now = this.time.now() + 1;
    for (let due = this.dueAt(now); due.length > 0; due = this.dueAt(now))
      for (const one of due) this.ringNaive(one, now);
    this.time.advance(1);
  }

  /** Those of one instant ring in the order in which they were set; what they set for now comes after them. */
  private dueAt(now: number): Naive[] {
    return this.list
      .filter(({ at, isSet }) => isSet && at <= now)
      .sort((a, b) => a.at - b.at || a.name - b.name);
  }

  private ringNaive(one: Naive, now: number): void {
    if (!one.isSet) return;
    one.isSet = false;
    this.naive.push(`${now} ${one.name}`);
    if (one.then.does === 'set')
      this.list.push(this.naiveOf(now + one.then.ms, { does: 'nothing' }));
    else if (one.then.does === 'clear') this.clearNaive(one.then.which);
  }

  private naiveOf(at: number, then: Ringing): Naive {
    return { name: this.list.length, at, then, isSet: true };
  }

  private clearNaive(which: number): void {
    const one = this.list.at(-1 - which);
    if (one) one.isSet = false;
  }

  private setOurs(at: number, then: Ringing): void {
    const name = this.set.length;
    const alarm = this.alarms.set(at, () => {
      this.ours.push(`${this.time.now()} ${name}`);
      if (then.does === 'set') this.setOurs(this.time.now() + then.ms, { does: 'nothing' });
      else if (then.does === 'clear') this.clearOurs(then.which);
    });
    this.set.push(alarm);
  }

  private clearOurs(which: number): void {
    const alarm = this.set.at(-1 - which);
    if (alarm) this.alarms.clear(alarm);
  }
}

describe('Alarms, beside a list that is searched anew at each millisecond', () => {
  it('ring the same, when due, in order, whatever they set and clear as they ring', () => {
    fc.assert(
      fc.property(fc.array(alarmStep, { maxLength: 15 }), (steps) => {
        const both = new BothAlarms();
        for (const one of steps) {
          both.do(one);
          expect(both.ours).toEqual(both.naive);
          // It may be too early, after one that was cleared; but it is there, and alone.
          expect(both.time.timers).toBe(both.waiting > 0 ? 1 : 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

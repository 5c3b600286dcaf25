import type { SchedulerAction, Subscription } from 'rxjs';
import { seededRandom } from '../../src/retry/seeded-random.js';
import { type Alarm, Alarms } from '../../src/time/alarms.js';
import { Clock } from '../../src/time/clock.js';
import { VirtualTime } from '../support/virtual-time.js';

const LONGEST_MS = 2 ** 31 - 1;

/** Alarms that note when they ring. */
class Stage {
  readonly log: string[] = [];
  readonly alarms: Alarms;

  constructor(readonly time = new VirtualTime()) {
    this.alarms = new Alarms(time, new Clock(time));
  }

  set(at: number, name: string, then: () => void = () => {}): Alarm {
    return this.alarms.set(at, () => {
      this.log.push(`${this.time.now()} ${name}`);
      then();
    });
  }
}

/** Its first timers come too early, by so many ms each. */
class Early extends VirtualTime {
  constructor(private readonly early: number[]) {
    super();
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay = 0,
    state?: T,
  ): Subscription {
    return super.schedule(work, delay - (this.early.shift() ?? 0), state);
  }
}

describe('Alarms', () => {
  let stage: Stage;
  beforeEach(() => (stage = new Stage()));

  it('ring each at its instant, whatever the order in which they were set', () => {
    for (const at of [30, 10, 20]) stage.set(at, 'rings');
    stage.time.flush();

    expect(stage.log).toEqual(['10 rings', '20 rings', '30 rings']);
  });

  it('ring in the order in which they were set when they are due together', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) stage.set(10, name);
    stage.time.flush();

    expect(stage.log).toEqual(['10 a', '10 b', '10 c', '10 d', '10 e']);
  });

  it('ring after all else that is due at their instant, whenever that was scheduled', () => {
    stage.time.schedule(() => stage.log.push('before'), 10);
    stage.set(10, 'rings');
    stage.time.schedule(() => stage.log.push('after'), 10);
    stage.time.flush();

    expect(stage.log).toEqual(['before', 'after', '10 rings']);
  });

  it('ring within this instant, though not in this turn, when they are due already', () => {
    stage.time.advanceTo(10);
    stage.set(5, 'overdue');
    stage.set(10, 'due');
    expect(stage.log).toEqual([]);
    stage.time.advance(0);

    expect(stage.log).toEqual(['10 overdue', '10 due']);
  });

  it('do not ring when they were cleared, once or more', () => {
    const [, b] = [stage.set(10, 'a'), stage.set(10, 'b'), stage.set(20, 'c')];
    stage.alarms.clear(b);
    stage.alarms.clear(b);
    stage.time.flush();

    expect(stage.log).toEqual(['10 a', '20 c']);
  });

  it('may be cleared after they have rung, and take no other along', () => {
    const a = stage.set(10, 'a');
    stage.set(20, 'b');
    stage.time.advanceTo(10);
    stage.alarms.clear(a);
    stage.time.flush();

    expect(stage.log).toEqual(['10 a', '20 b']);
  });

  it('may be cleared at their own instant by what is due with them', () => {
    const a = stage.set(10, 'a');
    stage.time.schedule(() => stage.alarms.clear(a), 10);
    stage.time.flush();

    expect(stage.log).toEqual([]);
  });

  // Seed 69 of the simulation: a clock that is set forward passes the first alarm, the timer of which still waits
  // for as long as it was set for. What was set after that, and due before it, waited for that timer too.
  it('ring in time when they were set after a step forward of the clock, which has passed another', () => {
    stage.set(5_000, 'passed');
    stage.time.advance(1_000);
    stage.time.step(3_600_000);
    stage.set(stage.time.now() + 200, 'in time');
    expect(stage.time.timers).toBe(1);
    stage.time.flush();

    expect(stage.log).toEqual(['3601000 passed', '3601200 in time']);
  });

  it('do not put off the timer of one that is overdue, however many are set meanwhile', () => {
    const scheduled = jest.spyOn(stage.time, 'schedule');
    stage.set(5_000, 'passed');
    stage.time.step(3_600_000);
    for (let n = 0; n < 9; n++) stage.set(stage.time.now() + 200, 'in time');

    expect([scheduled.mock.calls.length, stage.time.timers]).toEqual([2, 1]);
  });

  it('need one timer at most, and none when none is set', () => {
    expect(stage.time.timers).toBe(0);
    const alarms = Array.from({ length: 1_000 }, (_, n) => stage.set(1 + ((n * 7) % 1_000), 'x'));
    expect(stage.time.timers).toBe(1);
    for (const alarm of alarms.slice(1)) stage.alarms.clear(alarm);
    expect(stage.time.timers).toBe(1);
    stage.alarms.clear(alarms[0]!);

    expect(stage.time.timers).toBe(0);
    stage.time.flush();
    expect(stage.log).toEqual([]);
  });

  it('leave no timer when the last has rung', () => {
    stage.set(10, 'a');
    stage.time.advanceTo(10);

    expect(stage.log).toEqual(['10 a']);
    expect(stage.time.timers).toBe(0);
  });

  it('ring on time when an earlier one was cleared', () => {
    const a = stage.set(10, 'a');
    stage.set(20, 'b');
    stage.alarms.clear(a);
    stage.time.flush();

    expect(stage.log).toEqual(['20 b']);
  });

  it('ring on time when an earlier one is set after them', () => {
    stage.set(20, 'b');
    stage.time.advanceTo(5);
    stage.set(10, 'a');
    expect(stage.time.timers).toBe(1);
    stage.time.flush();

    expect(stage.log).toEqual(['10 a', '20 b']);
  });

  it.each([[[1]], [[5, 3]], [[9, 1]]])(
    'do not ring before their time though timers come early, by %j ms',
    (early) => {
      stage = new Stage(new Early(early));
      stage.set(10, 'a');
      stage.time.flush();

      expect(stage.log).toEqual(['10 a']);
      expect(stage.time.timers).toBe(0);
    },
  );

  it('keep fractions of a millisecond: they ring not before, and less than 1 ms after', () => {
    stage.set(10.25, 'a');
    stage.time.flush();

    expect(stage.log).toEqual(['11 a']);
  });

  it.each([LONGEST_MS - 1, LONGEST_MS, LONGEST_MS + 1, 2 ** 33, 3 * 2 ** 31 + 5])(
    'ring on time %d ms later',
    (at) => {
      stage.set(at, 'a');
      stage.time.flush();

      expect(stage.log).toEqual([`${at} a`]);
    },
  );

  it('never ask for a timer that the platform cannot set', () => {
    const schedule = jest.spyOn(stage.time, 'schedule');
    stage.set(2 ** 33, 'a');
    stage.time.flush();

    expect(Math.max(...schedule.mock.calls.map(([, delay = 0]) => delay))).toBe(LONGEST_MS);
  });

  describe('which set and clear others as they ring', () => {
    it('ring those set for now in this turn, behind those that were set before', () => {
      stage.set(10, 'a', () => stage.set(10, 'c'));
      stage.set(10, 'b');
      stage.time.flush();

      expect(stage.log).toEqual(['10 a', '10 b', '10 c']);
    });

    it('ring those set for later then, with one timer', () => {
      stage.set(10, 'a', () => stage.set(15, 'b'));
      stage.set(20, 'c');
      stage.time.advanceTo(10);
      expect(stage.time.timers).toBe(1);
      stage.time.flush();

      expect(stage.log).toEqual(['10 a', '15 b', '20 c']);
    });

    it('do not ring those that were cleared, though these are due', () => {
      stage.set(10, 'a', () => stage.alarms.clear(b));
      const b = stage.set(10, 'b');
      stage.time.flush();

      expect(stage.log).toEqual(['10 a']);
      expect(stage.time.timers).toBe(0);
    });

    it('ring on though all but one were cleared, and that was set again', () => {
      let b: Alarm;
      stage.set(10, 'a', () => {
        stage.alarms.clear(b);
        b = stage.set(12, 'b');
      });
      b = stage.set(11, 'never');
      stage.time.flush();

      expect(stage.log).toEqual(['10 a', '12 b']);
      expect(stage.time.timers).toBe(0);
    });

    it('may clear themselves', () => {
      const a: Alarm = stage.set(10, 'a', () => stage.alarms.clear(a));
      stage.set(20, 'b');
      stage.time.flush();

      expect(stage.log).toEqual(['10 a', '20 b']);
    });
  });

  it.each([1, 2, 3, 4, 5])(
    'ring as a plain list of them would, whatever is set and cleared: seed %d',
    (seed) => {
      const random = seededRandom(seed);
      const upTo = (n: number) => Math.floor(random() * n);
      const rung: string[] = [];
      const naive: { at: number; name: number; alarm: Alarm }[] = [];
      const expected: string[] = [];
      for (let name = 0; name < 500; name++) {
        const now = stage.time.now();
        if (naive.length > 0 && random() < 0.4) {
          const [gone] = naive.splice(upTo(naive.length), 1);
          stage.alarms.clear(gone!.alarm);
        } else {
          const at = now + 1 + upTo(20);
          const ring = () => rung.push(`${stage.time.now()} ${name}`);
          naive.push({ at, name, alarm: stage.alarms.set(at, ring) });
        }
        expect(stage.time.timers).toBe(naive.length === 0 ? 0 : 1);
        if (random() < 0.5) continue;
        const until = now + 1 + upTo(5);
        stage.time.advanceTo(until);
        const due = naive.filter(({ at }) => at <= until);
        due.sort((one, other) => one.at - other.at || one.name - other.name);
        expected.push(...due.map(({ at, name }) => `${at} ${name}`));
        for (const one of due) naive.splice(naive.indexOf(one), 1);
      }

      expect(expected.length).toBeGreaterThan(100);
      expect(rung).toEqual(expected);
    },
  );
});

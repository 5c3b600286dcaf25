import fc from 'fast-check';
import { concat, debounceTime, delay, interval, map, of, type SchedulerAction, type Subscription, take, timer } from 'rxjs'; // prettier-ignore
import { InvalidOptionError } from '../../src/index.js';
import { VirtualTime } from '../../src/testing/virtual-time.js';
import { NaiveTime, type TimeStep } from './naive-time.js';

/** Sets a timer for each delay, named by its number; answers what fires, and when. */
function firing(time: VirtualTime, delays: readonly number[]): string[] {
  const fired: string[] = [];
  for (const [index, ms] of delays.entries())
    time.schedule(() => fired.push(`${index} at ${time.elapsedMs}`), ms);
  return fired;
}

/** Does with a virtual time what the naive one is told to do. */
class RealTime {
  readonly time = new VirtualTime();
  readonly fired: string[] = [];
  private readonly set: Subscription[] = [];

  take(step: TimeStep, name: number): void {
    const { time, fired, set } = this;
    if ('pass' in step) time.advance(step.pass);
    else if ('unset' in step) set[step.unset]?.unsubscribe();
    else if ('next' in step) time.advanceToNext();
    else
      set[name] = time.schedule<number>(
        function (left = 0) {
          fired.push(`${name} at ${time.now()}`);
          if (left > 0) this.schedule(left - 1, left);
        },
        step.set,
        step.again,
      );
  }
}

describe('VirtualTime', () => {
  it.each<[name: string, delays: number[], ms: number, fired: string[]]>([
    ['nothing before time passes', [0, 1], 0, ['0 at 0']],
    ['each at its instant', [30, 10, 20], 25, ['1 at 10', '2 at 20']],
    ['what is due at the very end', [10], 10, ['0 at 10']],
    ['in the order in which they were set within an instant', [5, 5, 3, 5], 5, ['2 at 3', '0 at 5', '1 at 5', '3 at 5']], // prettier-ignore
    ['fractions of a ms', [0.25, 0.125], 1, ['1 at 0.125', '0 at 0.25']],
    ['NaN and less than 0 as 0', [1, NaN, -5], 1, ['1 at 0', '2 at 0', '0 at 1']],
    ['never after Infinity', [Infinity, 1], 1e15, ['1 at 1']],
    ['after more ms than a timer of a platform can wait', [2 ** 31, 2 ** 40], 2 ** 41, ['0 at 2147483648', '1 at 1099511627776']], // prettier-ignore
  ])('lets timers fire: %s', (_, delays, ms, fired) => {
    const time = new VirtualTime();
    const seen = firing(time, delays);
    time.advance(ms);

    expect([seen, time.now()]).toEqual([fired, ms]);
  });

  it('lets nothing fire until time passes', () => {
    const time = new VirtualTime();
    const fired = firing(time, [0]);

    expect([fired, time.timers]).toEqual([[], 1]);
  });

  it('does not go back for an instant that has passed', () => {
    const time = new VirtualTime();
    time.advance(10);
    const fired = firing(time, [0]);
    time.advanceTo(5);

    expect([fired, time.now()]).toEqual([[], 10]);
  });

  it('lets what is set meanwhile fire in the same pass of time, after all that was set before', () => {
    const time = new VirtualTime();
    const fired: string[] = [];
    time.schedule(() => {
      fired.push('a');
      time.schedule(() => fired.push('c'));
      time.schedule(() => fired.push(`d at ${time.now()}`), 3);
    }, 2);
    time.schedule(() => fired.push('b'), 2);
    time.advance(5);

    expect(fired).toEqual(['a', 'b', 'c', 'd at 5']);
  });

  it('hands over the state, and lets an action set itself again', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    time.schedule<number>(
      function (left = 0) {
        seen.push(`${left} at ${time.now()}`);
        if (left > 0) this.schedule(left - 1, 10 * left);
      },
      1,
      2,
    );
    time.flush();

    expect([seen, time.timers]).toEqual([['2 at 1', '1 at 21', '0 at 31'], 0]);
  });

  it('lets an action set itself again later, and in place of what it was set to', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    let action: SchedulerAction<string> | undefined;
    time.schedule<string>(
      function (name = '') {
        action ??= this; // eslint-disable-line @typescript-eslint/no-this-alias -- it is set again from outside
        seen.push(`${name} at ${time.now()}`);
      },
      1,
      'first',
    );
    time.flush();
    action!.schedule('second', 100);
    action!.schedule('third', 5);

    expect(time.timers).toBe(1);
    time.flush();
    expect(seen).toEqual(['first at 1', 'third at 6']);
  });

  it('forgets at once what is unsubscribed, before or within its instant', () => {
    const time = new VirtualTime();
    const fired = firing(time, [1, 3]);
    const late = time.schedule(() => fired.push('late'), 2);
    const next = time.schedule(() => fired.push('next'), 1);
    time.schedule(() => next.unsubscribe(), 0);
    late.unsubscribe();

    expect([late.closed, time.timers]).toEqual([true, 4]);
    time.flush();
    expect(fired).toEqual(['0 at 1', '1 at 3']);
  });

  it('never sets again what was unsubscribed', () => {
    const time = new VirtualTime();
    time.schedule(function () {
      this.unsubscribe();
      this.schedule(undefined, 1);
    });
    time.advance(0);

    expect(time.timers).toBe(0);
  });

  it('is stopped by an error at its instant, loses nothing else, and goes on', () => {
    const time = new VirtualTime();
    const thrown = new Error('thrown');
    const failing = time.schedule(() => {
      throw thrown;
    }, 2);
    const fired = firing(time, [1, 2, 3]);

    expect(() => time.flush()).toThrow(thrown);
    expect([fired, time.now(), time.timers, failing.closed]).toEqual([['0 at 1'], 2, 2, true]);
    time.flush();
    expect(fired).toEqual(['0 at 1', '1 at 2', '2 at 3']);
  });

  it('lets an action let time pass', () => {
    const time = new VirtualTime();
    const fired: string[] = [];
    time.schedule(() => {
      time.advance(10);
      fired.push(`outer at ${time.now()}`);
    }, 1);
    time.schedule(() => fired.push(`inner at ${time.now()}`), 5);
    time.advance(3);

    expect([fired, time.now()]).toEqual([['inner at 5', 'outer at 11'], 11]);
  });

  it('lets one timer fire at a time, until there are none', () => {
    const time = new VirtualTime();
    const fired = firing(time, [2, 2]);
    const next = () => [time.nextAt, time.advanceToNext()];

    expect([next(), next(), next()]).toEqual([
      [2, true],
      [2, true],
      [Infinity, false],
    ]);
    expect([fired, time.now()]).toEqual([['0 at 2', '1 at 2'], 2]);
  });

  it('says so when flushing does not come to an end', () => {
    const time = new VirtualTime();
    interval(10, time).subscribe();

    expect(() => time.flush(1_000)).toThrow(
      /^rxllm: virtual time does not come to an end: 1000 timers have fired, and 1 are set, at 10000 ms/,
    );
    expect(() => new VirtualTime().flush(0)).toThrow(
      /mostFired is 0; allowed: a number of at least 1/,
    );
  });

  it('takes no time that is none', () => {
    const time = new VirtualTime();
    for (const ms of [NaN, Infinity, -1])
      expect(() => time.advance(ms)).toThrow(InvalidOptionError);
    for (const at of [NaN, Infinity]) expect(() => time.advanceTo(at)).toThrow(InvalidOptionError);
    for (const ms of [NaN, -Infinity]) expect(() => time.step(ms)).toThrow(InvalidOptionError);
  });

  it.each([1_000, -1_000, 0.5])(
    'keeps timers to the time that passes, whatever step of %d ms its clock makes',
    (ms) => {
      const time = new VirtualTime();
      const fired = firing(time, [10, 20]);
      time.advance(10);
      time.step(ms);

      expect([time.now(), time.elapsedMs]).toEqual([10 + ms, 10]);
      time.advance(10);
      expect([fired, time.now()]).toEqual([['0 at 10', '1 at 20'], 20 + ms]);
    },
  );

  it.each<[earlyMs: number, fired: string[]]>([
    [1, ['2 at 0', '1 at 0.5', '0 at 9']],
    [0.25, ['2 at 0', '1 at 0.75', '0 at 9.75']],
    [100, ['2 at 0', '1 at 0.5', '0 at 5']],
    [-3, ['2 at 3', '1 at 4', '0 at 13']],
    [NaN, ['2 at 0', '1 at 1', '0 at 10']],
    [Infinity, ['2 at 0', '1 at 1', '0 at 10']],
  ])('lets timers fire early by %d ms, but not before half of the delay', (earlyMs, fired) => {
    const time = new VirtualTime({ earlyMs: () => earlyMs });
    const seen = firing(time, [10, 1, 0, Infinity]);
    time.flush();

    expect(seen).toEqual(fired);
  });

  it('brings to an end whoever sets his timer again for the rest', () => {
    const time = new VirtualTime({ earlyMs: () => 1 });
    time.schedule(function () {
      if (time.now() < 100) this.schedule(undefined, 100 - time.now());
    }, 100);
    time.flush(200);

    expect(time.now()).toBe(100);
  });

  it('is the scheduler of RxJS operators', () => {
    const time = new VirtualTime();
    const seen: string[] = [];
    const note = (name: string) => (value: unknown) =>
      seen.push(`${name} ${String(value)} at ${time.now()}`);
    timer(5, 10, time).pipe(take(3)).subscribe(note('timer'));
    of('x').pipe(delay(7, time)).subscribe(note('delay'));
    const at = (ms: number) => timer(ms, time).pipe(map(() => ms));
    concat(at(1), at(2), at(50)).pipe(debounceTime(10, time)).subscribe(note('debounce'));
    timer(100, time).subscribe(note('left')).unsubscribe();
    time.flush();

    expect([seen, time.timers]).toEqual([
      ['timer 0 at 5', 'delay x at 7', 'debounce 2 at 13', 'timer 1 at 15', 'timer 2 at 25', 'debounce 50 at 53'],
      0,
    ]); // prettier-ignore
  });

  it('does what a list that is searched from end to end does', () => {
    const step = fc.oneof<fc.Arbitrary<TimeStep>[]>(
      fc.record({ set: fc.integer({ min: 0, max: 8 }), again: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ unset: fc.nat({ max: 30 }) }),
      fc.record({ pass: fc.integer({ min: 0, max: 6 }) }),
      fc.constant({ next: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: '+1' }), (steps) => {
        const [real, naive] = [new RealTime(), new NaiveTime()];
        for (const [name, step] of steps.entries()) {
          real.take(step, name);
          naive.take(step, name);

          const { timers, elapsedMs } = real.time;
          expect([timers, elapsedMs]).toEqual([naive.list.length, naive.now]);
        }

        expect(real.fired).toEqual(naive.fired);
      }),
    );
  });
});

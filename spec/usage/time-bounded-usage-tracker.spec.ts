import { Subscription } from 'rxjs';
import { InMemoryRateTracker, TimeBoundedUsageTracker } from '../../src/index.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('TimeBoundedUsageTracker', () => {
  let time: VirtualTime;
  beforeEach(() => {
    time = new VirtualTime();
  });

  it('totals what was added within its window, as the original does', () => {
    const tracker = new TimeBoundedUsageTracker({ windowMs: 200, scheduler: time });
    const rows = [
      // at, added, total
      [0, 500, 500],
      [100, 200, 700],
      [201, 0, 200],
      [401, 0, 0],
    ] as const;

    for (const [at, added, total] of rows) {
      time.advanceTo(at);
      tracker.add(added);
      expect([at, tracker.total]).toEqual([at, total]);
    }
  });

  it('is, as JSON, its window and its total', () => {
    const tracker = new TimeBoundedUsageTracker({ windowMs: 200, scheduler: time });
    tracker.add(5);

    expect(JSON.stringify(tracker)).toBe('{"windowMs":200,"total":5}');
  });

  it('is below a limit, and again once enough has left, as in the original', () => {
    const tracker = new TimeBoundedUsageTracker({ windowMs: 100, scheduler: time });
    const rateTracker = new InMemoryRateTracker({ rateLimit: 100, rateTracker: tracker });
    const canProcess = () => rateTracker.quotas.every(({ used, limit }) => used < limit!);
    tracker.add(50);
    expect(canProcess()).toBe(true);
    time.advance(10);
    tracker.add(75);
    expect(canProcess()).toBe(false);
    time.advance(99);

    expect([tracker.total, canProcess()]).toEqual([75, true]);
  });

  it('is half-open: what is exactly as old as the window has left', () => {
    const tracker = new TimeBoundedUsageTracker({ windowMs: 6, scheduler: time });
    tracker.add(1);
    time.advance(5);
    expect(tracker.total).toBe(1);
    time.advance(1);

    expect(tracker.total).toBe(0);
  });

  it('counts for 70 s by default, and for its margin too where one is given', () => {
    const byDefault = new TimeBoundedUsageTracker({ scheduler: time });
    const withMargin = new TimeBoundedUsageTracker({
      windowMs: 70_000,
      marginMs: 250,
      scheduler: time,
    });
    for (const tracker of [byDefault, withMargin]) tracker.add(1);
    time.advance(69_999);
    expect([byDefault.total, withMargin.total]).toEqual([1, 1]);
    time.advance(1);
    expect([byDefault.total, withMargin.total]).toEqual([0, 1]);
    time.advance(250);

    expect([withMargin.total, withMargin.windowMs]).toEqual([0, 70_000]);
  });

  it('needs no options, and no time to pass for the first total', () => {
    const tracker = new TimeBoundedUsageTracker();
    expect(tracker.total).toBe(0);
    tracker.add(5);

    expect(tracker.total).toBe(5);
  });

  it('takes an amount of nothing, and fractions', () => {
    const tracker = new TimeBoundedUsageTracker({ scheduler: time });
    for (const amount of [0, 0.5, 0.25]) tracker.add(amount);

    expect(tracker.total).toBe(0.75);
  });

  it.each([
    ['-1', -1],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['missing', undefined],
    ['null', null],
    ['a text', '5'],
    ['true', true],
    ['a list', [5]],
    ['an object', { amount: 5 }],
    ['a date', new Date(5)],
  ])('refuses to add %s, and its total stays', (value, amount) => {
    const tracker = new TimeBoundedUsageTracker({ scheduler: time });
    tracker.add(3);

    expect(() => tracker.add(amount as number)).toThrow(
      `rxllm: option add(value) is ${value}; allowed: a finite number, 0 or more`,
    );
    expect(tracker.total).toBe(3);
  });

  describe('total$', () => {
    it('replays the latest, then tells each change, also when entries leave', () =>
      marbles(({ cold, expectObservable }) => {
        const tracker = new TimeBoundedUsageTracker({ windowMs: 6 });
        const totals = { z: 0, f: 500, s: 700, t: 200 };
        cold('--f--s', { f: 500, s: 200 }).subscribe((amount) => tracker.add(amount));

        expectObservable(tracker.total$, '^---------------!').toBe('z-f--s--t--z', totals);
        expectObservable(tracker.total$, '---^------------!').toBe('---f-s--t--z', totals);
        expectObservable(tracker.total$, '---------^------!').toBe('---------t-z', totals);
      }));

    it('tells of one change for all that leave in one millisecond', () =>
      marbles(({ cold, expectObservable }) => {
        const tracker = new TimeBoundedUsageTracker({ windowMs: 4 });
        cold('-(aaa)').subscribe(() => tracker.add(1));

        expectObservable(tracker.total$, '-----^---!').toBe('-----0', [0]);
      }));

    it('tells of nothing that changes nothing', () => {
      const tracker = new TimeBoundedUsageTracker({ scheduler: time });
      const totals: number[] = [];
      tracker.total$.subscribe((total) => totals.push(total));
      for (const amount of [0, 5, 0]) tracker.add(amount);
      time.flush();

      expect(totals).toEqual([0, 5, 0]);
    });

    it('looks at the time again when its timer was cut at the longest of the platform', () => {
      const windowMs = 60 * 86_400_000;
      const tracker = new TimeBoundedUsageTracker({ windowMs, scheduler: time });
      const seen: [number, number][] = [];
      tracker.add(5);
      tracker.total$.subscribe((total) => seen.push([time.frame, total]));
      time.flush();

      expect(seen).toEqual([
        [0, 5],
        [windowMs, 0],
      ]);
    });

    it('does not spin where it is asked on the edge of a window with a fraction', () => {
      // 1.4 - 1 < 0.4 in floating point: the entry was in the window, yet 0 ms away from its edge.
      const tracker = new TimeBoundedUsageTracker({ windowMs: 0.4, scheduler: time });
      time.advanceTo(1);
      tracker.add(1);
      time.advanceTo(1.4);
      const schedule = time.schedule.bind(time);
      let timers = 0;
      jest.spyOn(time, 'schedule').mockImplementation((work, delay, state) => {
        timers += 1;
        return timers < 20 ? schedule(work, delay, state) : Subscription.EMPTY;
      });
      tracker.total$.subscribe();
      time.flush();

      expect(timers).toBeLessThan(3);
    });

    it('holds a timer only while it is observed and something is in the window', () => {
      const tracker = new TimeBoundedUsageTracker({ windowMs: 6, scheduler: time });
      tracker.total$.subscribe().unsubscribe();
      tracker.add(1);
      expect(time.timers).toBe(0);
      const subscriptions = [tracker.total$.subscribe(), tracker.total$.subscribe()];
      expect(time.timers).toBe(2);
      for (const subscription of subscriptions) subscription.unsubscribe();
      expect([time.timers, tracker.changes.observed]).toEqual([0, false]);
      tracker.total$.subscribe();
      time.flush();

      expect([time.frame, time.timers]).toEqual([6, 0]);
    });
  });
});

import { timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { monotonicScheduler } from '../../src/index.js';
import { marbles } from '../support/marbles.js';

describe('monotonicScheduler', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([-3_600_000, -11_000, -1, 1, 11_000, 3_600_000])(
    'is not moved by a step of the wall clock by %i ms',
    (step) => {
      const wallClock = Date.now();
      const elapsed = jest.spyOn(performance, 'now').mockReturnValue(1_000);
      jest.spyOn(Date, 'now').mockReturnValue(wallClock);
      const before = monotonicScheduler.now();
      jest.spyOn(Date, 'now').mockReturnValue(wallClock + step);
      expect(monotonicScheduler.now()).toBe(before);
      elapsed.mockReturnValue(1_006);

      expect(monotonicScheduler.now()).toBeCloseTo(before + 6, 3);
    },
  );

  it('counts from the epoch, as the wall clock does', () => {
    jest.spyOn(performance, 'now').mockReturnValue(1_000);

    expect(monotonicScheduler.now()).toBe(performance.timeOrigin + 1_000);
  });

  it('follows the fake timers of a test runner, and no step of their wall clock', () => {
    jest.useFakeTimers();
    try {
      const before = monotonicScheduler.now();
      const work = jest.fn();
      monotonicScheduler.schedule(work, 500);
      jest.setSystemTime(Date.now() + 3_600_000);
      jest.advanceTimersByTime(500);

      expect(work).toHaveBeenCalledTimes(1);
      expect(monotonicScheduler.now()).toBeCloseTo(before + 500, 3);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is virtual inside TestScheduler.run: its clock and its timers', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const frames: number[] = [];
      expectObservable(timer(5, monotonicScheduler)).toBe('-----(0|)', [0]);
      cold('a--b--|').subscribe(() => frames.push(monotonicScheduler.now()));
      monotonicScheduler.schedule(() => frames.push(monotonicScheduler.now()), 4);
      flush();

      expect(frames).toEqual([0, 3, 4]);
    }));

  it('is virtual for as long as a simulation lasts', () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.maxFrames = Infinity;
    scheduler.run(({ flush }) => {
      let now = 0;
      monotonicScheduler.schedule(() => (now = monotonicScheduler.now()), 365 * 86_400_000);
      flush();

      expect(now).toBe(365 * 86_400_000);
    });
  });

  it('is real again after TestScheduler.run', () => {
    const before = monotonicScheduler.now();
    marbles(() => {
      expect(monotonicScheduler.now()).toBe(0);
    });

    expect(monotonicScheduler.now()).toBeGreaterThanOrEqual(before);
  });

  it('gives a subscription that unsets its timer', () =>
    marbles(({ flush }) => {
      const work = jest.fn();
      monotonicScheduler.schedule(work, 5).unsubscribe();
      flush();

      expect(work).not.toHaveBeenCalled();
    }));

  it('hands its state to the work', () =>
    marbles(({ flush }) => {
      const work = jest.fn();
      monotonicScheduler.schedule(work, 5, 'state');
      flush();

      expect(work).toHaveBeenCalledWith('state');
    }));
});

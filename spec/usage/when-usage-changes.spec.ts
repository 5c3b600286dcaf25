import { asyncScheduler, map, NEVER, Subject } from 'rxjs';
import { SlidingWindow } from '../../src/usage/window/sliding-window.js';
import { whenUsageChanges } from '../../src/usage/when-usage-changes.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

describe('whenUsageChanges', () => {
  it('emits on subscribing, on each change, and when a charge leaves', () =>
    marbles(({ cold, expectObservable }) => {
      const changes = '      --a--a----------a--';
      const window = new SlidingWindow(5);
      const changes$ = cold(changes).pipe(
        map(() => {
          window.charge(1, asyncScheduler.now());
        }),
      );
      const wait = () => window.waitUntilNextLeaves(asyncScheduler.now());

      expectObservable(
        whenUsageChanges(changes$, wait, asyncScheduler).pipe(map(() => 'x')),
        '                    ^---------------------------!',
      ).toBe('               x-x--x-x--x-----x----x');
    }));

  it('holds no timer while nothing is charged, nor when nobody observes it', () => {
    const time = new VirtualTime();
    const changes$ = new Subject<void>();
    let wait = Infinity;
    const subscription = whenUsageChanges(changes$, () => wait, time).subscribe();
    expect(time.timers).toBe(0);
    wait = 5;
    changes$.next();
    expect(time.timers).toBe(1);
    subscription.unsubscribe();

    expect([time.timers, changes$.observed]).toEqual([0, false]);
  });

  it('rounds a wait up, so that the charge has left when it emits', () => {
    const time = new VirtualTime();
    const at: number[] = [];
    const wait = () => (time.frame === 0 ? 4.2 : Infinity);
    whenUsageChanges(NEVER, wait, time).subscribe(() => at.push(time.frame));
    time.flush();

    expect(at).toEqual([0, 5]);
  });
});

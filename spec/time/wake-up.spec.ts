import { LONGEST_TIMER_MS, WakeUp } from '../../src/time/wake-up.js';
import { VirtualTime } from '../support/virtual-time.js';

const DAY_MS = 86_400_000;

function make(): { time: VirtualTime; woken: number[]; wakeUp: WakeUp } {
  const time = new VirtualTime();
  const woken: number[] = [];
  const wakeUp = new WakeUp(time, () => woken.push(time.now()));
  return { time, woken, wakeUp };
}

describe('WakeUp', () => {
  it.each([
    // delay, wakes at
    [5, [5]],
    [4.001, [5]],
    [0.2, [1]],
    [Infinity, []],
    [LONGEST_TIMER_MS, [LONGEST_TIMER_MS]],
    [LONGEST_TIMER_MS + 1, [LONGEST_TIMER_MS]],
    [30 * DAY_MS, [LONGEST_TIMER_MS]],
  ])('set to %d ms wakes at %j, never too early by a fraction', (delay, at) => {
    const { time, woken, wakeUp } = make();
    wakeUp.set(delay);
    expect(time.timers).toBe(at.length);
    time.flush();

    expect([woken, time.timers]).toEqual([at, 0]);
  });

  it('holds one timer, the latest that was set', () => {
    const { time, woken, wakeUp } = make();
    for (const delay of [5, 1, 3]) wakeUp.set(delay);
    expect(time.timers).toBe(1);
    time.flush();

    expect(woken).toEqual([3]);
  });

  it('holds none once it is set to Infinity or cleared', () => {
    const { time, wakeUp } = make();
    wakeUp.set(5);
    wakeUp.set(Infinity);
    expect(time.timers).toBe(0);
    wakeUp.set(5);
    wakeUp.clear();

    expect(time.timers).toBe(0);
  });

  it('can be set anew while it wakes', () => {
    const time = new VirtualTime();
    const woken: number[] = [];
    const wakeUp: WakeUp = new WakeUp(time, () => {
      woken.push(time.now());
      if (woken.length < 3) wakeUp.set(10);
    });
    wakeUp.set(10);
    time.flush();

    expect([woken, time.timers]).toEqual([[10, 20, 30], 0]);
  });
});

import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { seededRandom } from '../../src/index.js';
import { VirtualTime } from '../../src/testing/virtual-time.js';

/** The time as services have it: it knows how many timers they have set. */
export class SimulatedTime implements SchedulerLike {
  timers = 0;

  constructor(private readonly time: SchedulerLike) {}

  now(): number {
    return this.time.now();
  }

  schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    let isSet = true;
    const unset = () => {
      if (isSet) this.timers -= 1;
      isSet = false;
    };
    this.timers += 1;
    const action = this.time.schedule<T>(
      function (again) {
        unset();
        work.call(this, again);
      },
      delay,
      state,
    );
    action.add(unset);
    return action;
  }
}

/** The time as providers and works have it, whose clocks are right. */
export function rightTime(time: VirtualTime): SchedulerLike {
  return {
    now: () => time.elapsedMs,
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, ms?: number, state?: T) =>
      time.schedule(work, ms, state),
  };
}

/** A time whose timers fire early, each by a part of a ms, as those of Node do. */
export function earlyTime(seed: number): VirtualTime {
  // Beside what the run draws: how many timers are set must make no difference to it.
  const draw = seededRandom(seed);
  return new VirtualTime({ earlyMs: () => Math.max(0, Math.ceil(draw() * 8) - 4) / 4 });
}

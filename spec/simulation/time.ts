import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

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

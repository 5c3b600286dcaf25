import { type SchedulerAction, Subscription } from 'rxjs';

/**
 * What is due at some instant.
 *
 * @internal
 */
export interface Timer {
  /** Of the time that really passes. */
  dueAt: number;
  /** The how manieth it was that was set. */
  order: number;
  /** Where it is in the heap; below 0 while it is not set. */
  place: number;
  run(): void;
}

/**
 * Where timers are set, and unset.
 *
 * @internal
 */
export interface Agenda {
  set(timer: Timer, delay: number): void;
  unset(timer: Timer): void;
}

/**
 * Work that is due at some instant, and may schedule itself again.
 *
 * @internal
 */
export class VirtualAction<T> extends Subscription implements SchedulerAction<T>, Timer {
  dueAt = Infinity;
  order = 0;
  place = -1;
  private state: T | undefined;

  constructor(
    private readonly agenda: Agenda,
    private readonly work: (this: SchedulerAction<T>, state?: T) => void,
  ) {
    super();
  }

  /** Sets it, in place of what it was set to before. */
  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.state = state;
    this.agenda.set(this, delay);
    return this;
  }

  /** Like an action of RxJS, it is over when it throws, and may be set again otherwise. */
  run(): void {
    let isOver = false;
    try {
      this.work.call(this, this.state);
      isOver = true;
    } finally {
      if (!isOver) this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    this.agenda.unset(this);
    this.state = undefined;
    super.unsubscribe();
  }
}

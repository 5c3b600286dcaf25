import type { Injector } from '@angular/core';
import type { SchedulerLike } from 'rxjs';

/** Options of `stateSignal` and `usageSignal`. */
export interface SamplingOptions {
  /** The signal changes at most once in so many ms; a change is shown at most that late. Default 100. */
  readonly everyMs?: number;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** With whose end it stops. Default that of the injection context: the component's. */
  readonly injector?: Injector;
}

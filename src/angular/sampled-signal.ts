import type { Signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { auditTime, connect, merge, type Observable, skip, take } from 'rxjs';
import { monotonicScheduler } from '../index.js';
import type { SamplingOptions } from './sampling-options.js';

/** A signal of a stream that has a value at once: of later ones the latest, so often as is said. */
export function sampledSignal<T>(source$: Observable<T>, options: SamplingOptions): Signal<T> {
  const { everyMs = 100, scheduler = monotonicScheduler, injector } = options;
  // Never in the turn of the change: a template may be what has brought it about, and must not set signals.
  const sampled$ = source$.pipe(
    connect((all$) => merge(all$.pipe(take(1)), all$.pipe(skip(1), auditTime(everyMs, scheduler)))),
  );
  return toSignal(sampled$, { requireSync: true, ...(injector && { injector }) });
}

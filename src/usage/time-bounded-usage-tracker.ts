import { distinctUntilChanged, map, type Observable, type SchedulerLike, Subject } from 'rxjs';
import { parseAmount } from '../options/parse-value.js';
import { parseTimeBoundedUsageTrackerOptions } from '../options/time-bounded-usage-tracker.js';
import { Clock } from '../time/clock.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import type { Shared } from './shared.js';
import { SlidingWindow } from './window/sliding-window.js';
import { whenUsageChanges } from './when-usage-changes.js';

/** So that no sum overflows: what is no number would not become one again. */
const MOST = 1e290;

export interface TimeBoundedUsageTrackerOptions {
  /** How long an entry counts, in ms. Default 70,000: a minute and the original's safety of 10 s. */
  readonly windowMs?: number;
  /** Added to the window so that jitter on the network breaks no limit, in ms. Default 0. */
  readonly marginMs?: number;
  /** The source of time. Default `monotonicScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Counts usage over the last so many milliseconds.
 *
 * Add what was used; what is older than the window no longer counts. The window is half-open: an entry
 * exactly as old as the window has left.
 *
 * ```text
 * windowMs 6:   add 500    add 200
 *               0          3          6          9
 * total         500        700        200        0
 * ```
 *
 * @example
 * const tracker = new TimeBoundedUsageTracker({ windowMs: 60_000 });
 * tracker.add(812);
 * tracker.total; // 812
 * tracker.total$.subscribe((total) => gauge.set(total)); // 812, and 0 a minute later
 *
 * @throws InvalidOptionError for an option that is unknown or out of range.
 */
export class TimeBoundedUsageTracker {
  /** How long an entry counts, in ms, its margin left out. */
  readonly windowMs: number;
  readonly scheduler: SchedulerLike;
  /** The total, latest on subscribing, then each change; also when entries leave. It never completes. */
  readonly total$: Observable<number>;
  /** @internal */
  readonly marginMs: number;
  /** @internal */
  readonly window: SlidingWindow;
  /** @internal */
  readonly clock: Clock;
  /** @internal Emits after each change of what is counted. */
  readonly changes = new Subject<void>();
  /** @internal What all who put a limit over it have in common; made by the first of them. */
  shared: Shared | undefined;

  constructor(options: TimeBoundedUsageTrackerOptions = {}) {
    const {
      windowMs = 70_000,
      marginMs = 0,
      scheduler = monotonicScheduler,
    } = parseTimeBoundedUsageTrackerOptions(options);
    this.windowMs = windowMs;
    this.marginMs = marginMs;
    this.scheduler = scheduler;
    this.clock = new Clock(scheduler);
    this.window = new SlidingWindow(windowMs + marginMs);
    this.total$ = whenUsageChanges(
      this.changes,
      () => this.window.waitUntilNextLeaves(this.clock.now()),
      scheduler,
    ).pipe(
      map(() => this.total),
      distinctUntilChanged(),
    );
  }

  toJSON(): { readonly windowMs: number; readonly total: number } {
    return { windowMs: this.windowMs, total: this.total };
  }

  /** What was added within the window that ends now. */
  get total(): number {
    return this.window.total(this.clock.now());
  }

  /**
   * Adds an amount, now.
   *
   * @throws InvalidOptionError unless it is a finite number, 0 or more.
   */
  add(value: number): void {
    const amount = Math.min(parseAmount('add(value)', value), MOST);
    this.window.charge(amount, this.clock.now());
    this.changes.next();
  }
}

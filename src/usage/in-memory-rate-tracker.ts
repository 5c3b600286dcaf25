import {
  distinctUntilChanged,
  map,
  merge,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
  Subject,
  throwError,
} from 'rxjs';
import type { QuotaExceededError } from '../errors.js';
import { checkLimit, parseInMemoryRateTrackerOptions } from '../options.js';
import { Clock } from '../time/clock.js';
import { LiveNumber } from '../time/live-number.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import { Ledger, type LedgerParts } from './ledger.js';
import type { Quota } from './quota.js';
import { QuotaMeter } from './quota-meter.js';
import { type QuotaState, type RateTracker, unitsOf } from './rate-tracker.js';
import { readUsage } from './read-usage.js';
import type { Reservation } from './reservation.js';
import type { TimeBoundedUsageTracker } from './time-bounded-usage-tracker.js';
import type { Usage } from './usage.js';
import { SlidingWindow } from './window/sliding-window.js';
import { WaitingLine } from './waiting-line.js';
import { whenUsageChanges } from './when-usage-changes.js';

/** Quotas of its own, or one limit over a `TimeBoundedUsageTracker` that others may add to as well. */
export type InMemoryRateTrackerOptions =
  | {
      readonly quotas: readonly Quota[];
      /** The source of time. Default `monotonicScheduler`. */
      readonly scheduler?: SchedulerLike;
    }
  | {
      /** What the tracker's window grants, in the unit that is added to it. */
      readonly rateLimit: number | Observable<number>;
      readonly rateTracker: TimeBoundedUsageTracker;
    };

/** Providers count at their own clock; this covers what the network adds and takes. */
const DEFAULT_MARGIN_MS = 250;

/** What a `TimeBoundedUsageTracker` counts has no name of its own. */
const TRACKED_UNIT = 'tokens';

/**
 * The rate tracker of one process: sliding windows in memory.
 *
 * Who asks first is served first, and nobody is overtaken: services that share it take turns. While
 * somebody waits there is one timer, for the instant at which the first in line fits; nothing polls.
 *
 * ```text
 * requestsPerMinute(2)
 * reserve   a b c           d
 * granted   a b             (cd)
 *           0 1 2           60,250
 * ```
 *
 * @example
 * const rateTracker = new InMemoryRateTracker({ quotas: [requestsPerMinute(500)] });
 * const fast = new EchoService({ modelName: 'echo-1', serviceTag: '-fast', rateTracker });
 * const slow = new EchoService({ modelName: 'echo-1', serviceTag: '-slow', rateTracker }); // one pool
 *
 * @throws InvalidOptionError for an option that is unknown or out of range.
 */
export class InMemoryRateTracker implements RateTracker {
  readonly quotas$: Observable<readonly QuotaState[]>;
  readonly faults$: Observable<unknown>;
  private readonly ledger: Ledger;
  private readonly units: readonly string[];
  private readonly line: WaitingLine;

  constructor(options: InMemoryRateTrackerOptions) {
    this.ledger = new Ledger(partsOf(parseInMemoryRateTrackerOptions(options)));
    const { meters, scheduler, changes } = this.ledger.parts;
    this.units = unitsOf(this);
    const changes$ = merge(changes, ...meters.map(({ limit }) => limit.changes$));
    this.line = new WaitingLine(this.ledger, changes$, scheduler);
    this.faults$ = merge(...meters.map(({ limit }) => limit.faults$));
    const wait = () => this.ledger.waitUntilNextLeaves();
    this.quotas$ = whenUsageChanges(changes$, wait, scheduler).pipe(
      map(() => this.quotas),
      distinctUntilChanged(areEqual),
    );
  }

  get quotas(): readonly QuotaState[] {
    return this.ledger.quotas;
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    return this.ledger.neverFits(cost);
  }

  reserve(cost: Usage): ObservableInput<Reservation> {
    const own = readUsage(cost, this.units, 'reserve(cost)');
    const error = this.neverFits(own);
    if (error) return throwError(() => error);
    const answer = this.line.isEmpty ? this.ledger.reserve(own) : Infinity;
    return typeof answer === 'number' ? this.line.waitFor(own) : [answer];
  }

  /** Watches live limits again after `close`; a new tracker does so by itself. */
  open(): void {
    for (const { limit } of this.ledger.parts.meters) limit.open();
  }

  close(): void {
    for (const { limit } of this.ledger.parts.meters) limit.close();
    this.line.rest();
  }
}

function partsOf(options: InMemoryRateTrackerOptions): LedgerParts {
  if ('rateTracker' in options) {
    const { window, windowMs, clock, scheduler, changes } = options.rateTracker;
    const limit = new LiveNumber(options.rateLimit, (value) => checkLimit('rateLimit', value));
    return {
      meters: [new QuotaMeter(TRACKED_UNIT, limit, window, windowMs)],
      clock,
      scheduler,
      changes,
    };
  }
  const scheduler = options.scheduler ?? monotonicScheduler;
  return {
    meters: options.quotas.map(meterOf),
    clock: new Clock(scheduler),
    scheduler,
    changes: new Subject<void>(),
  };
}

function meterOf(
  { unit, limit, windowMs, marginMs = DEFAULT_MARGIN_MS }: Quota,
  index: number,
): QuotaMeter {
  const live = new LiveNumber(limit, (value) => checkLimit(`quotas[${index}].limit`, value));
  return new QuotaMeter(unit, live, new SlidingWindow(windowMs + marginMs), windowMs);
}

function areEqual(before: readonly QuotaState[], after: readonly QuotaState[]): boolean {
  return before.every((quota, index) => {
    const { used, limit } = after[index] ?? {};
    return quota.used === used && quota.limit === limit;
  });
}

import {
  distinctUntilChanged,
  map,
  merge,
  type Observable,
  type ObservableInput,
  Subscription,
  throwError,
} from 'rxjs';
import type { QuotaExceededError } from '../errors.js';
import { parseInMemoryRateTrackerOptions } from '../options/in-memory-rate-tracker.js';
import type { Forecast } from './forecast.js';
import type { GateState } from './gate.js';
import type { InMemoryRateTrackerOptions } from './in-memory-rate-tracker-options.js';
import { Ledger } from './ledger.js';
import { ledgerPartsOf, schedulerOf } from './ledger-parts-of.js';
import type { QuotaState } from './quota-state.js';
import { type RateTracker, unitsOf } from './rate-tracker.js';
import { readUsage } from './read-usage.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';
import { WaitingLine } from './waiting-line.js';
import { whenUsageChanges } from './when-usage-changes.js';

export type { InMemoryRateTrackerOptions };

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
  readonly gate$: Observable<GateState>;
  readonly faults$: Observable<unknown>;
  private readonly ledger: Ledger;
  private readonly units: readonly string[];
  private readonly line: WaitingLine;
  private readonly limitChanges$: Observable<void>;
  private watching = Subscription.EMPTY;

  constructor(options: InMemoryRateTrackerOptions) {
    const checked = parseInMemoryRateTrackerOptions(options);
    const scheduler = schedulerOf(checked);
    this.ledger = new Ledger(ledgerPartsOf(checked, scheduler));
    const { lanes, changes } = this.ledger.parts;
    this.units = unitsOf(this);
    const shared = lanes.flatMap((lane) => lane.shared?.changes ?? []);
    this.limitChanges$ = merge(...lanes.map(({ meter }) => meter.limit.live.changes$));
    const changes$ = merge(changes, ...shared, this.limitChanges$);
    this.line = new WaitingLine(this.ledger, changes$, scheduler);
    this.faults$ = merge(...lanes.map(({ meter }) => meter.limit.live.faults$));
    const told = (wait: () => number) => whenUsageChanges(changes$, wait, scheduler);
    this.quotas$ = told(() => this.ledger.waitUntilNextLeaves()).pipe(
      map(() => this.quotas),
      distinctUntilChanged(areEqual),
    );
    this.gate$ = told(() => this.ledger.waitUntilGateChanges()).pipe(
      map(() => this.gate),
      distinctUntilChanged(
        (one, other) => one.status === other.status && one.reopensAt === other.reopensAt,
      ),
    );
    this.open();
  }

  get quotas(): readonly QuotaState[] {
    return this.ledger.quotas;
  }

  get gate(): GateState {
    return this.ledger.gate;
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    return this.ledger.neverFits(cost);
  }

  reserve(cost: Usage): ObservableInput<Reservation> {
    const own = readUsage(cost, this.units, 'reserve(cost)');
    const error = this.ledger.neverFits(own);
    if (error) return throwError(() => error);
    const answer = this.line.isEmpty ? this.ledger.reserve(own) : Infinity;
    return typeof answer === 'number' ? this.line.waitFor(own) : [answer];
  }

  forecast(cost: Usage, ahead: Usage = {}): Forecast {
    const own = readUsage(cost, this.units, 'forecast(cost)');
    const before = readUsage(ahead, this.units, 'forecast(ahead)');
    const forecast = this.ledger.forecast(own, before, this.line.firstTurn);
    // Whoever is the first in line waits for something; it is not for this call, then, but before it.
    const isBehind = forecast.blockedBy === undefined && !this.line.isEmpty;
    return isBehind ? { waitMs: 0, blockedBy: 'turn' } : forecast;
  }

  /** Watches live limits again after `close`; a new tracker does so by itself. */
  open(): void {
    if (!this.watching.closed) return;
    this.watching = this.limitChanges$.subscribe(() => {
      this.ledger.limitChanged();
    });
    for (const { meter } of this.ledger.parts.lanes) meter.limit.open();
    this.line.goOn();
  }

  close(): void {
    this.line.rest();
    if (this.watching.closed) return;
    this.watching.unsubscribe();
    for (const { meter } of this.ledger.parts.lanes) meter.limit.close();
  }
}

function areEqual(before: readonly QuotaState[], after: readonly QuotaState[]): boolean {
  return (
    before.length === after.length && before.every((quota, index) => isSame(quota, after[index]))
  );
}

function isSame(before: QuotaState, after: QuotaState | undefined): boolean {
  const { used, reserved, usedByOthers, limit, remaining, resetAt } = before;
  if (used !== after?.used || reserved !== after.reserved) return false;
  if (usedByOthers !== after.usedByOthers || limit !== after.limit) return false;
  return remaining === after.remaining && resetAt === after.resetAt;
}

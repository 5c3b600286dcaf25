import {
  BehaviorSubject,
  map,
  NEVER,
  Observable,
  type ObservableInput,
  ReplaySubject,
  type SchedulerLike,
  type Subscriber,
  Subscription,
} from 'rxjs';
import {
  InvalidOptionError,
  monotonicScheduler,
  type QuotaState,
  type RateTracker,
  type Reservation,
  type Usage,
} from '../index.js';
import {
  checkManualRateTrackerOptions,
  type ManualRateTrackerOptions,
} from './manual-rate-tracker-options.js';
import { ManualReservation } from './manual-reservation.js';

interface Waiter {
  readonly cost: Usage;
  readonly subscriber: Subscriber<Reservation>;
}

/**
 * A rate tracker that grants when the test says so: what waits for quota waits for you.
 *
 * Who asks first is granted first. What is granted before anybody asks is kept for who asks next. It forgets nothing:
 * `reservations` tells what became of each.
 *
 * ```text
 * reserve    a b c
 * grant          x   x       one each
 * granted        a   b       c still waits
 * ```
 *
 * @example
 * const rateTracker = new ManualRateTracker();
 * const service = new FakeService({ answers: '-a|', rateTracker });
 * service.call('one').subscribe();
 * rateTracker.waiting.length; // 1
 * rateTracker.grant();
 * rateTracker.reservations[0].state; // 'held', and 'settled' when the call has ended
 */
export class ManualRateTracker implements RateTracker {
  readonly quotas$: Observable<readonly QuotaState[]>;
  readonly faults$: Observable<unknown>;
  /** All that was granted, in order. */
  readonly reservations: readonly ManualReservation[] = [];
  private readonly faults = new ReplaySubject<unknown>(1);
  private readonly changed$ = new BehaviorSubject<undefined>(undefined);
  private readonly units: readonly string[];
  private readonly scheduler: SchedulerLike;
  private readonly granting: Subscription;
  private readonly line = new Set<Waiter>();
  private spare = 0;

  constructor(options: ManualRateTrackerOptions = {}) {
    checkManualRateTrackerOptions(options);
    const { grants$ = NEVER, units = ['requests'], scheduler = monotonicScheduler } = options;
    this.units = units;
    this.faults$ = this.faults.asObservable();
    this.scheduler = scheduler;
    this.quotas$ = this.changed$.pipe(map(() => this.quotas));
    this.granting = grants$.subscribe({
      next: () => {
        this.grant();
      },
      error: (error: unknown) => {
        this.faults.next(error);
      },
    });
  }

  /** What those who wait will cost, the first in line first: of each service, the next of its calls. */
  get waiting(): readonly Usage[] {
    return [...this.line].map(({ cost }) => cost);
  }

  /** Of each unit what is held and what was used, with no limit and for ever. */
  get quotas(): readonly QuotaState[] {
    return this.units.map((unit) => this.quotaOf(unit));
  }

  /**
   * Grants so many more: to those who wait, then to those who ask next. `grant(Infinity)` lets all through.
   *
   * @throws InvalidOptionError unless it is a whole number, 1 or more, or Infinity.
   */
  grant(count = 1): void {
    if (!(count >= 1) || (count !== Infinity && !Number.isInteger(count)))
      throw new InvalidOptionError(
        'grant(count)',
        String(count),
        'a whole number, 1 or more, or Infinity',
      );
    this.spare += count;
    this.serve();
  }

  /**
   * Refuses the first in line: its call fails with this error.
   *
   * @throws InvalidOptionError when nobody waits.
   */
  refuse(error: unknown): void {
    const first = this.takeFirst();
    if (!first)
      throw new InvalidOptionError(
        'refuse(error)',
        'called while nobody waits',
        'a call of it while somebody waits',
      );
    first.subscriber.error(error);
  }

  reserve(cost: Usage): ObservableInput<Reservation> {
    if (this.spare > 0 && this.line.size === 0) return [this.reservationOf(cost)];
    return new Observable((subscriber) => {
      const waiter = { cost, subscriber };
      this.line.add(waiter);
      this.serve();
      return () => this.line.delete(waiter);
    });
  }

  neverFits(): undefined {
    return undefined;
  }

  /** Listens to `grants$` no more. */
  close(): void {
    this.granting.unsubscribe();
  }

  private takeFirst(): Waiter | undefined {
    const [first] = this.line;
    if (first) this.line.delete(first);
    return first;
  }

  private serve(): void {
    while (this.spare > 0) {
      const first = this.takeFirst();
      if (!first) return;
      first.subscriber.next(this.reservationOf(first.cost));
      first.subscriber.complete();
    }
  }

  private reservationOf(cost: Usage): ManualReservation {
    this.spare -= 1;
    const tell = () => {
      this.changed$.next(undefined);
    };
    const reservation = new ManualReservation(cost, this.scheduler.now(), tell);
    (this.reservations as ManualReservation[]).push(reservation);
    tell();
    return reservation;
  }

  private quotaOf(unit: string): QuotaState {
    const amountIn = (reservations: readonly ManualReservation[]) =>
      reservations.reduce((sum, { usage, state }) => sum + amountOf(usage, unit, state), 0);
    const used = amountIn(this.reservations);
    const reserved = amountIn(this.reservations.filter(({ state }) => state === 'held'));
    const limit = { limit: Infinity, remaining: Infinity, windowMs: Infinity, resetAt: undefined };
    return { unit, used, reserved, usedByOthers: 0, ...limit };
  }
}

/** A call that does not say how many requests it is, is one. */
function amountOf(usage: Usage, unit: string, state: ManualReservation['state']): number {
  const unsaid = unit === 'requests' && state !== 'given back' ? 1 : 0;
  return usage[unit] ?? unsaid;
}

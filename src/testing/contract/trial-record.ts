import { type RateTracker, type Reservation, RxllmError } from '../../index.js';
import { ContractViolationError } from '../contract-violation-error.js';
import { isSame } from '../marbles/is-same.js';
import type { TrialClock } from './trial-clock.js';

/** What is written down of a trial: what became of each who asked; and what of it is not as it was to be. */
export class TrialRecord {
  /** Who was granted, in order. */
  readonly granted: string[] = [];
  /** Who was refused, in order, each with the code of the error. */
  readonly refused: string[] = [];
  /** What was done last. */
  protected step = 'the beginning';
  private readonly reservations = new Map<string, Reservation>();
  private readonly answeredAt = new Map<string, number>();

  constructor(
    readonly tracker: RateTracker,
    readonly clock: TrialClock,
  ) {}

  /** What the tracker says is charged, by quota; without what rounding makes of fractions. */
  get used(): readonly number[] {
    return this.tracker.quotas.map(({ used }) => Math.round(used * 1e9) / 1e9);
  }

  /** When the answer came to somebody, in the tracker's time. */
  grantedAt(name: string): number {
    return this.answeredAt.get(name) ?? Infinity;
  }

  reservationOf(name: string): Reservation {
    const reservation = this.reservations.get(name);
    if (!reservation) throw this.violation(`whether ${name} is granted`, false, true);
    return reservation;
  }

  expectGranted(...names: readonly string[]): void {
    const { refused } = this;
    const others = refused.length > 0 ? ` (refused: ${refused.join(', ')})` : '';
    this.expect(`who was granted, in order${others}`, this.granted, names);
  }

  expectRefused(...names: readonly string[]): void {
    this.expect('who was refused, with which error', this.refused, names);
  }

  expectUsed(...amounts: readonly number[]): void {
    this.expect('what is used of each quota', this.used, amounts);
  }

  expect(what: string, actual: unknown, expected: unknown): void {
    if (!isSame(actual, expected)) throw this.violation(what, actual, expected);
  }

  expectBetween(what: string, actual: number, least: number, most: number): void {
    if (!(actual >= least && actual <= most))
      throw this.violation(what, actual, least === most ? least : `${least} to ${most}`);
  }

  /** That something is not as it was to be, with the step after which it is seen. */
  violation(what: string, actual: unknown, expected: unknown): ContractViolationError {
    const after = { step: this.step, atMs: this.clock.passedMs };
    return new ContractViolationError(what, expected, actual, after);
  }

  protected noteGrant(name: string, reservation: Reservation): void {
    this.granted.push(name);
    this.reservations.set(name, reservation);
    this.answeredAt.set(name, this.clock.now);
  }

  protected noteRefusal(name: string, error: unknown): void {
    this.refused.push(`${name} ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof RxllmError ? error.code : String(error);
}

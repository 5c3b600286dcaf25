import { defer, Subscription, take } from 'rxjs';
import { type RateTracker, type Reservation, RxllmError, type Usage } from '../../index.js';
import { ContractViolationError } from '../contract-violation-error.js';
import { isSame } from '../marbles/is-same.js';
import type { TrialClock } from './trial-clock.js';
import { usageText } from './usage-text.js';

/** One tracker being tried: who asks it has a name, and what became of him is written down. */
export class Trial {
  /** Who was granted, in order. */
  readonly granted: string[] = [];
  /** Who was refused, in order, each with the code of the error. */
  readonly refused: string[] = [];
  private readonly reservations = new Map<string, Reservation>();
  private readonly questions = new Map<string, Subscription>();
  private readonly answeredAt = new Map<string, number>();
  /** What was thrown where nobody can catch it: at who is told of his grant. */
  private readonly thrown: unknown[] = [];
  private step = 'the beginning';

  constructor(
    readonly tracker: RateTracker,
    readonly clock: TrialClock,
  ) {}

  get windowMs(): number {
    return this.clock.windowMs;
  }

  /** What the tracker says is charged, by quota; without what rounding makes of fractions. */
  get used(): readonly number[] {
    return this.tracker.quotas.map(({ used }) => Math.round(used * 1e9) / 1e9);
  }

  /** Somebody asks, and does something in the very moment in which he is granted. */
  async ask(name: string, cost: Usage, onGrant: (granted: Reservation) => void = () => {}) {
    const question = new Subscription();
    this.questions.set(name, question);
    await this.act(`${name} asks for ${usageText(cost)}`, () =>
      question.add(
        // Two are one too many; of an endless answer more would never end.
        defer(() => this.tracker.reserve(cost))
          .pipe(take(2))
          .subscribe({
            next: (reservation) => this.grant(name, reservation, onGrant),
            error: (error: unknown) => this.refused.push(`${name} ${codeOf(error)}`),
          }),
      ),
    );
  }

  /** Somebody who waits leaves. */
  async leave(name: string): Promise<void> {
    await this.act(`${name} leaves`, () => this.questions.get(name)?.unsubscribe());
  }

  async settle(name: string, usage: Usage): Promise<void> {
    const reservation = this.reservationOf(name);
    await this.act(`${name} is settled to ${usageText(usage)}`, () => reservation.settle(usage));
  }

  async giveBack(name: string): Promise<void> {
    const reservation = this.reservationOf(name);
    await this.act(`${name} is given back`, () => reservation.giveBack());
  }

  /** Does something, and lets answers arrive. */
  async act(step: string, action: () => unknown): Promise<void> {
    this.step = step;
    action();
    await this.clock.settleDown();
    if (this.thrown.length > 0) this.expect('what is thrown', this.thrown[0], 'nothing');
  }

  async wait(ms: number): Promise<void> {
    this.step = `a wait of ${ms} ms`;
    await this.clock.wait(ms);
  }

  /** Waits until shortly before what somebody was granted leaves the window, or so much later. */
  async waitUntilBefore(name: string, laterMs = 0): Promise<void> {
    await this.waitUntil(this.leavesAt(name) + laterMs - this.clock.shortlyMs);
  }

  /** Waits until it has left, or so much longer, and for the answers. */
  async waitUntilAfter(name: string, laterMs = 0): Promise<void> {
    await this.waitUntil(this.leavesAt(name) + laterMs);
    await this.clock.settleDown();
  }

  async waitUntil(at: number): Promise<void> {
    await this.wait(Math.max(0, at - this.clock.now));
  }

  /** Waits until all that is charged by now has left, and for the answers. */
  async waitForAWindow(): Promise<void> {
    await this.wait(this.windowMs);
    await this.clock.settleDown();
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
      throw this.violation(what, actual, `${least} to ${most}`);
  }

  /** That something is not as it was to be, with the step after which it is seen. */
  violation(what: string, actual: unknown, expected: unknown): ContractViolationError {
    const after = { step: this.step, atMs: this.clock.passedMs };
    return new ContractViolationError(what, expected, actual, after);
  }

  async end(): Promise<void> {
    for (const question of this.questions.values()) question.unsubscribe();
    this.step = 'close()';
    await (this.tracker.close() as unknown);
  }

  private grant(name: string, reservation: Reservation, onGrant: (granted: Reservation) => void) {
    this.granted.push(name);
    this.reservations.set(name, reservation);
    this.answeredAt.set(name, this.clock.now);
    try {
      onGrant(reservation);
    } catch (error) {
      this.thrown.push(error);
    }
  }

  private leavesAt(name: string): number {
    return this.grantedAt(name) + this.windowMs;
  }
}

function codeOf(error: unknown): string {
  return error instanceof RxllmError ? error.code : String(error);
}

import { defer, Subscription } from 'rxjs';
import {
  InvalidOptionError,
  type Quota,
  quota,
  type RateTracker,
  type Reservation,
  RxllmError,
  type Usage,
} from '../../index.js';
import { ContractViolationError } from '../contract-violation-error.js';
import { isSame } from '../marbles/is-same.js';
import type { RateTrackerSubject } from './subject.js';

const DEFAULT_WINDOW_MS = 60_000;

/** One tracker being tried: who asks it has a name, and what became of him is written down. */
export class Trial {
  /** Who was granted, in order. */
  readonly granted: string[] = [];
  /** Who was refused, in order, each with the code of the error. */
  readonly refused: string[] = [];
  readonly reservations = new Map<string, Reservation>();
  private readonly questions = new Map<string, Subscription>();
  private readonly answeredAt = new Map<string, number>();
  private waitedMs = 0;

  constructor(
    private readonly subject: RateTrackerSubject,
    readonly tracker: RateTracker,
  ) {}

  get windowMs(): number {
    return this.subject.windowMs ?? DEFAULT_WINDOW_MS;
  }

  get now(): number {
    return this.subject.now?.() ?? this.waitedMs;
  }

  get slackMs(): number {
    return this.subject.slackMs ?? 0;
  }

  /** What the tracker says is charged, by quota. */
  get used(): readonly number[] {
    return this.tracker.quotas.map(({ used }) => used);
  }

  /** Somebody asks. */
  async ask(name: string, cost: Usage): Promise<void> {
    const question = new Subscription();
    this.questions.set(name, question);
    question.add(
      defer(() => this.tracker.reserve(cost)).subscribe({
        next: (reservation) => {
          this.granted.push(name);
          this.reservations.set(name, reservation);
          this.answeredAt.set(name, this.now);
        },
        error: (error: unknown) => this.refused.push(`${name} ${codeOf(error)}`),
      }),
    );
    await this.settleDown();
  }

  /** Somebody who waits leaves. */
  async leave(name: string): Promise<void> {
    this.questions.get(name)?.unsubscribe();
    await this.settleDown();
  }

  async settle(name: string, usage: Usage): Promise<void> {
    this.reservationOf(name).settle(usage);
    await this.settleDown();
  }

  async giveBack(name: string): Promise<void> {
    this.reservationOf(name).giveBack();
    await this.settleDown();
  }

  async wait(ms: number): Promise<void> {
    await this.subject.wait(ms);
    this.waitedMs += ms;
  }

  /** Waits until shortly before what somebody was granted leaves the window: 1 ms, or what answers may be on their way. */
  async waitUntilBefore(name: string): Promise<void> {
    const shortly = Math.max(1, 2 * this.slackMs);
    await this.wait(Math.max(0, this.leavesAt(name) - shortly - this.now));
  }

  /** Waits until it has left, and for the answers. */
  async waitUntilAfter(name: string): Promise<void> {
    await this.wait(Math.max(0, this.leavesAt(name) - this.now));
    await this.settleDown();
  }

  /** Lets answers arrive. */
  async settleDown(): Promise<void> {
    if (this.slackMs > 0) await this.wait(this.slackMs);
    // Of promises, each turn of which is a microtask.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  /** When the answer came to somebody, in the tracker's time. */
  grantedAt(name: string): number {
    return this.answeredAt.get(name) ?? Infinity;
  }

  reservationOf(name: string): Reservation {
    const reservation = this.reservations.get(name);
    if (!reservation) throw new ContractViolationError(`${name} is granted`, true, false);
    return reservation;
  }

  expectGranted(...names: readonly string[]): void {
    this.expect('who was granted, in order', this.granted, names);
  }

  expectRefused(...names: readonly string[]): void {
    this.expect('who was refused, with which error', this.refused, names);
  }

  expectUsed(...amounts: readonly number[]): void {
    this.expect('what is used of each quota', this.used, amounts);
  }

  expect(what: string, actual: unknown, expected: unknown): void {
    if (!isSame(actual, expected)) throw new ContractViolationError(what, expected, actual);
  }

  end(): void {
    for (const question of this.questions.values()) question.unsubscribe();
    this.tracker.close();
  }

  private leavesAt(name: string): number {
    return this.grantedAt(name) + this.windowMs;
  }
}

/** A quota of the length that the subject wants, without a margin. */
export function quotaOf(
  subject: RateTrackerSubject,
  unit: string,
  limit: Quota['limit'],
  marginMs = 0,
): Quota {
  return quota({ unit, limit, windowMs: subject.windowMs ?? DEFAULT_WINDOW_MS, marginMs });
}

function codeOf(error: unknown): string {
  if (error instanceof InvalidOptionError) return error.code;
  return error instanceof RxllmError ? error.code : String(error);
}

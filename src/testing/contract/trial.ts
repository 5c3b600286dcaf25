import { defer, Subscription, take } from 'rxjs';
import type { Reservation, Usage } from '../../index.js';
import { TrialRecord } from './trial-record.js';
import { usageText } from './usage-text.js';

/** One tracker being tried: who asks it has a name. */
export class Trial extends TrialRecord {
  private readonly questions = new Map<string, Subscription>();
  /** What was thrown where nobody can catch it: at who is told of his grant. */
  private readonly thrown: unknown[] = [];

  get windowMs(): number {
    return this.clock.windowMs;
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
            error: (error: unknown) => this.noteRefusal(name, error),
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
    this.expectNothingThrown();
  }

  async wait(ms: number): Promise<void> {
    this.step = `a wait of ${ms} ms`;
    await this.clock.wait(ms);
    this.expectNothingThrown();
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

  async end(): Promise<void> {
    for (const question of this.questions.values()) question.unsubscribe();
    this.step = 'close()';
    // A store far away may close by a promise.
    const tracker: { close(): unknown } = this.tracker;
    await tracker.close();
  }

  private grant(name: string, reservation: Reservation, onGrant: (granted: Reservation) => void) {
    this.noteGrant(name, reservation);
    try {
      onGrant(reservation);
    } catch (error) {
      this.thrown.push(error);
    }
  }

  private expectNothingThrown(): void {
    if (this.thrown.length > 0) throw this.violation('what is thrown', this.thrown[0], 'nothing');
  }

  private leavesAt(name: string): number {
    return this.grantedAt(name) + this.windowMs;
  }
}

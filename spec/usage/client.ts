import { from, type Subscription } from 'rxjs';
import type { RateTracker, Reservation, Usage } from '../../src/index.js';
import type { VirtualTime } from '../support/virtual-time.js';

/** Asks trackers, by a name for each call, and notes who was granted what and when. */
export class Client {
  /** `a 0`: a was granted at 0; `b! 7 QUOTA_EXCEEDED`: b was refused at 7. */
  readonly log: string[] = [];
  /** What who was granted does in that very turn. */
  onGranted: (name: string) => void = () => {};
  private readonly reservations = new Map<string, Reservation>();
  private readonly subscriptions = new Map<string, Subscription>();

  constructor(private readonly time: VirtualTime) {}

  ask(tracker: RateTracker, name: string, cost: Usage = { requests: 1 }): void {
    const subscription = from(tracker.reserve(cost)).subscribe({
      next: (reservation) => {
        this.log.push(`${name} ${this.time.frame}`);
        this.reservations.set(name, reservation);
        this.onGranted(name);
      },
      error: (error: unknown) => {
        this.log.push(`${name}! ${this.time.frame} ${(error as { code: string }).code}`);
      },
    });
    this.subscriptions.set(name, subscription);
  }

  /** One call for each letter. */
  askAll(tracker: RateTracker, names: string, cost?: Usage): void {
    for (const name of names) this.ask(tracker, name, cost);
  }

  /** The reservation of a call that was granted. */
  of(name: string): Required<Reservation> {
    const reservation = this.reservations.get(name);
    if (!reservation) throw new Error(`${name} was not granted: ${this.log.join(', ')}`);
    return reservation as Required<Reservation>;
  }

  /** Whether a call was granted. */
  has(name: string): boolean {
    return this.reservations.has(name);
  }

  leave(name: string): void {
    this.subscriptions.get(name)?.unsubscribe();
  }

  /** What has happened since it was last asked. */
  news(): string[] {
    return this.log.splice(0);
  }
}

import type { MeterEntry } from './quota-meter.js';
import type { RateLimitReading } from './rate-limit-reading.js';
import { readUsage } from './read-usage.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';

/** Who charged a reservation. */
export interface ReservationOwner {
  /** Replaces what was charged by the usage: by nothing where there is none. */
  settle(reservation: LedgerReservation, usage: Usage | undefined): void;
  /** Replaces what is charged while the call is in flight. */
  revise(reservation: LedgerReservation, held: Usage): void;
  /** The provider has had the request for so long. */
  arrived(reservation: LedgerReservation, msAgo: number): void;
  /** Hears what the provider has answered to the call. */
  hear(reservation: LedgerReservation, reading: RateLimitReading): void;
}

/** What a call has taken from every quota of a ledger. */
export class LedgerReservation implements Reservation {
  private isOpen = true;

  constructor(
    readonly cost: Usage,
    readonly at: number,
    /** Its place in the order of all that were let out. */
    readonly ticket: number,
    /** One for each quota that was known then, in the ledger's order. */
    readonly entries: readonly MeterEntry[],
    /** All that was sent until then, itself included, where quotas may be added later. */
    readonly sent: Usage,
    private readonly owner: ReservationOwner,
  ) {}

  settle(usage: Usage): void {
    this.close(readUsage(usage, [], 'settle(usage)'));
  }

  revise(held: Usage): void {
    if (this.isOpen) this.owner.revise(this, readUsage(held, [], 'revise(held)'));
  }

  arrived(msAgo: number): void {
    if (this.isOpen) this.owner.arrived(this, msAgo);
  }

  giveBack(): void {
    this.close(undefined);
  }

  hear(reading: RateLimitReading): void {
    this.owner.hear(this, reading);
  }

  private close(usage: Usage | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.owner.settle(this, usage);
  }
}

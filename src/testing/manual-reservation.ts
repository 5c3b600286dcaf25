import type { Reservation, Usage } from '../index.js';

/** A reservation of a `ManualRateTracker`, and what has become of it. */
export class ManualReservation implements Reservation {
  /** `held` until the first of the two; what comes after it changes nothing, and is counted in `endings`. */
  state: 'held' | 'settled' | 'given back' = 'held';
  /** What counts: the cost while it is held, then what it was settled to; nothing when it was given back. */
  usage: Usage;
  /** How often it was settled or given back: more than once is a mistake of whoever holds it. */
  endings = 0;

  constructor(
    readonly cost: Usage,
    /** When it was granted, in ms of the tracker's scheduler. */
    readonly at: number,
    private readonly onChange: () => void,
  ) {
    this.usage = cost;
  }

  settle(usage: Usage): void {
    this.end('settled', { ...this.cost, ...usage });
  }

  giveBack(): void {
    this.end('given back', {});
  }

  private end(state: 'settled' | 'given back', usage: Usage): void {
    this.endings += 1;
    if (this.state !== 'held') return;
    this.state = state;
    this.usage = usage;
    this.onChange();
  }
}

import { EMPTY, NEVER, type ObservableInput } from 'rxjs';
import type { RateTracker, Reservation, Usage } from '../../src/index.js';

/** A reservation that notes what became of it. */
export class FakeReservation implements Reservation {
  readonly settled: Usage[] = [];
  givenBack = 0;

  constructor(readonly cost: Usage = {}) {}

  settle(usage: Usage): void {
    this.settled.push(usage);
  }

  giveBack(): void {
    this.givenBack += 1;
  }
}

/** A store that answers as the spec says, and notes what it was asked. */
export class FakeTracker implements RateTracker {
  readonly asked: Usage[] = [];
  readonly quotas = [];
  readonly quotas$ = NEVER;
  readonly faults$ = EMPTY;
  closed = 0;

  constructor(private readonly answer: (cost: Usage) => ObservableInput<Reservation>) {}

  reserve(cost: Usage): ObservableInput<Reservation> {
    this.asked.push(cost);
    return this.answer(cost);
  }

  neverFits(): undefined {
    return undefined;
  }

  close(): void {
    this.closed += 1;
  }
}

import { type Observable, Subscription } from 'rxjs';
import type { Call } from './call.js';
import { DeadlineExceededError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { CallEnding } from './call-ending.js';
import type { GateState } from '../usage/gate.js';

type AnyCall = Call<unknown, never>;

/** The calls that wait with a deadline: when a gate closes for longer than one has, it need wait no more. */
export class Deadlines {
  private readonly waiting = new Set<AnyCall>();
  private watching = Subscription.EMPTY;

  constructor(
    private readonly clock: Clock,
    private readonly gate$: Observable<GateState>,
    private readonly ending: CallEnding,
  ) {}

  add(call: AnyCall): void {
    this.waiting.add(call);
    if (this.waiting.size === 1) this.watch();
  }

  /** While none waits nobody watches the gate. */
  delete(call: AnyCall): void {
    if (this.waiting.delete(call) && this.waiting.size === 0) this.watching.unsubscribe();
  }

  private watch(): void {
    this.watching.unsubscribe();
    const watching = new Subscription();
    this.watching = watching;
    const listening = this.gate$.subscribe(({ reopensAt }) => {
      if (reopensAt !== undefined) this.endLate(reopensAt);
    });
    // The gate may be closed already: all have been ended by now, or others watch.
    watching.add(listening);
  }

  private endLate(reopensAt: number): void {
    const now = this.clock.now();
    for (const call of [...this.waiting]) {
      const startBy = call.timing?.startBy ?? Infinity;
      if (startBy < reopensAt)
        this.ending.end(call, new DeadlineExceededError(startBy - now, reopensAt - now));
    }
  }
}

import { Observable, type SchedulerLike, type Subscriber, Subscription } from 'rxjs';
import { isLeaving } from '../leaving.js';
import { NextTurn } from '../time/next-turn.js';
import { WakeUp } from '../time/wake-up.js';
import type { Ledger } from './ledger.js';
import type { Reservation } from './reservation.js';
import type { Usage } from './usage.js';

/** Turns are in the order in which waiters came, whichever line they stand in. */
let lastTurn = 0;

interface Waiter {
  readonly turn: number;
  readonly cost: Usage;
  readonly subscriber: Subscriber<Reservation>;
  /** Whether it has been the first in line, and was told to wait. */
  wasAsked: boolean;
}

/**
 * Those who wait for a ledger: first in, first served, nobody overtaken.
 *
 * While somebody waits there is one timer, for the instant at which the first fits, and one ear on the
 * changes of the ledger; while nobody does there is neither.
 */
export class WaitingLine {
  private readonly waiters = new Set<Waiter>();
  private readonly wakeUp: WakeUp;
  /** Serves when all who leave together have left. */
  private readonly nextTurn: NextTurn;
  private watching = Subscription.EMPTY;
  private isServing = false;
  /** Something has changed since the line was last served. */
  private isToServe = false;

  constructor(
    private readonly ledger: Ledger,
    private readonly changes$: Observable<void>,
    scheduler: SchedulerLike,
  ) {
    this.wakeUp = new WakeUp(scheduler, () => {
      this.serve();
    });
    this.nextTurn = new NextTurn(scheduler, () => {
      this.serve();
    });
  }

  get isEmpty(): boolean {
    return this.waiters.size === 0;
  }

  /** Stands in line once it is subscribed to; unsubscribing leaves it, having taken nothing. */
  waitFor(cost: Usage): Observable<Reservation> {
    return new Observable((subscriber) => {
      const waiter: Waiter = { turn: ++lastTurn, cost, subscriber, wasAsked: false };
      // Its turn counts from now, though the line may be busy.
      if (this.isEmpty) this.ledger.lineUp(waiter.turn, cost);
      this.waiters.add(waiter);
      this.watch();
      this.serve();
      return () => {
        this.leave(waiter);
      };
    });
  }

  /** Forgets the timer and hears of changes no more; who waits holds up nobody in other lines. */
  rest(): void {
    this.wakeUp.clear();
    this.nextTurn.clear();
    this.watching.unsubscribe();
    // Of a line only the first has claims.
    const { firstTurn } = this;
    if (firstTurn !== undefined) this.ledger.release(firstTurn);
  }

  /** Serves those who still wait after a rest. */
  goOn(): void {
    if (this.isEmpty) return;
    this.watch();
    this.serve();
  }

  /** The turn of the first in line; undefined while nobody waits. */
  get firstTurn(): number | undefined {
    const [first] = this.waiters;
    return first?.turn;
  }

  private get isResting(): boolean {
    return this.watching.closed;
  }

  private watch(): void {
    if (!this.isResting) return;
    this.watching = this.changes$.subscribe(() => {
      this.serveAfterwards();
    });
  }

  private leave(waiter: Waiter): void {
    // Those behind may fit where the one that left did not.
    if (!this.waiters.delete(waiter)) return;
    this.ledger.release(waiter.turn, this.firstTurn);
    this.serveAfterwards();
  }

  /** At once, unless what has become free is so because a caller leaves: then when that turn is over. */
  private serveAfterwards(): void {
    if (!isLeaving()) this.serve();
    else if (this.isEmpty || this.isResting) this.rest();
    else this.nextTurn.set();
  }

  /** Serves the line from its head until one does not fit, and sets the timer for that one. */
  private serve(): void {
    this.isToServe = true;
    // While it rests nobody watches whether the limits are still true.
    if (this.isServing || this.isResting) return;
    this.isServing = true;
    let wait = Infinity;
    while (this.isToServe) {
      this.isToServe = false;
      wait = this.serveOnce();
    }
    this.isServing = false;
    this.sleep(wait);
  }

  /** Until the first in line fits; somebody may have made the line rest while it was served. */
  private sleep(ms: number): void {
    if (this.isEmpty || this.isResting) this.rest();
    else this.wakeUp.set(ms);
  }

  private serveOnce(): number {
    for (const waiter of this.waiters) {
      const wait = this.answer(waiter);
      if (wait > 0) return wait;
    }
    return Infinity;
  }

  /** Answers the first in line if it can; otherwise says how long it must wait. */
  private answer(waiter: Waiter): number {
    const { cost, subscriber, turn, wasAsked } = waiter;
    const answer = this.ledger.refusal(cost) ?? this.ledger.reserve(cost, turn);
    if (typeof answer === 'number') {
      this.ledger.claim(turn, !wasAsked);
      waiter.wasAsked = true;
      return answer;
    }
    this.waiters.delete(waiter);
    if (answer instanceof Error) subscriber.error(answer);
    else this.grant(waiter, answer);
    // Only now: those behind it in other lines go after it, not before.
    this.ledger.release(turn, this.firstTurn);
    return 0;
  }

  private grant({ subscriber }: Waiter, reservation: Reservation): void {
    // Charging is told to others, and one of them may have made this one leave.
    if (subscriber.closed) reservation.giveBack();
    subscriber.next(reservation);
    subscriber.complete();
  }
}

import type { SchedulerLike } from 'rxjs';
import { QueueFullError } from '../errors.js';
import { isLeaving } from '../leaving.js';
import type { BlockedBy } from '../telemetry/blocked-by.js';
import { NextTurn } from '../time/next-turn.js';
import { WakeUp } from '../time/wake-up.js';
import type { Turn } from '../turn.js';
import type { Reservation } from '../usage/reservation.js';
import { type QueuedCall, queueOfCalls } from './queued-call.js';
import type { Quotas } from './quotas.js';

/** What a dispatcher is made of. */
export interface DispatcherParts<Call> {
  readonly maxConcurrentJobs: number;
  readonly queueLimit: number;
  readonly scheduler: SchedulerLike;
  readonly quotas: Quotas;
  /** At the end of which all that has moved is told. */
  readonly turn: Turn;
  /** A call has a permit and its reservation. */
  readonly start: (call: Call, reservation: Reservation) => void;
  /** A call will never have them. */
  readonly refuse: (call: Call, error: Error) => void;
}

/** The queue and the permits: lets the next call out when a permit is free and every quota has room for it. */
export class Dispatcher<Request, Response> {
  readonly #parts: DispatcherParts<QueuedCall<Request, Response>>;
  readonly queue = queueOfCalls<Request, Response>();
  readonly #wakeUp: WakeUp;
  readonly #nextTurn: NextTurn;
  /** Those that came while others were let out: only after that is it known whether they must wait. */
  #newcomers: QueuedCall<Request, Response>[] = [];
  #isLettingOut = false;
  /** Who waits for quotas: as long as these have no more room than before, all behind it wait too. */
  #first: QueuedCall<Request, Response> | undefined = undefined;
  inFlight = 0;
  isPaused = false;

  constructor(parts: DispatcherParts<QueuedCall<Request, Response>>) {
    this.#parts = parts;
    const letOut = () => {
      parts.turn.move(() => {
        this.#letOut();
      });
    };
    this.#wakeUp = new WakeUp(parts.scheduler, letOut);
    this.#nextTurn = new NextTurn(parts.scheduler, letOut);
  }

  /** Why the next call waits; undefined when none does. */
  get blockedBy(): BlockedBy | undefined {
    const { top } = this.queue;
    if (!top) return undefined;
    return this.#next ? this.#parts.quotas.blocking(top.cost) : this.#held;
  }

  enqueue(call: QueuedCall<Request, Response>): void {
    this.queue.add(call);
    if (this.#hasOther) this.#letOut();
  }

  /** The same of one that was not there before: it must fit into the queue. */
  arrive(call: QueuedCall<Request, Response>): void {
    this.#newcomers.push(call);
    this.enqueue(call);
    this.#refuseNewcomers();
  }

  /** Somebody has left: the queue, or his permit. */
  left(): void {
    if (!this.#hasOther) return;
    // Whose timer it was need not wait any more.
    this.#wakeUp.clear();
    this.goOn();
  }

  /** A permit is free. */
  release(): void {
    this.inFlight -= 1;
    this.left();
  }

  /** At once, unless what has become free is so because its caller leaves: then when that turn is over. */
  goOn(): void {
    if (isLeaving() && !this.#isLettingOut) this.#nextTurn.set();
    else this.#letOut();
  }

  /** A loop, not recursion: what it lets out may end, and come back here, in the same turn. */
  #letOut(): void {
    if (this.#isLettingOut) return;
    this.#isLettingOut = true;
    this.#nextTurn.clear();
    this.#wakeUp.set(this.#letOutAll());
    this.#isLettingOut = false;
    this.#first = this.#next;
    this.#refuseNewcomers();
  }

  /** Milliseconds until the next one fits; Infinity where only an end, or somebody, lets it out. */
  #letOutAll(): number {
    const { quotas, start, refuse } = this.#parts;
    for (let call = this.#next; call; call = this.#next) {
      const answer = quotas.reserve(call.cost);
      if (typeof answer === 'number') return answer;
      this.queue.remove(call);
      if (answer instanceof Error) refuse(call, answer);
      else {
        this.inFlight += 1;
        start(call, answer);
      }
    }
    return Infinity;
  }

  /** The first in the queue, while one may go. */
  get #next(): QueuedCall<Request, Response> | undefined {
    return this.#held ? undefined : this.queue.top;
  }

  get #hasOther(): boolean {
    return this.queue.top !== this.#first;
  }

  get #held(): BlockedBy | undefined {
    const reason = this.isPaused
      ? 'paused'
      : this.inFlight >= this.#parts.maxConcurrentJobs && 'permit';
    return reason ? { reason, until: undefined } : undefined;
  }

  /** The latest first, as long as more are queued than may be; not one that has been let out meanwhile, and is back. */
  #refuseNewcomers(): void {
    if (this.#isLettingOut) return;
    const { queueLimit, refuse } = this.#parts;
    for (const call of this.#newcomers.splice(0).reverse())
      if (this.queue.size > queueLimit && call.place >= 0 && call.attempt === 1)
        refuse(call, new QueueFullError(queueLimit));
  }
}

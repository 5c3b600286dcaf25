import type { SchedulerLike } from 'rxjs';
import { QueueFullError } from '../errors.js';
import type { IndexedHeap } from '../heap/indexed-heap.js';
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
  /** Default 1,000,000. */
  readonly queueLimit?: number | undefined;
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
export interface Dispatcher<Call> {
  readonly queue: IndexedHeap<Call>;
  readonly inFlight: number;
  readonly isPaused: boolean;
  /** Why the next call waits; undefined when none does. */
  readonly blockedBy: BlockedBy | undefined;
  enqueue(call: Call): void;
  /** The same of one that was not there before: it must fit into the queue. */
  arrive(call: Call): void;
  /** Somebody has left the queue. */
  left(): void;
  /** A permit is free. */
  release(): void;
  pause(isPaused: boolean): void;
  /** Something has changed: lets out who fits now; when callers leave just now, after that. */
  readonly goOn: () => void;
}

/** A closure, as what is local is all that a minifier may rename. */
export function dispatcherOf<Request, Response>(
  parts: DispatcherParts<QueuedCall<Request, Response>>,
): Dispatcher<QueuedCall<Request, Response>> {
  type Call = QueuedCall<Request, Response>;
  const {
    maxConcurrentJobs,
    queueLimit = 1_000_000,
    scheduler,
    quotas,
    turn,
    start,
    refuse,
  } = parts;
  const queue = queueOfCalls<Request, Response>();
  /** Those that came while others were let out: only after that is it known whether they must wait. */
  const newcomers: Call[] = [];
  /** Who waits for quotas: as long as these have no more room than before, all behind it wait too. */
  let first: Call | undefined;
  let isLettingOut = false;
  let inFlight = 0;
  let isPaused = false;

  const held = (): BlockedBy['reason'] | undefined => {
    if (isPaused) return 'paused';
    return inFlight < maxConcurrentJobs ? undefined : 'permit';
  };
  /** The first in the queue, while one may go. */
  const next = () => (held() ? undefined : queue.top);
  const hasOther = () => !first || queue.top !== first;

  const begin = (call: Call, reservation: Reservation) => {
    inFlight += 1;
    start(call, reservation);
  };

  /** Milliseconds until the next one fits; Infinity where only an end, or somebody, lets it out. */
  const letOutAll = () => {
    for (let call = next(); call; call = next()) {
      const answer = quotas.reserve(call.cost);
      if (typeof answer === 'number') return answer;
      queue.remove(call);
      if (answer instanceof Error) refuse(call, answer);
      else begin(call, answer);
    }
    return Infinity;
  };

  /** The latest first, as long as more are queued than may be; not one that has been let out meanwhile, and is back. */
  const refuseNewcomers = () => {
    if (isLettingOut) return;
    for (const call of newcomers.splice(0).reverse())
      if (queue.size > queueLimit && call.place >= 0 && call.attempt === 1)
        refuse(call, new QueueFullError(queueLimit));
  };

  /** A loop, not recursion: what it lets out may end, and come back here, in the same turn. */
  const letOut = () => {
    if (isLettingOut) return;
    isLettingOut = true;
    try {
      nextTurn.clear();
      wakeUp.set(letOutAll());
    } finally {
      isLettingOut = false;
      first = next();
      refuseNewcomers();
    }
  };
  const letOutInTurn = () => {
    turn.move(letOut);
  };
  const wakeUp = new WakeUp(scheduler, letOutInTurn);
  const nextTurn = new NextTurn(scheduler, letOutInTurn);

  /** At once, unless what has become free is so because its caller leaves: then when that turn is over. */
  const goOn = () => {
    if (next() && isLeaving() && !isLettingOut) nextTurn.set();
    else letOut();
  };
  const enqueue = (call: Call) => {
    queue.add(call);
    if (hasOther()) letOut();
  };
  const left = () => {
    if (!hasOther()) return;
    // Whose timer it was need not wait any more.
    wakeUp.clear();
    goOn();
  };

  return {
    queue,
    get inFlight() {
      return inFlight;
    },
    get isPaused() {
      return isPaused;
    },
    get blockedBy() {
      const { top } = queue;
      const reason = held();
      if (!top) return undefined;
      return reason ? { reason, until: undefined } : quotas.blocking(top.cost);
    },
    enqueue,
    arrive: (call) => {
      newcomers.push(call);
      enqueue(call);
      refuseNewcomers();
    },
    left,
    release: () => {
      inFlight -= 1;
      left();
    },
    pause: (value) => {
      isPaused = value;
      goOn();
    },
    goOn,
  };
}

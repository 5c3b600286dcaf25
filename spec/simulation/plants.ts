import { mergeMap, Observable, type Observer, timer, type Unsubscribable } from 'rxjs';
import type { LLMService, Queueable } from '../../src/index.js';
import type { Plant } from './plant.js';
import type { Feature } from './features.js';
import type { Simulation } from './simulation.js';

/** A fault that a service could have, and what tells of it. */
export interface PlantedFault {
  readonly name: string;
  readonly plant: Plant;
  readonly seenBy: RegExp;
  readonly only?: readonly Feature[];
}

type Service = LLMService<number, string>;

/** The inside of a service, whatever its type says of who may see it. */
interface Inside {
  readonly pipeline: {
    readonly queue: Iterable<Queueable> & { push(item: Queueable, now: number): void };
    readonly released$: { next: () => void };
    readonly parts: { worker: { parts: { retry: { budget: { take: () => boolean } } } } };
  };
}

function insideOf(service: Service): Inside['pipeline'] {
  return (service as unknown as { engine: Inside }).engine.pipeline;
}

/** Reserves half of the tokens of what goes out. */
const reservesTooLittle: Plant = {
  tracker: (tracker) => {
    const reserve = tracker.reserve.bind(tracker);
    tracker.reserve = (cost) => reserve({ ...cost, tokens: Math.floor((cost['tokens'] ?? 0) / 2) });
  },
};

const grantsLate: Plant = {
  tracker: (tracker, run) => {
    const reserve = tracker.reserve.bind(tracker);
    tracker.reserve = (cost) => timer(20, run.scheduler).pipe(mergeMap(() => reserve(cost)));
  },
};

const settlesTwice: Plant = {
  granted: (reservation) => {
    const settle = reservation.settle.bind(reservation);
    reservation.settle = (usage) => {
      settle(usage);
      settle(usage);
    };
  },
};

const givesNothingBack: Plant = {
  granted: (reservation) => (reservation.giveBack = () => {}),
};

const givesAllBack: Plant = {
  granted: (reservation) => (reservation.settle = () => reservation.giveBack()),
};

const leavesTimers: Plant = {
  granted: (reservation, run) => {
    const settle = reservation.settle.bind(reservation);
    reservation.settle = (usage) => {
      settle(usage);
      run.scheduler.schedule(() => {}, 30_000);
    };
  },
};

/** The work goes on for a while after the service has let go of it. */
const freesPermitsEarly: Plant = {
  work: (work$, run) =>
    new Observable((subscriber) => {
      const working = work$.subscribe((value) => subscriber.next(value));
      const error = () => subscriber.error(new Error('lost'));
      run.later(10, error);
      return () => run.later(50, () => working.unsubscribe());
    }),
};

const forgetsCalls: Plant = {
  service: (service) => {
    const queue = insideOf(service).queue;
    const push = queue.push.bind(queue);
    let calls = 0;
    queue.push = (item, now) => {
      if (++calls % 7 > 0) push(item, now);
    };
  },
};

const keepsPermits: Plant = {
  service: (service) => (insideOf(service).released$.next = () => {}),
};

const retriesForEver: Plant = {
  service: (service) => (insideOf(service).parts.worker.parts.retry.budget.take = () => true),
};

const newestFirst: Plant = {
  service: (service) => {
    const queue = insideOf(service).queue;
    Object.defineProperty(queue, 'first', { get: () => [...queue].at(-1) });
  },
};

/** What callers subscribe to tells them of it in another way. */
function tellingBy(
  subscribe: (call$: Observable<string>, observer: Observer<string>) => Unsubscribable,
): Plant {
  return {
    service: (service) => {
      const call = service.call.bind(service);
      service.call = (request, options) => {
        const call$ = call(request, options);
        const told$ = {
          pipe: () => told$,
          subscribe: (to: Observer<string>) => subscribe(call$, to),
        };
        return told$ as unknown as Observable<string>;
      };
    },
  };
}

const tellsTwice = tellingBy((call$, observer) =>
  call$.subscribe({
    ...observer,
    complete: () => {
      observer.complete();
      observer.complete();
    },
  }),
);

const tellsNoErrors = tellingBy((call$, observer) =>
  call$.subscribe({ ...observer, error: () => {} }),
);

const tellsWhoHasLeft = tellingBy((call$, observer) => {
  call$.subscribe(observer);
  return { unsubscribe: () => {} };
});

const listensForEver: Plant = {
  service: (service) => {
    const call = service.call.bind(service);
    service.call = (request, options) => {
      if (options?.signal) options.signal.removeEventListener = () => {};
      return call(request, options);
    };
  },
};

const neverCloses: Plant = {
  service: (service) => (service.close = () => new Promise(() => {})),
};

const keepsListeningToLimits: Plant = {
  service: (service) => (service.tracker.close = () => {}),
};

const timersAreLate: Plant = {
  service: (_, run) => {
    const schedule = run.scheduler.schedule.bind(run.scheduler);
    run.scheduler.schedule = (work, delay = 0, state) =>
      schedule(work, delay > 0 ? delay + 15 : 0, state);
  },
};

const clockIsFast: Plant = {
  service: (_, run: Simulation) => (run.scheduler.now = () => run.time.now() * 1.3),
};

/** Whose timer fires is taken to be in time. */
const trustsTimers: Plant = {
  service: (_, run) => (run.scheduler.now = () => Math.ceil(run.time.now())),
};

/** Each of them alone makes services break a promise. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  { name: 'reserves too little', plant: reservesTooLittle, seenBy: /is over its limit/ },
  { name: 'lets wait what could go', plant: grantsLate, seenBy: /wait though there is room/ },
  { name: 'settles twice', plant: settlesTwice, seenBy: /settles a reservation twice/ },
  { name: 'gives nothing back', plant: givesNothingBack, seenBy: /keeps what was reserved/ },
  { name: 'gives back what was used', plant: givesAllBack, seenBy: /settles caller/ },
  { name: 'leaves timers', plant: leavesTimers, seenBy: /a timer (is set|was left)/ },
  { name: 'frees permits early', plant: freesPermitsEarly, seenBy: /works (for|twice)/ },
  { name: 'keeps permits', plant: keepsPermits, seenBy: /wait though there is room/ },
  { name: 'retries without a budget', plant: retriesForEver, seenBy: /has retried/ },
  { name: 'tells no errors', plant: tellsNoErrors, seenBy: /has left \d+ callers alone/ },
  {
    name: 'trusts timers that are early',
    plant: trustsTimers,
    seenBy: /is over its limit/,
    only: ['early timers', 'many'],
  },
  { name: 'forgets calls', plant: forgetsCalls, seenBy: /are somewhere/ },
  { name: 'lets callers wait for ever', plant: forgetsCalls, seenBy: /has left \d+ callers alone/ },
  { name: 'lets out the newest first', plant: newestFirst, seenBy: /has started before/ },
  { name: 'tells an end twice', plant: tellsTwice, seenBy: /is told an end though/ },
  { name: 'tells who has left', plant: tellsWhoHasLeft, seenBy: /is answered though he has gone/ },
  { name: 'listens to signals for ever', plant: listensForEver, seenBy: /has a signal to which/ },
  { name: 'never closes', plant: neverCloses, seenBy: /never tells that it has closed/ },
  { name: 'takes calls though closed', plant: neverCloses, seenBy: /works after|is not refused/ },
  { name: 'listens to limits for ever', plant: keepsListeningToLimits, seenBy: /limits are still/ },
  { name: 'has late timers', plant: timersAreLate, seenBy: /has waited past|is ended by/ },
  { name: 'has a clock that is fast', plant: clockIsFast, seenBy: /is over its limit/ },
  {
    name: "breaks the provider's limit",
    plant: reservesTooLittle,
    seenBy: /is refused .* by a limit/,
    only: ['provider', 'jitter', 'reports', 'many'],
  },
];

import {
  AsyncSubject,
  concat,
  lastValueFrom,
  map,
  type Observable,
  type ObservableInput,
  of,
  type SchedulerLike,
  Subject,
  type Subscriber,
  takeUntil,
  throwError,
} from 'rxjs';
import { Run } from '../call/run.js';
import { WorkContext } from '../call/work-context.js';
import type { Worker } from '../call/worker.js';
import { ServiceClosedError } from '../errors.js';
import { asLeaving } from '../leaving.js';
import { Clock } from '../time/clock.js';
import { monotonicScheduler } from '../time/monotonic-scheduler.js';
import { Turn } from '../turn.js';
import { readCost, readUsage } from '../usage/read-usage.js';
import type { Usage } from '../usage/usage.js';
import { whenUsageChanges } from '../usage/when-usage-changes.js';
import { Aborts } from './aborts.js';
import type { CallOptions } from './call-options.js';
import { dispatcherOf } from './dispatcher.js';
import type { FixedQuota } from './quota.js';
import { QueuedCall } from './queued-call.js';
import { quotasOf } from './quotas.js';
import type { Retries } from './retries.js';
import type { ServiceState } from './service-state.js';

/** What an engine is made of; its functions are the user's own. */
export interface EngineParts<Request, Response> {
  readonly name: string;
  readonly quotas?: readonly FixedQuota[] | undefined;
  readonly maxConcurrentJobs: number;
  readonly queueLimit?: number | undefined;
  readonly retry?: Retries | undefined;
  readonly scheduler?: SchedulerLike | undefined;
  readonly process: (request: Request, context: WorkContext) => ObservableInput<Response>;
  readonly costOf: (request: Request) => Usage | number | undefined;
  readonly usageOf: (response: Response) => Usage | number | undefined;
}

/** The inside of a service: takes calls, ends them, and does for a run what it asks for. */
export interface Engine<Request, Response> {
  readonly state$: Observable<ServiceState>;
  state(): ServiceState;
  /** Takes a call, or tells its caller why not. */
  submit(request: Request, options: CallOptions, caller: Subscriber<Response>): void;
  pause(isPaused: boolean): void;
  close(abandon: boolean): Promise<void>;
}

const NO_RETRIES = { retrying: 0, gate: undefined };

/** What is no call's outcome goes where RxJS takes errors that nobody handles. */
function fault(error: unknown): void {
  throwError(() => error).subscribe();
}

/** A closure, as what is local is all that a minifier may rename. */
export function engineOf<Request, Response>(
  parts: EngineParts<Request, Response>,
): Engine<Request, Response> {
  type Call = QueuedCall<Request, Response>;
  const {
    name,
    quotas: limits = [],
    scheduler = monotonicScheduler,
    retry,
    process,
    costOf,
  } = parts;
  const clock = new Clock(scheduler);
  /** All that have not ended. */
  const calls = new Set<Call>();
  const changed$ = new Subject<void>();
  const closed$ = new AsyncSubject<undefined>();
  let lastId = 0;
  let isClosing = false;

  /** What has been told its end may still be torn down. */
  const isIdle = () => calls.size + dispatcher.inFlight === 0;
  const turn = new Turn(() => {
    if (isClosing && isIdle()) {
      closed$.next(undefined);
      closed$.complete();
    } else changed$.next();
  });
  const onChange = () => {
    turn.move(dispatcher.goOn);
  };
  const again = (call: Call) => {
    turn.move(() => {
      dispatcher.enqueue(call);
    });
  };
  const failures = retry?.start({ scheduler, clock, again, onChange, fault });
  const quotas = quotasOf(limits, clock, failures, onChange);

  const ended = (call: Call) => {
    calls.delete(call);
    if (call.signal) aborts.delete(call.signal, call);
  };
  const worker: Worker<Request, Response, Call> = {
    contextOf: ({ id, label, attempt }) => new WorkContext(id, label, attempt, quotas.units),
    process,
    usageOf: (response) => {
      const usage = parts.usageOf(response);
      return usage === undefined ? undefined : readUsage(usage, quotas.units, 'usageOf(response)');
    },
    failing: failures?.failing,
    ended,
    fault,
  };

  const drop = (call: Call) => {
    call.hasEnded = true;
    ended(call);
    dispatcher.queue.remove(call);
    failures?.drop(call);
    dispatcher.left();
  };
  const cancel = (call: Call) => {
    if (call.hasEnded) return;
    asLeaving(() => {
      turn.move(() => {
        if (call.run) call.run.cancel();
        else drop(call);
      });
    });
  };
  const end = (call: Call, error: unknown) => {
    cancel(call);
    try {
      call.reply.error(error);
    } catch (faultOfCaller) {
      fault(faultOfCaller);
    }
  };
  /** None of them starts as others end: those that wait come first, and none waits any more then. */
  const endAll = (all: readonly Call[], error: unknown) => {
    turn.move(() => {
      for (const call of all) dispatcher.queue.remove(call);
      const waitingFirst = [...all].sort((one, other) => Number(!!one.run) - Number(!!other.run));
      for (const call of waitingFirst) if (!call.hasEnded) end(call, error);
    });
  };
  const aborts = new Aborts(endAll);

  const release = (call: Call) => {
    turn.move(() => {
      // Before its permit is free, so that a call that goes on at once is ahead of those behind it.
      if (!call.hasEnded) failures?.wait(call, call.retryInMs as number);
      dispatcher.release();
    });
  };
  const dispatcher = dispatcherOf<Request, Response>({
    ...parts,
    scheduler,
    quotas,
    turn,
    start: (call, reservation) => {
      call.reservation = reservation;
      failures?.started(call);
      new Run(call, worker, release).start();
    },
    refuse: (call, error) => {
      endAll([call], error);
    },
  });

  const check = ({ signal }: CallOptions) => {
    if (isClosing) throw new ServiceClosedError(name);
    if (signal?.aborted) throw signal.reason;
  };
  const callOf = (request: Request, options: CallOptions, caller: Subscriber<Response>) => {
    check(options);
    const given = costOf(request);
    // Again, as a user's code may have closed the service meanwhile.
    check(options);
    const cost = given === undefined ? {} : readCost(given, quotas.units, 'costOf(request)');
    const error = quotas.neverFits(cost);
    if (error) throw error;
    return new QueuedCall(++lastId, request, cost, options, caller, cancel);
  };
  const accept = (call: Call) => {
    call.queuedAt = clock.now();
    calls.add(call);
    if (call.signal) aborts.add(call.signal, call);
    turn.move(() => {
      dispatcher.arrive(call);
    });
  };

  const state = (): ServiceState => {
    const at = clock.now();
    const { queue, inFlight, isPaused, blockedBy } = dispatcher;
    const closing = isIdle() ? 'closed' : 'closing';
    return {
      name,
      at,
      status: isClosing ? closing : isPaused ? 'paused' : 'running',
      queued: queue.size,
      inFlight,
      quotas: quotas.state(at),
      blockedBy,
      ...(failures?.state(at) ?? NO_RETRIES),
    };
  };
  const changes$ = whenUsageChanges(changed$, quotas.waitUntilItChanges, scheduler);

  return {
    // The last state of all, too, and for those who come after it.
    state$: concat(changes$.pipe(takeUntil(closed$)), of(undefined)).pipe(map(state)),
    state,
    submit: (request, options, caller) => {
      try {
        const call = callOf(request, options, caller);
        caller.add(call);
        // Who has left while the cost was estimated is heard of no more.
        if (!call.hasEnded) accept(call);
      } catch (error) {
        caller.error(error);
      }
    },
    pause: (isPaused) => {
      turn.move(() => {
        if (dispatcher.isPaused !== isPaused && !isClosing) dispatcher.pause(isPaused);
      });
    },
    close: (abandon) => {
      turn.move(() => {
        isClosing = true;
        if (abandon) endAll([...calls], new ServiceClosedError(name, true));
        // What is paused would never end.
        if (dispatcher.isPaused) dispatcher.pause(false);
      });
      return lastValueFrom(closed$);
    },
  };
}

import {
  auditTime,
  combineLatest,
  defer,
  map,
  type Observable,
  type OperatorFunction,
  pipe,
  scan,
  startWith,
  timer,
} from 'rxjs';
import { monotonicScheduler, type ServiceEvent } from 'rxllm';
import type { OpenAIService } from 'rxllm/openai';
import type { OpenDocument } from './plan.js';
import { type Account, type Spent, spentIn } from './account.js';
import { timeLeftMs } from './time-left.js';

/** All that the progress shows, as numbers. */
export interface Progress extends Spent {
  readonly documents: { readonly done: number; readonly total: number };
  /** Calls that there will be, as far as one can know. */
  readonly callsInAll: number;
  readonly queued: number;
  readonly running: number;
  readonly windows: readonly {
    readonly unit: string;
    readonly used: number;
    readonly limit: number;
  }[];
  readonly elapsedMs: number;
  readonly leftMs: number;
}

/** Where the numbers come from. */
export interface Sources {
  readonly documents: readonly OpenDocument[];
  readonly service: Pick<OpenAIService, 'state$' | 'events$'>;
  readonly account: Account;
  readonly callsAtOnce: number;
}

const FRAME_MS = 100;
const TICK_MS = 1_000;

/** What a call takes, until the first answers tell. */
const TYPICAL_CALL_MS = 1_500;

/**
 * The job as it is to be seen: when something has changed, and every second for the sake of the clock.
 *
 * @param outcomes$ One for each document that is through.
 */
export function progressOf(
  outcomes$: Observable<unknown>,
  { documents, service, account, callsAtOnce }: Sources,
): Observable<Progress> {
  const sum = (unit: 'calls' | 'tokens') => documents.reduce((all, one) => all + one[unit], 0);
  const inAll: Readonly<Record<string, number>> = { requests: sum('calls'), tokens: sum('tokens') };
  const callsInAll = sum('calls');

  return combineLatest({
    done: outcomes$.pipe(countUp()),
    state: service.state$,
    callMs: service.events$.pipe(meanCallMs()),
    spent: account.ofAll.usage$.pipe(map(spentIn)),
    elapsedMs: elapsedMs$,
  }).pipe(
    auditTime(FRAME_MS),
    map(({ done, state, callMs, spent, elapsedMs }) => {
      const windows = state.quotas.map(({ limit = Infinity, ...quota }) => ({
        ...quota,
        limit,
        inAll: inAll[quota.unit] ?? 0,
      }));
      const calls = Math.max(0, callsInAll - spent.calls);
      return {
        ...spent,
        documents: { done, total: documents.length },
        callsInAll,
        queued: state.queued,
        running: state.inFlight,
        windows,
        elapsedMs,
        leftMs: timeLeftMs({ windows, elapsedMs, calls, callMs, atOnce: callsAtOnce }),
      };
    }),
  );
}

/** Read off the clock: under load a timer is late, and ticks would not add up. */
const elapsedMs$ = defer(() => {
  const startedAt = monotonicScheduler.now();
  return timer(0, TICK_MS).pipe(map(() => monotonicScheduler.now() - startedAt));
});

function countUp(): OperatorFunction<unknown, number> {
  return pipe(
    scan((count) => count + 1, 0),
    startWith(0),
  );
}

function meanCallMs(): OperatorFunction<ServiceEvent, number> {
  return pipe(
    scan(
      ({ count, ms }, event) =>
        event.type === 'completed' && event.runMs !== undefined
          ? { count: count + 1, ms: ms + event.runMs }
          : { count, ms },
      { count: 0, ms: 0 },
    ),
    map(({ count, ms }) => (count > 0 ? ms / count : TYPICAL_CALL_MS)),
    startWith(TYPICAL_CALL_MS),
  );
}

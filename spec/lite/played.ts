import { Observable, type ObservableInput, type Subscription } from 'rxjs';
import { RxllmError, type Usage } from '../../src/index.js';
import { providerError } from '../support/provider-error.js';
import { VirtualTime } from '../support/virtual-time.js';
import type { Plan, PlannedCall, Try } from './plan.js';

/** What both services are asked for. */
export interface Asked {
  readonly quotas: Plan['quotas'];
  readonly maxConcurrentJobs: number;
  readonly queueLimit: number;
  readonly retry: Plan['retry'];
  readonly seed: number;
  readonly scheduler: VirtualTime;
  readonly process: (request: number, context: Told) => ObservableInput<string>;
  readonly costOf: ((request: number) => Usage) | undefined;
  readonly usageOf: (response: string) => Usage | undefined;
}

interface Told {
  readonly attempt: number;
  readonly callId: number;
  readonly signal: AbortSignal;
}

/** What both services have. */
export interface Player {
  call(
    request: number,
    options: { readonly priority: number; readonly signal?: AbortSignal },
  ): Observable<string>;
  pause(): void;
  resume(): void;
  close(options?: { readonly abandon?: boolean }): Promise<void>;
  toJSON(): {
    readonly queued: number;
    readonly inFlight: number;
    readonly retrying: number;
    readonly quotas: readonly {
      readonly unit: string;
      readonly used: number;
      readonly remaining: number;
    }[];
    readonly gate: { readonly status: string; readonly reopensAt: number | undefined } | undefined;
    readonly blockedBy: { readonly reason: string; readonly unit?: string } | undefined;
  };
}

/** Callers leave between two ms: whether that is before or after what else happens at one instant is not promised. */
const LEAVING = 0.25;
/** Longer than whatever a plan waits for, gates of a day left out. */
const END_MS = 5_000;

/** All that happens when the plan is played. */
export interface Played {
  /** Which calls start, in order: when, which, which try. */
  readonly starts: readonly string[];
  /** What happens to each caller, and how the service stands between two instants, in order, each with its instant. */
  readonly heard: Readonly<Record<string, readonly string[]>>;
}

export function played(plan: Plan, makeService: (asked: Asked) => Player): Played {
  const starts: string[] = [];
  const heard: Record<string, string[]> = {};
  const time = new VirtualTime();
  const note = (who: string, what: string) => {
    (heard[who] ??= []).push(`${time.now()} ${what}`);
  };
  const { quotas, maxConcurrentJobs, queueLimit, retry, seed } = plan;
  const service = makeService({
    ...{ quotas, maxConcurrentJobs, queueLimit, retry, seed },
    scheduler: time,
    process: (request, { attempt, signal }) => {
      const { tries } = plan.calls[request] as PlannedCall;
      starts.push(`${time.now()} ${request}, try ${attempt}`);
      return work(tries[Math.min(attempt, tries.length) - 1] as Try, time, (what) => {
        note(`work for ${request}`, `${what}${signal.aborted ? ', aborted' : ''}`);
      });
    },
    costOf: plan.hasCosts
      ? (request) => ({ tokens: (plan.calls[request] as PlannedCall).tokens })
      : undefined,
    usageOf: (response) => (response === '' ? undefined : { tokens: Number(response) }),
  });
  const aborting = [new AbortController(), new AbortController()];
  const callOf = (request: number, who = `${request}`): Subscription => {
    const { priority, signal, then } = plan.calls[request] as PlannedCall;
    const withSignal =
      signal === undefined ? {} : { signal: aborting[signal]?.signal as AbortSignal };
    const afterwards = () => {
      react(then, request);
    };
    return service.call(request, { priority, ...withSignal }).subscribe({
      next: (response) => note(who, `gets ${response}`),
      error: (error: unknown) => {
        note(who, `fails: ${codeOf(error)}`);
        afterwards();
      },
      complete: () => {
        note(who, 'is done');
        afterwards();
      },
    });
  };
  /** Each reacts once. */
  const reacted = new Set<number>();
  const react = (then: PlannedCall['then'], request: number) => {
    if (reacted.has(request)) return;
    reacted.add(request);
    if (then === 'pause' || then === 'resume') service[then]();
    else if (then === 'call again') callOf(request, `${request} again`);
  };
  plan.calls.forEach(({ at, leaveMs }, request) => {
    time.schedule(() => {
      const subscription = callOf(request);
      if (leaveMs !== undefined)
        time.schedule(() => {
          subscription.unsubscribe();
        }, leaveMs + LEAVING);
    }, at);
  });
  for (const { at, kind } of plan.deeds)
    time.schedule(() => {
      if (kind === 'abort') aborting.shift()?.abort(new Error('no more'));
      else if (kind === 'abandon') void service.close({ abandon: true });
      else void service[kind]();
      aborting.push(new AbortController());
    }, at);
  for (let at = 0.5; at < 120; at += 3) time.schedule(() => note('service', stateOf(service)), at);
  time.advance(END_MS);
  note('service', stateOf(service));
  return { starts, heard };
}

function work(
  { responses, everyMs, end, used }: Try,
  time: VirtualTime,
  note: (what: string) => void,
): Observable<string> {
  if (end === 'throw') throw new Error('thrown');
  return new Observable((subscriber) => {
    let left = responses;
    const step = () => {
      if (left-- > 0) {
        subscriber.next(used === undefined || left > 0 ? '' : String(used));
        if (!subscriber.closed) subscriber.add(time.schedule(step, everyMs));
      } else if (end === 'complete') subscriber.complete();
      else if (end !== 'never') subscriber.error(errorOf(end));
    };
    subscriber.add(() => {
      note('is torn down');
    });
    if (everyMs === 0) step();
    else subscriber.add(time.schedule(step, everyMs));
  });
}

function errorOf(end: Try['end']): Error {
  switch (end) {
    case '500':
      return providerError(500);
    case '429':
      return providerError(429);
    case '429 for a while':
      return Object.assign(new Error('slow down'), {
        status: 429,
        headers: { 'retry-after-ms': '9' },
      });
    default:
      return new Error(end);
  }
}

function codeOf(error: unknown): string {
  return error instanceof RxllmError ? error.code : (error as Error).message;
}

function stateOf(service: Player): string {
  const { queued, inFlight, retrying, quotas, gate, blockedBy } = service.toJSON();
  const used = quotas.map((quota) => [quota.unit, quota.used, quota.remaining].join(' '));
  const gateText = gate && gate.status !== 'open' ? ` gate ${gate.status} ${gate.reopensAt}` : '';
  // Its time has come, and what lets it out at this instant comes after this.
  const isDue = blockedBy === undefined || blockedBy.reason === 'turn';
  const blocked = isDue ? '' : ` blocked by ${blockedBy.reason} ${blockedBy.unit ?? ''}`;
  return `queued ${queued}, in flight ${inFlight}, retrying ${retrying}, used ${used.join(', ')}${gateText}${blocked}`;
}

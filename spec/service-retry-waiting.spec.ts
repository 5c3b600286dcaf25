import {
  BehaviorSubject,
  distinctUntilChanged,
  filter,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  Subject,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  LLMService,
  quota,
  QuotaExceededError,
  ServiceClosedError,
  type ServiceEvent,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { networkError, providerError } from './support/provider-error.js';
import {
  BROKEN,
  endsOf,
  failing,
  playing,
  type Process,
  serviceOf,
  stepsOf,
} from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

describe('Service, a call that waits for its next try', () => {
  it('holds no permit', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });

      expectObservable(service.call('--# -a|')).toBe('-------a|');
      expectObservable(service.call('-b-|   ')).toBe('---b-|');
    }));

  it('holds no reservation', () =>
    marbles(({ cold, expectObservable }) => {
      const lost = networkError('ECONNREFUSED');
      const play: Process = (marble, { attempt }) =>
        cold(marble.split(' ')[attempt - 1]!, undefined, lost);
      const service = serviceOf(play, { quotas: [perWindow('requests', 1, 10)] });

      // What was never sent is given back; the other call takes it, and so the first must wait for a window.
      expectObservable(service.call('--# -a|')).toBe('-------------a|');
      expectObservable(service.call('b|')).toBe('     --b|');
    }));

  it('reserves again, and so counts twice', () =>
    marbles(({ cold, expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 20)],
        retry: { baseMs: 4, random: () => 1 },
        costOf: () => 60,
        process: (marble: string, { attempt }) =>
          cold(marble.split(' ')[attempt - 1]!, undefined, BROKEN),
      });

      expectObservable(service.call('--# -a|')).toBe('20ms -a|');
      const tokens$ = service.usage$.pipe(map(({ tokens }) => tokens));
      expectObservable(tokens$).toBe('a 19ms (ba) 16ms b', { a: 60, b: 0 });
    }));

  it('goes to the front of its priority, and not before higher ones', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      const high$ = timer(3).pipe(mergeMap(() => service.call('-d|', { priority: 1 })));

      expectObservable(service.call('--# -a|')).toBe('-----------a|');
      expectObservable(service.call('-----b|')).toBe('-------b|');
      expectObservable(service.call('-c|    ')).toBe('-------------c|');
      expectObservable(high$).toBe('                  ---------d|');
    }));

  it('goes on at once where it need not wait, before those behind it', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1, retry: { random: () => 0 } });

      expectObservable(service.call('--# -# -a|')).toBe('----a|');
      expectObservable(service.call('b|')).toBe('        -----b|');
    }));

  it('goes before those of lower priority that wait for their quota', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { quotas: [perWindow('requests', 1, 10)] });

      expectObservable(service.call('--# a|', { priority: 1 })).toBe('----------a|');
      expectObservable(service.call('b|')).toBe('20ms                      b|');
    }));

  it.each([
    ['the one that came first waits longer', [1, 1], [20, 10]],
    ['the one that came first fails later', [2, 1], [10, 10]],
    ['they fail at once', [1, 1], [10, 10]],
  ])('stays in order with others that are tried again: %s', (_how, failAt, waits) => {
    const scheduler = new VirtualTime();
    const max$ = new BehaviorSubject(2);
    const order: string[] = [];
    const process: Process = (request, { attempt }) => {
      if (attempt === 2 || request === 'c') order.push(request);
      return attempt === 2 || request === 'c'
        ? of(request)
        : failure$(request === 'a' ? failAt[0]! : failAt[1]!);
    };
    const failure$ = (ms: number) =>
      timer(ms, scheduler).pipe(mergeMap(() => throwError(() => BROKEN)));
    const drawn = failAt[0] === 2 ? [...waits].reverse() : [...waits];
    const retry = { baseMs: 1, random: () => drawn.shift()! };
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: max$, retry });
    for (const request of ['a', 'b', 'c']) endsOf(service.call(request));
    max$.next(0);
    scheduler.advance(60);
    expect(service.toJSON()).toMatchObject({ queued: 3, retrying: 0, inFlight: 0 });
    max$.next(1);

    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('finds its place though the queue is full, in which it counts', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1, queueLimit: 1 });
      const callAt = (at: number, marble: string) =>
        timer(at).pipe(mergeMap(() => service.call(marble)));
      const full = expect.objectContaining({ code: 'QUEUE_FULL' }) as unknown;

      expectObservable(callAt(0, '--# a|')).toBe('--------a|');
      expectObservable(callAt(0, '-----b|')).toBe('-------b|');
      expectObservable(callAt(1, 'c|')).toBe('-#', undefined, full);
      expectObservable(callAt(3, 'd|')).toBe('---------d|');
      expectObservable(callAt(7, 'e|')).toBe('-------#', undefined, full);
    }));

  // What failed in the turn in which it came had been taken for one that is new, and refused.
  it.each(['at once', 'as another is let out'])(
    'is not refused by a queueLimit of 0 when it came in this turn, %s',
    (when) => {
      const scheduler = new VirtualTime();
      const refused = providerError(429, { 'retry-after': '1' });
      const inner: unknown[][] = [];
      const service: LLMService<string, string> = serviceOf(
        (request, { attempt }) => {
          if (request === 'outer') inner.push(endsOf(service.call('inner')));
          return request === 'outer' || attempt === 2 ? of(request) : throwError(() => refused);
        },
        { scheduler, queueLimit: 0 },
      );
      if (when === 'at once') inner.push(endsOf(service.call('inner')));
      else endsOf(service.call('outer'));
      scheduler.flush();

      expect(inner).toEqual([['inner', '|']]);
      expect(scheduler.now()).toBe(1_000);
    },
  );

  it('fails when it can never fit any more, as the limit was lowered', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const limit = cold('a--b', { a: 100, b: 50 });
      const service = LLMService.of({
        modelName: 'm',
        quotas: [quota({ unit: 'tokens', limit, windowMs: 10, marginMs: 0 })],
        retry: { baseMs: 4, random: () => 1 },
        costOf: () => 60,
        process: () => cold('--#', undefined, BROKEN),
      });
      const steps = stepsOf(service);
      const never = new QuotaExceededError('tokens', 60, 50);

      expectObservable(service.call('a')).toBe('------#', undefined, never);
      flush();
      expect(steps).toEqual(['0: 1 queued', '0: 1 started 1', '2: 1 retrying 1', '6: 1 failed 2']);
      expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    }));

  it('is seen in state$', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      merge(service.call('--# ---|'), service.call('------|')).subscribe();
      const counts$ = service.state$.pipe(
        map(({ queued, inFlight, retrying }) => `${queued}+${inFlight}+${retrying}`),
        distinctUntilChanged(),
      );

      // queued + in flight + waiting for the next try
      const counts = { a: '1+1+0', b: '0+1+1', c: '1+1+0', d: '0+1+0', e: '0+0+0' };
      expectObservable(counts$).toBe('a-b---c-d--e', counts);
    }));

  it('is told of in events$, with how long it waits and has waited', () => {
    const scheduler = new VirtualTime();
    const events: object[] = [];
    const process: Process<number> = (request, context) =>
      timer(10, scheduler).pipe(mergeMap(() => failing(1)(request, context)));
    const service = serviceOf(process, { scheduler });
    service.events$.subscribe((event) => events.push(event));
    endsOf(service.call('secret', { label: 'l' }));
    scheduler.flush();

    const step = { callId: 1, label: 'l', tenant: undefined, priority: 0 };
    expect(events).toEqual([
      { ...step, type: 'queued', at: 0, cost: {} },
      { ...step, type: 'started', at: 0, attempt: 1, waitMs: 0 },
      { ...step, type: 'retrying', at: 10, attempt: 1, delayMs: 4, error: BROKEN },
      { ...step, type: 'started', at: 14, attempt: 2, waitMs: 4 },
      {
        ...step,
        type: 'completed',
        at: 24,
        attempt: 2,
        waitMs: 0,
        runMs: 10,
        usage: {},
        isEstimated: true,
      },
    ]);
  });

  it('is waited for by close', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      timer(3).subscribe(() => void service.close());

      expectObservable(service.call('--# --# a|')).toBe('--    4ms --    8ms a|');
      const closed$ = service.state$.pipe(filter(({ status }) => status === 'closed'));
      expectObservable(closed$.pipe(map(({ retrying }) => retrying))).toBe('17ms (c|)', { c: 0 });
    }));

  it.each([
    ['queued', 'never started', 5, undefined],
    ['its first try', 'has worked for', 15, 5],
    ['waiting', 'does not work then', 25, undefined],
    ['its second try', 'has worked for', 37, 7],
  ])('tells, of one cancelled in %s, how long it %s', (_stage, _what, at, runMs) => {
    const scheduler = new VirtualTime();
    const events: ServiceEvent[] = [];
    const max$ = new BehaviorSubject(0);
    const process: Process<number> = (request, context) =>
      timer(10, scheduler).pipe(mergeMap(() => failing(9)(request, context)));
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: max$, retry: { baseMs: 10 } }); // prettier-ignore
    service.events$.subscribe((event) => events.push(event));
    const call = service.call('').subscribe();
    scheduler.schedule(() => max$.next(1), 10);
    scheduler.schedule(() => call.unsubscribe(), at);
    scheduler.flush();

    expect(events.at(-1)).toMatchObject({ type: 'cancelled', at, runMs });
  });
});

/** Works 0 to 10 and fails, waits 10 to 20, is queued again 20 to 40 behind another, works 40 to 50. */
const STAGES = { 'its first try': 5, waiting: 15, 'queued again': 30, 'its second try': 45 };

/** A call at that stage, and another for which there is one permit. */
class Stage {
  readonly time = new VirtualTime();
  readonly aborted: number[] = [];
  readonly controller = new AbortController();
  readonly unsubscribed$ = new Subject<void>();
  readonly service = serviceOf((request, context) => this.process(request, context), {
    scheduler: this.time,
    maxConcurrentJobs: 1,
    quotas: [perWindow('requests', 3, 1_000)],
    retry: { baseMs: 10 },
  });
  readonly steps = stepsOf(this.service);
  readonly ends: unknown[];
  readonly endsOfOther: unknown[];

  constructor(readonly at: number) {
    const call$ = this.service.call('subject', { signal: this.controller.signal });
    this.ends = endsOf(call$.pipe(takeUntil(this.unsubscribed$)));
    this.endsOfOther = endsOf(this.service.call('other'));
    this.time.advanceTo(at);
  }

  private process(request: string, { attempt, signal }: CallContext): Observable<string> {
    const answer$ = (ms: number) => timer(ms, this.time).pipe(map(() => request));
    if (request === 'other') return answer$(30);
    signal.addEventListener('abort', () => this.aborted.push(attempt));
    return attempt === 2 ? answer$(10) : answer$(10).pipe(mergeMap(() => throwError(() => BROKEN)));
  }

  get stepsOfSubject(): string[] {
    return this.steps.filter((step) => / 1 /.test(step)).map((step) => step.replace(/.* 1 /, ''));
  }
}

describe('Service, a call that is tried again, ended early', () => {
  const REASON = new Error('stop');
  const ways: Record<string, (stage: Stage) => unknown> = {
    unsubscribing: ({ unsubscribed$, time }) => {
      unsubscribed$.next();
      time.advance(0);
      return '|';
    },
    'its signal': ({ controller, time }) => {
      controller.abort(REASON);
      time.advance(0);
      return REASON;
    },
    abandoning: ({ service }) => {
      void service.close({ abandon: true });
      return new ServiceClosedError(service.name, true);
    },
    'closing, then abandoning': ({ service }) => {
      void service.close();
      void service.close({ abandon: true });
      return new ServiceClosedError(service.name, true);
    },
  };
  const rows = Object.keys(STAGES).flatMap((stage) =>
    Object.keys(ways).map((way) => [way, stage] as [string, keyof typeof STAGES]),
  );

  it.each(rows)('by %s in %s: once, and leaves nothing behind', (way, name) => {
    const stage = new Stage(STAGES[name]);
    const end = ways[way]!(stage);
    expect(stage.ends).toEqual([end]);
    expect(stage.service.toJSON()).toMatchObject({ queued: 0, retrying: 0 });
    stage.time.flush();

    expect(stage.ends).toEqual([end]);
    expect(stage.service.toJSON()).toMatchObject({ ...EMPTY_STATE, quotas: [{ reserved: 0 }] });
    expect(stage.time.timers).toBe(0);
  });

  it.each(rows)('by %s in %s: tells of it once, and aborts the try that works', (way, name) => {
    const stage = new Stage(STAGES[name]);
    ways[way]!(stage);
    stage.time.flush();

    const whole = ['queued', 'started 1', 'retrying 1', 'started 2'];
    const [told, attempt] = { 5: [2, 1], 15: [3, 2], 30: [3, 2], 45: [4, 2] }[stage.at] ?? [];
    const end = way.includes('abandon') ? 'failed' : 'cancelled';
    expect(stage.stepsOfSubject).toEqual([...whole.slice(0, told), `${end} ${attempt}`]);
    expect(stage.aborted).toEqual(name.endsWith('try') ? [attempt] : []);
  });

  it.each(rows)('by %s in %s: lets the other go on, unless all is abandoned', (way, name) => {
    const stage = new Stage(STAGES[name]);
    const end = ways[way]!(stage);
    stage.time.flush();
    const isAbandoned = way.includes('abandoning') && stage.at < 40;

    expect(stage.endsOfOther).toEqual(isAbandoned ? [end] : ['other', '|']);
    // The other starts as soon as the first try has ended.
    expect(stage.time.now()).toBe(isAbandoned ? stage.at : { 5: 35 }[stage.at] ?? Math.max(40, stage.at)); // prettier-ignore
  });
});

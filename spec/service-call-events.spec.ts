import {
  config,
  EMPTY,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  Subscription,
  take,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallEvent,
  type CallOptions,
  type CallQueuedEvent,
  type Done,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  quota,
  ServiceClosedError,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { marbles } from './support/marbles.js';
import { networkError, providerError } from './support/provider-error.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Echo = LLMService<string, string>;
type Options = LLMServiceOptions & LLMServiceFunctions<string, string>;

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

/** Its calls run for 10 ms. */
function echo(scheduler: VirtualTime, options: Partial<Options> = {}): Echo {
  const process = (request: string) => timer(10, scheduler).pipe(map(() => request));
  return LLMService.of({ modelName: 'm', scheduler, process, ...options });
}

/** The events of one call, and what it ends with. */
class Life {
  readonly events: CallEvent<string>[] = [];
  readonly ends: unknown[] = [];
  readonly subscription = new Subscription();

  constructor(service: Echo, request = 'a', options?: CallOptions) {
    this.subscription.add(
      service.callEvents(request, options).subscribe({
        next: (event) => this.events.push(event),
        error: (error: unknown) => this.ends.push(error),
        complete: () => this.ends.push('|'),
      }),
    );
  }

  get types(): string {
    return this.events.map(({ type }) => type).join(' ');
  }

  get queued(): CallQueuedEvent {
    return this.events[0] as CallQueuedEvent;
  }

  get startedAt(): number | undefined {
    return this.events.find(({ type }) => type === 'started')?.at;
  }
}

const STEP = { callId: 1, label: 'l', tenant: 't', priority: 2 };
const OPTIONS: CallOptions = { label: 'l', tenant: 't', priority: 2 };

/** The first letter of each event's type. */
const inShort = map(({ type }: CallEvent<unknown>) => type.charAt(0));

describe('Service.callEvents', () => {
  it('tells the whole life of a call, then completes', () =>
    marbles(({ cold, expectObservable }) => {
      const process = (marble: string) => cold(marble);
      const life$ = LLMService.of({ modelName: 'm', process }).callEvents('----a--b|');

      expectObservable(life$.pipe(inShort)).toBe('(qs)v--v(ur|)');
    }));

  it('is cold: nothing happens until somebody subscribes, and two subscriptions are two calls', () => {
    const time = new VirtualTime();
    const process = jest.fn(() => of('x'));
    const life$ = echo(time, { process }).callEvents('a');
    expect(process).not.toHaveBeenCalled();
    const ids = [life$, life$].map((one$) => {
      const seen = new Set<number>();
      one$.subscribe(({ callId }) => seen.add(callId));
      return [...seen];
    });

    expect(ids).toEqual([[1], [2]]);
    expect(process).toHaveBeenCalledTimes(2);
  });

  it('tells each event in full', () => {
    const time = new VirtualTime();
    const service = echo(time, {
      quotas: [perWindow('requests', 9, 1_000), perWindow('tokens', 900, 1_000)],
      maxConcurrentJobs: 1,
      costOf: () => ({ tokens: 60, outputTokens: 40 }),
      usageOf: () => ({ tokens: 25 }),
    });
    time.advanceTo(100);
    endsOf(service.call('warm'));
    time.advanceTo(115);
    endsOf(service.call('other'));
    time.advanceTo(118);
    const { events, ends } = new Life(service, 'secret', OPTIONS);
    time.flush();

    const step = { ...STEP, callId: 3 };
    const cost = { tokens: 60, outputTokens: 40 };
    expect(events).toEqual([
      { ...step, type: 'queued', at: 118, cost, position: 1, expectedStart: 125 },
      { ...step, type: 'started', at: 125, attempt: 1, waitMs: 7 },
      { ...step, type: 'value', at: 135, attempt: 1, response: 'secret' },
      {
        ...step,
        type: 'usage',
        at: 135,
        usage: { tokens: 25, outputTokens: 40 },
        isEstimated: false,
      },
      {
        ...step,
        type: 'result',
        at: 135,
        response: 'secret',
        attempt: 1,
        waitMs: 7,
        runMs: 10,
      },
    ]);
    expect(ends).toEqual(['|']);
  });

  it('tells a call that is answered in the turn in which it is made', () => {
    const { types, events, ends } = new Life(echo(new VirtualTime(), { process: () => of('x') }));

    expect(types).toBe('queued started value usage result');
    expect(events.at(-1)).toMatchObject({ response: 'x', waitMs: 0, runMs: 0 });
    expect(ends).toEqual(['|']);
  });

  it.each([
    ['a promise', () => Promise.resolve('b'), 'value usage result'],
    ['an async iterable', pieces, 'value value usage result'],
    ['a list', () => ['a', 'b'], 'value value usage result'],
  ] as const)('tells each response of %s', async (_name, process, types) => {
    const service = echo(new VirtualTime(), { process: () => process() });
    const seen: CallEvent<string>[] = [];
    await service.callEvents('x').forEach((event) => void seen.push(event));

    expect(seen.map(({ type }) => type).join(' ')).toBe(`queued started ${types}`);
    expect(seen.at(-1)).toMatchObject({ response: 'b' });
  });

  it('has a result without a response where there was none', () => {
    const { types, events, ends } = new Life(echo(new VirtualTime(), { process: () => EMPTY }));

    expect(types).toBe('queued started usage result');
    expect(events.at(-1)).toHaveProperty('response', undefined);
    expect(ends).toEqual(['|']);
  });

  it.each([undefined, null, 0, ''])('has the response %p as any other', (response) => {
    const service = LLMService.of({ modelName: 'm', process: () => of('first', response) });
    const seen: CallEvent<unknown>[] = [];
    service.callEvents('a').subscribe((event) => seen.push(event));

    expect(seen.slice(2)).toMatchObject([
      { type: 'value', response: 'first' },
      { type: 'value', response },
      { type: 'usage' },
      { type: 'result', response },
    ]);
  });

  it('tells of tries that fail, and goes on', () =>
    marbles(({ cold, expectObservable }) => {
      const tries = ['----#', '----#', '----a|'];
      const process: Options['process'] = (_request, { attempt }) =>
        cold(tries[attempt - 1]!, undefined, providerError(500));
      const retry = { baseMs: 4, random: () => 1, share: Infinity };
      const life$ = LLMService.of({ modelName: 'm', process, retry }).callEvents('a');

      expectObservable(life$.pipe(inShort)).toBe('(qs)r---s---r-------s---v(ur|)');
    }));

  it('tells which try, how long the next one is waited for and why', () => {
    const time = new VirtualTime();
    const error = providerError(500);
    const process: Options['process'] = (_request, { attempt }) =>
      attempt > 1 ? of('x') : throwError(() => error);
    const { events } = new Life(echo(time, { process, retry: { baseMs: 4, random: () => 1 } }));
    time.flush();

    expect(events.slice(1, 4)).toMatchObject([
      { type: 'started', attempt: 1, at: 0 },
      { type: 'retrying', attempt: 1, delayMs: 4, at: 0 },
      { type: 'started', attempt: 2, at: 4, waitMs: 4 },
    ]);
    expect(events[2]).toHaveProperty('error', error);
    expect(events.at(-1)).toMatchObject({ type: 'result', attempt: 2, waitMs: 0, runMs: 0 });
  });

  it('tells of a failure, then gives the same error', () => {
    const error = new Error('no');
    const service = echo(new VirtualTime(), { process: () => throwError(() => error) });
    const { types, events, ends } = new Life(service, 'a', OPTIONS);

    expect(types).toBe('queued started usage failed');
    expect(events.at(-1)).toMatchObject({ ...STEP, at: 0, attempt: 1, waitMs: 0, runMs: 0 });
    expect((events.at(-1) as { error?: unknown }).error).toBe(error);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBe(error);
  });

  it('tells the responses before a failure', () => {
    const process = () => merge(of('a', 'b'), throwError(() => new Error('no'))); // prettier-ignore
    const { types } = new Life(echo(new VirtualTime(), { process }));

    expect(types).toBe('queued started value value usage failed');
  });

  it('tells no usage of what never reached the provider', () => {
    const process = () => throwError(() => networkError('ECONNREFUSED'));
    const { types } = new Life(echo(new VirtualTime(), { process, retry: { maxAttempts: 1 } }));

    expect(types).toBe('queued started failed');
  });

  it('throws for an option that is not allowed when it is called, as call does', () => {
    const service = echo(new VirtualTime());
    const options = { priority: 0.5 };

    expect(errorOf(() => service.callEvents('a', options))).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('tells the same steps as events$, whether or not anybody hears these', () => {
    const lives = [true, false].map((isHeard) => {
      const time = new VirtualTime();
      const service = echo(time);
      const heard: string[] = [];
      if (isHeard) service.events$.subscribe(({ type }) => heard.push(type));
      const life = new Life(service);
      time.flush();
      return { life, heard };
    });

    expect(lives[0]!.heard).toEqual(['queued', 'started', 'completed']);
    expect(lives[0]!.life.events).toEqual(lives[1]!.life.events);
  });

  it('tells nothing of other calls', () => {
    const time = new VirtualTime();
    const service = echo(time);
    const lives = [new Life(service), new Life(service)];
    time.flush();

    for (const [index, { events }] of lives.entries())
      expect(new Set(events.map(({ callId }) => callId))).toEqual(new Set([index + 1]));
  });

  async function* pieces() {
    yield 'a';
    await Promise.resolve();
    yield 'b';
  }
});

describe('Service.callEvents, ended early', () => {
  it.each([
    ['queued', 6, 'queued', 'queued cancelled'],
    ['in flight', 16, 'queued started', 'queued started cancelled'],
  ])('is cancelled by unsubscribing while %s', (_stage, at, types, told) => {
    const time = new VirtualTime();
    const aborted: number[] = [];
    const service = echo(time, {
      maxConcurrentJobs: 1,
      process: (request, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(time.frame));
        return timer(10, time).pipe(map(() => request));
      },
    });
    const heard: string[] = [];
    service.events$.subscribe(({ type, label }) => {
      if (label === 'l') heard.push(type);
    });
    endsOf(service.call('other'));
    const life = new Life(service, 'a', OPTIONS);
    time.schedule(() => life.subscription.unsubscribe(), at);
    time.flush();

    expect(life.types).toBe(types);
    expect(life.ends).toEqual([]);
    expect(heard.join(' ')).toBe(told);
    expect(aborted).toEqual(at === 16 ? [16] : []);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
  });

  const enders: Record<string, [CallOptions, Partial<Options>, string, number]> = {
    'timeout, queued': [{ timeout: 4 }, {}, 'CALL_TIMEOUT', 4],
    'timeout, in flight': [{ timeout: 14 }, {}, 'CALL_TIMEOUT', 14],
    queueTimeout: [{ queueTimeout: 4 }, {}, 'CALL_TIMEOUT', 4],
    firstChunkTimeout: [{ firstChunkTimeout: 4 }, {}, 'CALL_TIMEOUT', 14],
    deadline: [{ deadline: 4 }, {}, 'DEADLINE_EXCEEDED', 4],
    'a deadline that is over': [{ deadline: new Date(-5) }, {}, 'DEADLINE_EXCEEDED', 0],
    'a full queue': [{}, { queueLimit: 0 }, 'QUEUE_FULL', 0],
    'a cost that can never fit': [
      {},
      { quotas: [perWindow('tokens', 1, 9)], costOf: (request) => request.length },
      'QUOTA_EXCEEDED',
      0,
    ],
  };

  it.each(Object.entries(enders))('tells of the failure by %s', (_name, [call, own, code, at]) => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 1, ...own });
    endsOf(service.call('b'));
    const life = new Life(service, 'too large', call);
    time.flush();
    const failed = life.events.at(-1) as { error?: unknown };

    expect(life.types).toBe(at > 10 ? 'queued started usage failed' : 'queued failed');
    expect(failed).toMatchObject({ type: 'failed', at, error: { code } });
    expect(life.ends).toHaveLength(1);
    expect(life.ends[0]).toBe(failed.error);
  });

  it.each(['queued', 'in flight'])('tells of the failure as it is abandoned, %s', (stage) => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: stage === 'queued' ? 1 : 2 });
    endsOf(service.call('b'));
    const life = new Life(service);
    void service.close({ abandon: true });

    expect(life.events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'SERVICE_CLOSED' } });
    expect(life.ends).toEqual([new ServiceClosedError(service.name, true)]);
  });

  it('gives the reason of its signal as error', () => {
    const time = new VirtualTime();
    const controller = new AbortController();
    const reason = new Error('stop');
    const life = new Life(echo(time), 'a', { signal: controller.signal });
    time.advanceTo(5);
    controller.abort(reason);
    time.flush();

    expect(life.ends).toHaveLength(1);
    expect(life.ends[0]).toBe(reason);
  });

  describe('only errors, with no event of its end', () => {
    const turnedAway: Record<string, (time: VirtualTime) => Life> = {
      'its signal fires': (time) => {
        const controller = new AbortController();
        const life = new Life(echo(time), 'a', { signal: controller.signal });
        controller.abort(new Error('stop'));
        return life;
      },
      'its signal has fired': (time) => {
        const signal = AbortSignal.abort(new Error('stop'));
        return new Life(echo(time), 'a', { signal });
      },
      'the service has closed': (time) => {
        const service = echo(time);
        void service.close();
        return new Life(service);
      },
      'costOf throws': (time) =>
        new Life(
          echo(time, {
            costOf: () => {
              throw new Error('no cost');
            },
          }),
        ),
      'acquiring fails at once': (time) => {
        class NoKey extends LLMService<string, string> {
          protected process(request: string) {
            return of(request);
          }
          override acquireResources(): Done {
            throw new Error('no key');
          }
        }
        return new Life(new NoKey({ modelName: 'm', scheduler: time }));
      },
    };

    it.each(Object.entries(turnedAway))('when %s', (_name, make) => {
      const { events, ends } = make(new VirtualTime());

      expect(ends).toHaveLength(1);
      expect(['queued', 'started', 'usage']).toEqual(
        expect.arrayContaining(events.map(({ type }) => type)),
      );
    });
  });
});

describe('Service.callEvents, a listener', () => {
  it('that throws harms nobody', () =>
    marbles(({ flush }) => {
      const unhandled: unknown[] = [];
      const { onUnhandledError } = config;
      config.onUnhandledError = (error) => unhandled.push(error);
      const time = new VirtualTime();
      const service = echo(time, { maxConcurrentJobs: 1 });
      service.callEvents('a').subscribe(() => {
        throw new Error('mine');
      });
      const other = new Life(service);
      time.flush();
      flush();
      config.onUnhandledError = onUnhandledError;

      expect(unhandled).toHaveLength(5);
      expect(other.ends).toEqual(['|']);
      expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
    }));

  const wayOut = ['queued', 'started', 'value', 'usage', 'result'];

  it.each(wayOut.map((type, index) => [type, index + 1] as const))(
    'that leaves when it hears %s cancels the call, and leaves nothing behind',
    (type, count) => {
      const time = new VirtualTime();
      const service = echo(time, { quotas: [perWindow('requests', 1, 100)] });
      const heard: string[] = [];
      service.events$.subscribe((event) => heard.push(event.type));
      const types = endsOf(service.callEvents('a').pipe(take(count), map((event) => event.type))); // prettier-ignore
      time.advanceTo(50);

      expect(types).toEqual([...wayOut.slice(0, count), '|']);
      const isAnswered = count > 3;
      expect(new Set(heard)).toContain(isAnswered ? 'completed' : 'cancelled');
      expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
      expect(service.toJSON().quotas[0]).toMatchObject({ reserved: 0, used: count > 2 ? 1 : 0 });
      expect(heard.length).toBe(new Set(heard).size);
      expect(type).toBe(types[count - 1]);
    },
  );

  // What the caller does when it hears of a step is told before that step.
  it.each([
    [1, 'queued cancelled'],
    [2, 'queued started cancelled'],
  ])('that leaves after %i events leaves those of events$ in order', (count, steps) => {
    const service = echo(new VirtualTime());
    const heard: string[] = [];
    service.events$.subscribe(({ type }) => heard.push(type));
    service.callEvents('a').pipe(take(count)).subscribe();

    expect(heard.join(' ')).toBe(steps);
  });

  it('that makes another call when it hears queued hears of that first', () => {
    const service = echo(new VirtualTime(), { process: (request) => of(request) });
    const order: string[] = [];
    service
      .callEvents('a')
      .pipe(mergeMap((event) => (event.type === 'queued' ? service.callEvents('b') : of(event))))
      .subscribe(({ type, callId }) => order.push(`${callId} ${type}`));

    const types = ['queued', 'started', 'value', 'usage', 'result'];
    expect(order).toEqual([
      ...types.map((type) => `2 ${type}`),
      ...types.slice(1).map((type) => `1 ${type}`),
    ]);
  });

  const acts: Record<string, (service: Echo) => void> = {
    'makes another call': (service) => void endsOf(service.call('b')),
    closes: (service) => void service.close(),
    'closes and abandons': (service) => void service.close({ abandon: true }),
    'pauses and resumes': (service) => {
      service.pause();
      service.resume();
    },
    'looks at the state and the wait': (service) => {
      service.toJSON();
      service.expectedWait('a');
    },
  };
  const rows = wayOut.flatMap((on) => Object.keys(acts).map((act) => [act, on] as const));

  it.each(rows)('that %s when it hears %s gets one end', (act, on) => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 1, quotas: [perWindow('requests', 9, 100)] });
    const types: string[] = [];
    const ends: unknown[] = [];
    service.callEvents('a').subscribe({
      next: ({ type }) => {
        types.push(type);
        if (type === on) acts[act]!(service);
      },
      error: (error: unknown) => ends.push(error),
      complete: () => ends.push('|'),
    });
    const other = endsOf(service.call('b'));
    time.flush();

    expect(ends).toHaveLength(1);
    expect(types.at(-1)).toBe(ends[0] === '|' ? 'result' : 'failed');
    expect(types).toEqual([...new Set(types)]);
    expect(other).not.toEqual([]);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
    expect(service.toJSON().quotas[0]!.reserved).toBe(0);
  });
});

describe('Service.callEvents, position', () => {
  /** Those behind one that is in flight. */
  function queue(options: Partial<Options> = {}): Echo {
    const service = echo(new VirtualTime(), { maxConcurrentJobs: 1, ...options });
    endsOf(service.call('in flight'));
    return service;
  }

  it('is 1 for the next, and counts those before it', () => {
    const service = queue();
    const lives = [1, 2, 3].map(() => new Life(service));
    const positions = lives.map(({ queued }) => queued.position);
    lives[0]!.subscription.unsubscribe();

    expect(positions).toEqual([1, 2, 3]);
    expect(new Life(service).queued.position).toBe(3);
  });

  it('is 1 for one that starts at once', () => {
    expect(new Life(echo(new VirtualTime())).queued.position).toBe(1);
  });

  it('counts those of the same and of higher priority', () => {
    const service = queue();
    for (const priority of [0, 0, 5, 5, 5, -1]) endsOf(service.call('x', { priority }));
    const positionOf = (priority: number) => new Life(service, 'a', { priority }).queued.position;

    expect([9, 5, 1, 0, -1, -2].map(positionOf)).toEqual([1, 5, 6, 9, 11, 12]);
  });

  it('counts of another tenant what that gets in the meantime', () => {
    const service = queue();
    for (const tenant of ['ada', 'ada', 'ada', 'ada']) endsOf(service.call('x', { tenant }));
    const bob = [1, 2, 3].map(() => new Life(service, 'a', { tenant: 'bob' }).queued.position);

    expect(bob).toEqual([2, 4, 6]);
    expect(new Life(service, 'a', { tenant: 'ada' }).queued.position).toBe(8);
  });

  it('weighs tenants', () => {
    const service = queue({ tenantWeights: { ada: 3 } });
    for (const tenant of ['ada', 'ada', 'ada', 'ada', 'ada']) endsOf(service.call('x', { tenant }));

    const bob = [1, 2].map(() => new Life(service, 'a', { tenant: 'bob' }).queued.position);

    // After the first of ada's he goes, then two of hers; then both have had the same, he longer ago.
    expect(bob).toEqual([2, 5]);
  });

  // It had been 2.25: somebody shows it.
  it('is a whole number, whatever calls cost', () => {
    const service = queue({ costOf: (request) => ({ tokens: request.length }) });
    for (const tenant of ['ada', 'ada', 'ada']) endsOf(service.call('aaaa', { tenant }));
    const { position } = new Life(service, 'bbbbb', { tenant: 'bob' }).queued;

    expect(position).toBe(Math.round(position));
  });
});

describe('Service.callEvents, expectedStart', () => {
  /** When each of so many calls, made now, is expected to start, and does. */
  function starts(time: VirtualTime, service: Echo, options: readonly CallOptions[]) {
    const lives = options.map((one) => new Life(service, 'a', one));
    time.flush();
    return {
      expected: lives.map(({ queued }) => queued.expectedStart),
      real: lives.map(({ startedAt }) => startedAt),
    };
  }

  const six = Array.from({ length: 6 }, () => ({}));

  it('is now for a call that starts at once', () => {
    const time = new VirtualTime();
    time.advanceTo(5);

    expect(new Life(echo(time)).queued.expectedStart).toBe(5);
  });

  it('is when a permit comes back, as long as runs take', () => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 2 });
    endsOf(service.call('a'));
    time.advanceTo(100);
    const { expected, real } = starts(time, service, six);

    expect(expected).toEqual([100, 100, 110, 110, 120, 120]);
    expect(real).toEqual(expected);
  });

  it.each([
    ['sliding-window', [7, 7, 107, 107, 207, 207]],
    ['fixed-window', [7, 7, 100, 100, 200, 200]],
    ['token-bucket', [7, 7, 57, 107, 157, 207]],
  ] as const)('is when a quota lets it, in a %s', (model, at) => {
    const time = new VirtualTime();
    const requests = { unit: 'requests', limit: 2, windowMs: 100, marginMs: 0, model };
    const service = echo(time, { quotas: [quota(requests)] });
    time.advanceTo(7);
    const { expected, real } = starts(time, service, six);

    // What refills may be a rounding ahead of the whole ms at which timers ring.
    expect(expected.map((start) => Math.ceil(start!))).toEqual(at);
    expect(real).toEqual(at);
  });

  it('is when all quotas let it', () => {
    const time = new VirtualTime();
    const quotas = [perWindow('requests', 4, 100), perWindow('tokens', 30, 300)];
    const service = echo(time, { quotas, costOf: () => ({ tokens: 10 }) });
    const { expected, real } = starts(time, service, six);

    expect(expected).toEqual([0, 0, 0, 300, 300, 300]);
    expect(real).toEqual(expected);
  });

  it('is when both permits and quotas let it', () => {
    const time = new VirtualTime();
    const service = echo(time, { quotas: [perWindow('requests', 4, 100)], maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    time.advanceTo(20);
    const { expected, real } = starts(time, service, six.slice(3));

    expect(expected).toEqual([20, 30, 40]);
    expect(real).toEqual(expected);
  });

  it('goes by priority', () => {
    const time = new VirtualTime();
    const service = echo(time, { quotas: [perWindow('requests', 1, 100)] });
    const { expected, real } = starts(time, service, [{}, {}, { priority: 1 }, { priority: -1 }]);

    expect(expected).toEqual([0, 100, 100, 300]);
    expect(real).toEqual([0, 200, 100, 300]);
  });

  it('is when a gate reopens', () => {
    const time = new VirtualTime();
    const process: Options['process'] = (request) =>
      request === 'x' ? throwError(() => providerError(429, { 'retry-after': '2' })) : of(request);
    const service = echo(time, { process, retry: { maxAttempts: 1 } });
    endsOf(service.call('x'));
    time.advanceTo(500);
    const { expected, real } = starts(time, service, [{}]);

    expect(expected).toEqual([2_000]);
    expect(real).toEqual(expected);
  });

  it.each<[string, () => Echo]>([
    [
      'it is paused',
      () => {
        const service = echo(new VirtualTime());
        service.pause();
        return service;
      },
    ],
    ['a live bound has not emitted', () => echo(new VirtualTime(), { maxConcurrentJobs: NEVER })],
    [
      'a live bound is 0',
      () => {
        const bound$ = new Subject<number>();
        const service = echo(new VirtualTime(), { maxConcurrentJobs: bound$ });
        bound$.next(0);
        return service;
      },
    ],
    [
      'a live limit has not emitted',
      () =>
        echo(new VirtualTime(), {
          quotas: [quota({ unit: 'requests', limit: NEVER, windowMs: 9 })],
        }),
    ],
  ])('is not known while %s', (_when, make) => {
    expect(new Life(make()).queued.expectedStart).toBeUndefined();
  });

  const full = () => {
    const service = echo(new VirtualTime(), { maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    return service;
  };

  // It said: now, though blockedBy said that nobody knows.
  it('is not known while all permits are used and no run has ended', () => {
    expect(new Life(full()).queued.expectedStart).toBeUndefined();
  });

  // It said: now.
  it('is not known while resources are acquired', () => {
    class Starting extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
      override acquireResources(): Done {
        return NEVER;
      }
    }

    expect(new Life(new Starting({ modelName: 'm' })).queued.expectedStart).toBeUndefined();
  });

  // All behind the oldest run were taken to start when it ends.
  it('is when its own permit comes back, not the first', () => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 2 });
    endsOf(service.call('a'));
    time.advanceTo(100);
    endsOf(service.call('a'));
    time.advanceTo(108);
    endsOf(service.call('a'));
    const { expected, real } = starts(time, service, six.slice(2));

    expect(real).toEqual([110, 118, 120, 128]);
    expect(expected).toEqual(real);
  });
});

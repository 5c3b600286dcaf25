import {
  BehaviorSubject,
  finalize,
  firstValueFrom,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  type CallOptions,
  LLMService,
  type LLMServiceOptions,
  quota,
  type ServiceEvent,
} from '../src/index.js';
import { seededRandom } from '../src/retry/seeded-random.js';
import { errorOf } from './support/error-of.js';
import { marbles } from './support/marbles.js';
import { BROKEN, endsOf, playing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

const perSecond = (unit: string, limit: number) =>
  quota({ unit, limit, windowMs: 1_000, marginMs: 0 });

/** A promise, and what settles it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}

const turns = async (count = 5) => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};

/** One call at a time, of the tokens that its request says; notes which were started. */
class Station {
  readonly time = new VirtualTime();
  readonly started: string[] = [];
  readonly service: LLMService<string, string>;
  readonly used: number[] = [];

  constructor(options: Partial<LLMServiceOptions> = {}) {
    this.service = LLMService.of<string, string>({
      modelName: 'm',
      scheduler: this.time,
      quotas: [perSecond('tokens', 100)],
      ...options,
      costOf: (request) => Number(request.split(' ')[1]),
      process: (request) => {
        this.started.push(request);
        return NEVER;
      },
    });
    this.service.usage$.subscribe(({ tokens = 0 }) => this.used.push(tokens));
  }

  /** Takes all but 40, and what comes then must wait. */
  fill(): void {
    endsOf(this.service.call('first 60'));
  }
}

/** Those behind do not move up in the very turn, as they may leave in it too, but at its instant. */
const letPass = (time: VirtualTime, leave: () => void) => () => {
  leave();
  time.advance(0);
};

/** How a caller leaves; what he is told, if anything. */
const WAYS: Record<string, (station: Station) => { leave: () => void; told: unknown[] }> = {
  unsubscribing: ({ service, time }) => {
    const told: unknown[] = [];
    const error = (fault: unknown) => told.push(fault);
    const calling = service.call('left 70').subscribe({ error });
    return { leave: letPass(time, () => calling.unsubscribe()), told };
  },
  'the signal of call': ({ service, time }) => {
    const controller = new AbortController();
    const told = endsOf(service.call('left 70', { signal: controller.signal }));
    return { leave: letPass(time, () => controller.abort('enough')), told };
  },
  'the signal of callAsync': ({ service, time }) => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const { signal } = controller;
    service.callAsync('left 70', { signal }).catch((fault: unknown) => told.push(fault));
    return { leave: letPass(time, () => controller.abort('enough')), told };
  },
  'a timeout': ({ service, time }) => {
    const told = endsOf(service.call('left 70', { timeout: 5 }));
    return { leave: () => time.advanceTo(5), told };
  },
};

describe('Service, a queued call that is cancelled', () => {
  describe.each(Object.keys(WAYS))('by %s', (way) => {
    it('is gone at once, has taken nothing, and those behind move up at the same instant', async () => {
      const station = new Station();
      station.fill();
      const { leave, told } = WAYS[way]!(station);
      endsOf(station.service.call('behind 40'));
      expect(station.service.toJSON()).toMatchObject({ queued: 2, inFlight: 1 });
      station.used.length = 0;
      leave();

      expect(station.service.toJSON()).toMatchObject({ queued: 0, inFlight: 2 });
      expect(station.started).toEqual(['first 60', 'behind 40']);
      // Only what moved up has been charged.
      expect(station.used).toEqual([100]);
      await turns();
      expect(told).toHaveLength(way === 'unsubscribing' ? 0 : 1);
    });

    it('leaves usage$ as it was, and no timer', () => {
      const station = new Station();
      station.fill();
      const usedBefore = [...station.used];
      const timers = station.time.timers;
      const { leave } = WAYS[way]!(station);
      leave();

      expect(station.used).toEqual(usedBefore);
      expect(station.time.timers).toBe(timers);
      expect(station.service.toJSON().quotas).toMatchObject([{ used: 60, reserved: 60 }]);
    });

    it('never runs, though there is room later', () => {
      const station = new Station({ maxConcurrentJobs: 1 });
      const first = station.service.call('first 60').subscribe();
      const { leave } = WAYS[way]!(station);
      leave();
      first.unsubscribe();
      station.time.advance(2_000);

      expect(station.started).toEqual(['first 60']);
      expect(station.service.toJSON()).toMatchObject(EMPTY_STATE);
    });
  });

  it('by close({ abandon }): none of those that are queued runs', async () => {
    const station = new Station();
    station.fill();
    const requests = ['fits 40', 'queued 50', 'queued 1'];
    const ends = requests.map((request) => endsOf(station.service.call(request)));
    expect(station.service.toJSON()).toMatchObject({ queued: 2, inFlight: 2 });
    station.used.length = 0;
    await station.service.close({ abandon: true });

    const closed = [expect.objectContaining({ code: 'SERVICE_CLOSED' })];
    expect(ends).toEqual([closed, closed, closed]);
    expect([station.started, station.used]).toEqual([['first 60', 'fits 40'], []]);
    expect(station.service.toJSON()).toMatchObject({ ...EMPTY_STATE, status: 'closed' });
  });

  it('by close({ abandon }): none runs though a bound is raised meanwhile', () => {
    const bound$ = new BehaviorSubject(1);
    const station = new Station({ maxConcurrentJobs: bound$, quotas: [] });
    for (const request of ['a 1', 'b 1', 'c 1', 'd 1']) {
      station.service.call(request).subscribe({ error: () => bound$.next(bound$.value + 1) });
    }
    void station.service.close({ abandon: true });

    expect(station.started).toEqual(['a 1']);
    expect(station.service.toJSON().throughput).toMatchObject({ completed: 0, failed: 4 });
  });

  it('tells in events$ that it was cancelled, how long it had waited, and no usage', () => {
    const { service, time } = new Station({ maxConcurrentJobs: 1 });
    const events: ServiceEvent[] = [];
    service.events$.subscribe((event) => events.push(event));
    endsOf(service.call('first 60'));
    const leaving = service.call('left 70', { label: 'l', tenant: 't' }).subscribe();
    time.advanceTo(7);
    leaving.unsubscribe();

    expect(events.at(-1)).toEqual({
      ...{ type: 'cancelled', callId: 2, label: 'l', tenant: 't', priority: 0, at: 7 },
      ...{ attempt: 1, waitMs: 7, runMs: undefined },
    });
  });

  it.each([1, 2, 3])(
    'is one of 1,000, half of which leave in random order: the rest keep theirs, seed %d',
    (seed) => {
      const random = seededRandom(seed);
      const started: number[] = [];
      const gate$ = new Subject<never>();
      const process = (request: string) => {
        started.push(Number(request));
        return request === '-1' ? gate$ : of(request);
      };
      const service = serviceOf(process, { maxConcurrentJobs: 1 });
      endsOf(service.call('-1'));
      const calls = Array.from({ length: 1_000 }, (_, n) => service.call(String(n)).subscribe());
      const drawn = calls.map((_, n) => ({ n, by: random() }));
      drawn.sort((one, other) => one.by - other.by);
      const leaving = drawn.slice(0, 500).map(({ n }) => n);
      for (const n of leaving) calls[n]!.unsubscribe();
      expect(service.toJSON()).toMatchObject({ queued: 500, throughput: { cancelled: 500 } });
      gate$.complete();

      const rest = calls.map((_, n) => n).filter((n) => !leaving.includes(n));
      expect(started).toEqual([-1, ...rest]);
      expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    },
  );

  it.each([1, 4])(
    'is one of many of one signal: none of them is sent to the provider as others leave, %d at a time',
    (maxConcurrentJobs) => {
      const station = new Station({ maxConcurrentJobs, quotas: [perSecond('tokens', 1_000)] });
      const controller = new AbortController();
      const { signal } = controller;
      const ends = Array.from({ length: 50 }, () =>
        endsOf(station.service.call('x 1', { signal })),
      );
      controller.abort('enough');

      expect(ends).toEqual(ends.map(() => ['enough']));
      expect(station.started).toHaveLength(maxConcurrentJobs);
      expect(station.service.toJSON()).toMatchObject({
        ...EMPTY_STATE,
        quotas: [{ used: maxConcurrentJobs }],
      });
    },
  );

  it('is one of many of one signal, and told before its service closes', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const controller = new AbortController();
    const steps: string[] = [];
    station.service.events$.subscribe({
      next: ({ type, callId = 0 }) => steps.push(`${type} ${callId}`),
      complete: () => steps.push('|'),
    });
    for (let n = 0; n < 3; n++) {
      endsOf(station.service.call('x 1', { signal: controller.signal }));
    }
    const closed = station.service.close();
    controller.abort('enough');
    await closed;

    // In whichever order: before the end.
    expect(steps.at(-1)).toBe('|');
    expect(steps.slice(-4, -1).sort()).toEqual(['cancelled 1', 'cancelled 2', 'cancelled 3']);
  });

  it('is one of many of one signal: none of them takes of the quota, not even for a moment', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const controller = new AbortController();
    for (let n = 0; n < 5; n++) {
      endsOf(station.service.call('x 10', { signal: controller.signal }));
    }
    station.used.length = 0;
    controller.abort('enough');

    expect(station.used).toEqual([]);
  });

  it('lets others of another signal start as those of one leave', () => {
    const station = new Station({ maxConcurrentJobs: 1, quotas: [] });
    const controller = new AbortController();
    endsOf(station.service.call('first 1', { signal: controller.signal }));
    endsOf(station.service.call('other 1', { signal: new AbortController().signal }));
    controller.abort();
    station.time.advance(0);

    expect(station.started).toEqual(['first 1', 'other 1']);
  });

  it('leaves no listener on its signal', () => {
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const station = new Station({ maxConcurrentJobs: 1 });
    const calls = ['a 1', 'b 1', 'c 1'].map((request) =>
      station.service.call(request, { signal }).subscribe(),
    );
    for (const call of calls) call.unsubscribe();

    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
    expect(added.mock.calls.length).toBeGreaterThan(0);
  });

  it.each<[string, CallOptions]>([
    ['no times', {}],
    ['times', { timeout: 50, queueTimeout: 50, deadline: 50 }],
  ])(
    'by its own first event, with %s: it never starts, and nothing is left of it',
    (_what, own) => {
      const station = new Station();
      const timers = station.time.timers;
      const told: string[] = [];
      const first$ = station.service.callEvents('x 10', own).pipe(take(1));
      first$.subscribe(({ type }) => told.push(type));

      expect([told, station.started]).toEqual([['queued'], []]);
      expect(station.service.toJSON()).toMatchObject(EMPTY_STATE);
      expect(station.time.timers).toBe(timers);
    },
  );

  it('by who hears of its being queued: it never starts', () => {
    const station = new Station();
    let leave = () => {};
    station.service.events$.subscribe(({ type }) => {
      if (type === 'queued') leave();
    });
    const told: unknown[] = [];
    const controller = new AbortController();
    leave = () => controller.abort('enough');
    station.service.call('x 1', { signal: controller.signal, timeout: 5 }).subscribe({
      error: (error: unknown) => told.push(error),
    });

    expect([station.started, told]).toEqual([[], ['enough']]);
    expect(station.service.toJSON()).toMatchObject(EMPTY_STATE);
  });
});

describe('Service, a call in flight that is cancelled', () => {
  it('has its signal fired and its work torn down, its permit comes back then', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('-----a|');
      const signals: AbortSignal[] = [];
      const process = (_: string, { signal }: CallContext) => {
        signals.push(signal);
        return work;
      };
      const service = serviceOf(process, { maxConcurrentJobs: 1 });
      expectObservable(service.call('a'), '^--!').toBe('----');
      expectObservable(service.call('b')).toBe('--------a|');
      expectSubscriptions(work.subscriptions).toBe(['^--!', '---^-----!']);
      timer(3).subscribe(() =>
        expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]),
      );
    }));

  it('aborts before it tears down, and the next starts after both', () => {
    const log: string[] = [];
    const process = (request: string, { signal }: CallContext) => {
      log.push(`starts ${request}`);
      signal.addEventListener('abort', () => log.push('aborted'));
      return NEVER.pipe(finalize(() => log.push('torn down')));
    };
    const scheduler = new VirtualTime();
    const service = serviceOf(process, { maxConcurrentJobs: 1, scheduler });
    const first = service.call('a').subscribe();
    service.call('b').subscribe();
    first.unsubscribe();
    scheduler.advance(0);

    expect(log).toEqual(['starts a', 'aborted', 'torn down', 'starts b']);
  });

  it.each<[string, number[], number]>([
    ['what was reported', [3, 7], 7],
    ['its estimate where nothing was', [], 60],
    ['more than its estimate', [3, 90], 90],
    ['nothing', [0], 0],
  ])('is settled to %s', (_what, reports, tokens) => {
    const scheduler = new VirtualTime();
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', scheduler, quotas: [perSecond('tokens', 100)], costOf: () => 60 },
      process: (_, context) =>
        timer(1, 1, scheduler).pipe(
          map((n) => {
            const used = reports[n];
            if (used !== undefined) context.reportUsage({ tokens: used });
            return 'piece';
          }),
        ),
    });
    const events: ServiceEvent[] = [];
    service.events$.subscribe((event) => events.push(event));
    const calling = service.call('x').subscribe();
    scheduler.advanceTo(5);
    calling.unsubscribe();

    expect(service.toJSON().quotas).toMatchObject([{ used: tokens, reserved: 0 }]);
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', isEstimated: true, runMs: 5 });
  });

  it('lets another go at that very instant by what it has not used', () => {
    const scheduler = new VirtualTime();
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', scheduler, quotas: [perSecond('tokens', 100)] },
      costOf: () => 60,
      process: (request, context) => {
        context.reportUsage({ tokens: 10 });
        return request === 'a' ? NEVER : of(request);
      },
    });
    const calling = service.call('a').subscribe();
    const ends = endsOf(service.call('b'));
    expect(ends).toEqual([]);
    calling.unsubscribe();
    scheduler.advance(0);

    expect(ends).toEqual(['b', '|']);
  });

  describe('of a promise that ignores the signal', () => {
    it.each([
      ['resolves', 'resolve'],
      ['rejects', 'reject'],
    ] as const)('holds its permit until that %s', async (_how, settle) => {
      const work = deferred<string>();
      const process: Process = (request) => (request === 'a' ? work.promise : of(request));
      const service = serviceOf(process, { maxConcurrentJobs: 1 });
      const steps = stepsOf(service).map((step) => step);
      const told: unknown[] = [];
      const observer = { next: (a: unknown) => told.push(a), error: (e: unknown) => told.push(e) };
      const calling = service.call('a').subscribe(observer);
      const ends = endsOf(service.call('b'));
      calling.unsubscribe();
      await turns();
      expect([ends, service.toJSON().inFlight]).toEqual([[], 1]);
      work[settle]('too late');
      await turns();

      expect(ends).toEqual(['b', '|']);
      expect([told, steps]).toEqual([[], []]);
      expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, throughput: { cancelled: 1 } });
    });

    it('frees it once, and holds up neither onIdle nor close when it has', async () => {
      const work = deferred<string>();
      const service = serviceOf(() => work.promise, { maxConcurrentJobs: 2 });
      service.call('a').subscribe().unsubscribe();
      let isIdle = false;
      void service.onIdle().then(() => (isIdle = true));
      await turns();
      expect(isIdle).toBe(false);
      work.resolve('too late');
      await turns();

      expect(isIdle).toBe(true);
      await service.close();
      expect(service.toJSON()).toMatchObject({ inFlight: 0, status: 'closed' });
    });
  });

  describe('of an async iterable', () => {
    function iterableOf(returned: Promise<IteratorResult<string>>) {
      const log: string[] = [];
      const iterator: AsyncIterator<string> = {
        next: () => {
          log.push('next');
          return new Promise(() => {});
        },
        return: () => {
          log.push('return');
          return returned;
        },
      };
      return { log, iterable: { [Symbol.asyncIterator]: () => iterator } };
    }

    it.each(['resolved', 'rejected'])(
      'is told to return, once, and holds its permit until that has %s',
      async (how) => {
        const returned = deferred<IteratorResult<string>>();
        const { iterable, log } = iterableOf(returned.promise);
        const process: Process = (request) => (request === 'a' ? iterable : of(request));
        const service = serviceOf(process, { maxConcurrentJobs: 1 });
        const calling = service.call('a').subscribe();
        const ends = endsOf(service.call('b'));
        calling.unsubscribe();
        await turns();
        expect([ends, log]).toEqual([[], ['next', 'return']]);
        if (how === 'resolved') returned.resolve({ done: true, value: undefined });
        else returned.reject(new Error('no return'));
        await turns();

        expect(ends).toEqual(['b', '|']);
        expect(log).toEqual(['next', 'return']);
      },
    );

    it('that is a generator runs its finally, and its permit comes back', async () => {
      const log: string[] = [];
      const process: Process = (request) => (request === 'a' ? pieces() : of(request));
      async function* pieces() {
        try {
          yield 'one';
          yield 'two';
        } finally {
          log.push('finally');
        }
      }
      const service = serviceOf(process, { maxConcurrentJobs: 1 });
      const told: string[] = [];
      const calling = service.call('a').subscribe((piece) => {
        told.push(piece);
        calling.unsubscribe();
      });
      await expect(service.callAsync('b')).resolves.toBe('b');

      expect([told, log]).toEqual([['one'], ['finally']]);
    });
  });

  it('by its signal in its own response: gets the reason, and nothing after it', () => {
    const controller = new AbortController();
    const service = serviceOf(() => of('a', 'b'));
    const told: unknown[] = [];
    service.call('x', { signal: controller.signal }).subscribe({
      next: (answer) => {
        told.push(answer);
        controller.abort('enough');
      },
      error: (error: unknown) => told.push(error),
      complete: () => told.push('|'),
    });

    expect(told).toEqual(['a', 'enough']);
  });

  it('is not tried again when its work answers the signal with an error that may pass', () => {
    const process = jest.fn(
      (_: string, { signal }: CallContext) =>
        new Observable<string>((subscriber) => {
          signal.addEventListener('abort', () =>
            subscriber.error(Object.assign(new Error('aborted'), { status: 500 })),
          );
        }),
    );
    const scheduler = new VirtualTime();
    const service = serviceOf(process, { scheduler });
    service.call('x').subscribe().unsubscribe();
    scheduler.flush();

    expect(process).toHaveBeenCalledTimes(1);
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, throughput: { cancelled: 1 } });
  });
});

describe('Service, a call between two tries that is cancelled', () => {
  it.each(['unsubscribing', 'the signal', 'abandoning'])('is gone at once by %s', (way) => {
    marbles(({ cold, expectObservable, flush }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      const controller = new AbortController();
      const steps = stepsOf(service);
      const call$ = service.call('--# a|', { signal: controller.signal });
      const told = { unsubscribing: '-----', 'the signal': '---#', abandoning: '---#' }[way]!;
      const error =
        way === 'the signal' ? 'enough' : expect.objectContaining({ code: 'SERVICE_CLOSED' });
      timer(3).subscribe(() => {
        if (way === 'the signal') controller.abort('enough');
        if (way === 'abandoning') void service.close({ abandon: true });
      });
      expectObservable(call$, way === 'unsubscribing' ? '^--!' : '^').toBe(told, undefined, error);
      flush();
      expect(service.toJSON()).toMatchObject(EMPTY_STATE);
      expect(steps.slice(-1)).toEqual([`3: 1 ${way === 'abandoning' ? 'failed' : 'cancelled'} 2`]);
    });
  });

  it.each([0, 1])('is gone by who hears of its failed try, of a wait of %d', (random) => {
    const scheduler = new VirtualTime();
    const process = jest.fn(() => throwError(() => BROKEN));
    const service = serviceOf(process, { scheduler, retry: { random: () => random } });
    const controller = new AbortController();
    service.events$.subscribe(({ type }) => {
      if (type === 'retrying') controller.abort('enough');
    });
    const ends = endsOf(service.call('x', { signal: controller.signal }));
    scheduler.flush();

    expect([ends, scheduler.now()]).toEqual([['enough'], 0]);
    expect(process).toHaveBeenCalledTimes(1);
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, throughput: { cancelled: 1 } });
  });

  it('leaves no timer', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => new Observable((s) => s.error({ status: 500 })), { scheduler });
    const calling = service.call('x').subscribe();
    expect(service.toJSON().retrying).toBe(1);
    calling.unsubscribe();

    expect(scheduler.timers).toBe(0);
  });
});

describe('Service, callers that clean up with a fault', () => {
  const faulty = <T>(call$: Observable<T>) =>
    call$.pipe(
      finalize(() => {
        throw new Error('a fault of the caller');
      }),
    );

  it.each<[string, (work$: Subject<string>) => void]>([
    ['completes', (work$) => work$.complete()],
    ['fails', (work$) => work$.error(new Error('no'))],
  ])('give their permit back when a call %s', (_how, end) => {
    const work$ = new Subject<string>();
    const process: Process = (request) => (request === 'a' ? work$ : of(request));
    const service = serviceOf(process, { maxConcurrentJobs: 1, retry: { maxAttempts: 1 } });
    const report = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never);
    endsOf(faulty(service.call('a')));
    const ends = endsOf(service.call('b'));
    errorOf(() => end(work$));
    report.mockRestore();

    expect(ends).toEqual(['b', '|']);
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });

  it('give it back when they leave', () => {
    const service = serviceOf((request) => (request === 'a' ? NEVER : of(request)), {
      maxConcurrentJobs: 1,
    });
    const calling = faulty(service.call('a')).subscribe();
    errorOf(() => calling.unsubscribe());

    expect(endsOf(service.call('b'))).toEqual(['b', '|']);
  });
});

describe('Service, cancelling without end', () => {
  it('leaves nothing of 2,000 calls that leave as they come', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const first = station.service.call('first 1').subscribe();
    for (let n = 0; n < 2_000; n++) {
      station.service.call('x 1', { timeout: 10, deadline: 10 }).subscribe().unsubscribe();
    }
    first.unsubscribe();

    expect(station.started).toEqual(['first 1']);
    expect(station.service.toJSON()).toMatchObject(EMPTY_STATE);
    expect((await firstValueFrom(station.service.usage$))['tokens']).toBe(1);
    expect(station.time.timers).toBeLessThanOrEqual(1);
  });
});

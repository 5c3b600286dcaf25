import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import {
  asapScheduler,
  BehaviorSubject,
  filter,
  finalize,
  firstValueFrom,
  forkJoin,
  from,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  Subject,
  Subscription,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import {
  InMemoryRateTracker,
  LLMService,
  type LLMServiceOptions,
  quota,
  sharedQuota,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { VirtualTime } from './support/virtual-time.js';

// A cancel button on a batch of 50 started all 50, and charged them: RxJS unsubscribes from one after the other,
// those in flight first; each that left let the next one out, which was sent to the provider, and left then.

const perMinute = (unit: string, limit: number) =>
  quota({ unit, limit, windowMs: 60_000, marginMs: 0 });

/** Requests such as `'a 40 10'`: a name, what it costs, and what it reports to have used, at once. */
class Station {
  readonly time = new VirtualTime();
  readonly started: string[] = [];
  readonly service: LLMService<string, string>;
  /** Answers of the calls in flight, by request. */
  readonly answers$ = new Subject<string>();

  constructor(options: Partial<LLMServiceOptions> = {}, time?: VirtualTime) {
    if (time) this.time = time;
    this.service = LLMService.of<string, string>({
      ...{ modelName: 'm', scheduler: this.time, maxConcurrentJobs: 2 },
      ...(!options.rateTracker && { quotas: [perMinute('tokens', 1_000)] }),
      ...options,
      costOf: (request) => Number(request.split(' ')[1]),
      process: (request, context) => {
        this.started.push(request);
        const used = request.split(' ')[2];
        if (used !== undefined) context.reportUsage({ tokens: Number(used) });
        return this.answers$.pipe(
          filter((answer) => answer === request),
          take(1),
        );
      },
    });
  }

  get state() {
    return this.service.toJSON();
  }
}

/** Otherwise they would be those of the spec. */
function catchFaultsOfAsap(): readonly unknown[] {
  const faults: unknown[] = [];
  const flush = asapScheduler.flush.bind(asapScheduler);
  jest.spyOn(asapScheduler, 'flush').mockImplementation((action) => {
    try {
      flush(action);
    } catch (fault) {
      faults.push(fault);
    }
  });
  return faults;
}

afterEach(() => {
  jest.restoreAllMocks();
});

const jobs = Array.from({ length: 50 }, (_, n) => `${n} 1`);
const IDLE = { queued: 0, inFlight: 0, retrying: 0 };

describe('Service, a batch that is cancelled', () => {
  it.each<[string, (station: Station) => Observable<unknown>]>([
    [
      'mergeMap',
      (station: Station) => from(jobs).pipe(mergeMap((job) => station.service.call(job))),
    ],
    ['forkJoin', (station: Station) => forkJoin(jobs.map((job) => station.service.call(job)))],
    ['merge', (station: Station) => merge(...jobs.map((job) => station.service.call(job)))],
    [
      'mergeMap and take',
      (station: Station) =>
        from(jobs).pipe(mergeMap((job) => station.service.call(job).pipe(take(1)))),
    ],
  ])('made by %s: nothing starts, nothing is charged, no timer is left', (_by, batch) => {
    const station = new Station();
    const stop$ = new Subject<void>();
    batch(station).pipe(takeUntil(stop$)).subscribe();
    expect(station.started).toEqual(['0 1', '1 1']);
    stop$.next();

    expect(station.time.timers).toBe(0);
    station.time.flush();
    expect(station.started).toEqual(['0 1', '1 1']);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 2 }] });
    expect(station.state.throughput).toMatchObject({ cancelled: 50 });
  });

  it.each<[string, (batch: AbortController) => AbortSignal]>([
    ['made of one by AbortSignal.any', ({ signal }) => AbortSignal.any([signal])],
    [
      'that are aborted one after the other',
      ({ signal }) => {
        const own = new AbortController();
        signal.addEventListener('abort', () => own.abort(signal.reason));
        return own.signal;
      },
    ],
  ])('by signals %s', (_how, signalOf) => {
    const station = new Station();
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const told: unknown[] = [];
    for (const job of jobs)
      station.service.call(job, { signal: signalOf(controller) }).subscribe({
        error: (error: unknown) => told.push(error),
      });
    controller.abort('enough');
    expect(station.time.timers).toBe(0);
    station.time.flush();

    expect(told).toEqual(jobs.map(() => 'enough'));
    expect(station.started).toEqual(['0 1', '1 1']);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 2 }] });
  });

  it('in marbles, by takeUntil(timer)', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const started: string[] = [];
      const service = LLMService.of<string, string>({
        ...{ modelName: 'm', maxConcurrentJobs: 2, quotas: [perMinute('requests', 1_000)] },
        process: (request) => {
          started.push(request);
          return cold('-----a|');
        },
      });
      const batch$ = from(jobs).pipe(mergeMap((job) => service.call(job)));
      expectObservable(batch$.pipe(takeUntil(timer(2)))).toBe('--|');
      flush();

      expect(started).toHaveLength(2);
      expect(service.toJSON()).toMatchObject({ ...IDLE, quotas: [{ used: 2 }] });
    }));

  it('in real time', async () => {
    const started: string[] = [];
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', maxConcurrentJobs: 2 },
      process: (request) => {
        started.push(request);
        return request === 'other' ? of('answer') : NEVER;
      },
    });
    const stop$ = new Subject<void>();
    const batch$ = from(jobs).pipe(mergeMap((job) => service.call(job)));
    batch$.pipe(takeUntil(stop$)).subscribe();
    const other = service.callAsync('other');
    stop$.next();
    expect(started).toHaveLength(2);

    await expect(other).resolves.toBe('answer');
    expect(started).toHaveLength(3);
    await service.onIdle();
    await service.close();
  });

  it('by an answer that was all that was wanted', () => {
    const station = new Station();
    const told: string[] = [];
    const batch$ = from(jobs).pipe(mergeMap((job) => station.service.call(job)));
    batch$.pipe(take(1)).subscribe((answer) => told.push(answer));
    station.answers$.next('1 1');
    station.time.flush();

    expect([told, station.started]).toEqual([['1 1'], ['0 1', '1 1']]);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 2 }] });
  });

  it('by the failure of one of them', () => {
    const started: string[] = [];
    const fail$ = new Subject<never>();
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', maxConcurrentJobs: 2, scheduler: new VirtualTime() },
      process: (request) => {
        started.push(request);
        return fail$;
      },
    });
    const told: unknown[] = [];
    forkJoin(jobs.map((job) => service.call(job))).subscribe({
      error: (e: unknown) => told.push(e),
    });
    fail$.error(new Error('no'));

    expect([told, started]).toEqual([[new Error('no')], ['0 1', '1 1']]);
    expect(service.toJSON()).toMatchObject(IDLE);
  });

  it('with a full quota: none that is smaller is sent as those before it leave', () => {
    const station = new Station({
      maxConcurrentJobs: 100,
      quotas: [perMinute('tokens', 100)],
    });
    const sizes = ['first 60', ...Array.from({ length: 40 }, (_, n) => `${n} ${60 - n}`)];
    const calling = merge(...sizes.map((size) => station.service.call(size))).subscribe();
    calling.unsubscribe();
    expect(station.time.timers).toBe(0);
    station.time.advance(0);

    expect(station.started).toEqual(['first 60']);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 60 }] });
  });

  it('whose calls turn out to use less than was estimated: what they free lets none of it out', () => {
    const station = new Station({
      maxConcurrentJobs: 100,
      quotas: [perMinute('tokens', 100)],
    });
    const calls$ = Array.from({ length: 50 }, (_, n) => station.service.call(`${n} 50 5`));
    const calling = merge(...calls$).subscribe();
    expect(station.started).toHaveLength(2);
    calling.unsubscribe();
    station.time.advance(0);

    expect(station.started).toHaveLength(2);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 10 }] });
  });
});

describe('Service, batches of several that share a quota and are cancelled together', () => {
  function stations(how: 'a tracker' | 'a quota'): readonly Station[] {
    const time = new VirtualTime();
    const tokens = perMinute('tokens', 100);
    const rateTracker = new InMemoryRateTracker({ quotas: [tokens], scheduler: time });
    const shared = sharedQuota(tokens);
    return [1, 2].map(() => {
      const from = how === 'a tracker' ? { rateTracker } : { quotas: [shared] };
      return new Station({ maxConcurrentJobs: 100, ...from }, time);
    });
  }

  it.each(['a tracker', 'a quota'] as const)('of %s: none starts as others leave', (how) => {
    const [east, west] = stations(how) as [Station, Station];
    const calls$ = [east, west].flatMap(({ service }) =>
      Array.from({ length: 20 }, (_, n) => service.call(`${n} 25 5`)),
    );
    const calling = merge(...calls$).subscribe();
    expect([east.started.length, west.started.length]).toEqual([4, 0]);
    calling.unsubscribe();
    east.time.advance(0);

    expect([east.started.length, west.started.length]).toEqual([4, 0]);
    expect([east.state, west.state]).toMatchObject([IDLE, IDLE]);
    expect(east.state.quotas).toMatchObject([{ used: 20 }]);
    expect(east.time.timers).toBe(0);
  });

  it.each(['a tracker', 'a quota'] as const)(
    'of %s: the other’s call that is still wanted starts at the same instant',
    (how) => {
      const [east, west] = stations(how) as [Station, Station];
      const leaving = east.service.call('a 60 5').subscribe();
      const waiting = east.service.call('b 90').subscribe();
      west.service.call('c 70').subscribe();
      leaving.unsubscribe();
      waiting.unsubscribe();
      expect(west.started).toEqual([]);
      east.time.advance(0);

      expect([east.started, west.started]).toEqual([['a 60 5'], ['c 70']]);
      expect(east.time.elapsedMs).toBe(0);
    },
  );
});

describe('Service, several of which share a quota and of which some batches are cancelled', () => {
  const request = fc.record({
    cost: fc.integer({ min: 1, max: 100 }),
    used: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    priority: fc.nat(2),
    who: fc.nat(1),
    isLeft: fc.boolean(),
  });

  it('starts none that is unsubscribed from in that run, and then all that can start', () => {
    const property = fc.property(
      fc.array(request, { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 2 }),
      fc.boolean(),
      (requests, bounds, isTracker) => {
        const time = new VirtualTime();
        const shared = sharedQuota(perMinute('tokens', 100));
        const rateTracker = new InMemoryRateTracker({ quotas: [shared], scheduler: time });
        const limits = isTracker ? { rateTracker } : { quotas: [shared] };
        const stations = bounds.map(
          (maxConcurrentJobs) => new Station({ maxConcurrentJobs, ...limits }, time),
        );
        const leaving = new Subscription();
        for (const [n, { cost, used = '', priority, who, isLeft }] of requests.entries()) {
          const call$ = stations[who]!.service.call(`${n} ${cost} ${used}`.trim(), { priority });
          const calling = call$.subscribe();
          if (isLeft) leaving.add(calling);
        }
        const before = stations.map(({ started }) => started.length);
        leaving.unsubscribe();
        expect(stations.map(({ started }) => started.length)).toEqual(before);
        time.advance(0);

        const started = stations.flatMap((station, n) => station.started.slice(before[n]));
        for (const one of started) expect(requests[Number(one.split(' ')[0])]!.isLeft).toBe(false);
        for (const { state } of stations)
          if (state.queued > 0)
            expect(['permit', 'quota', 'turn']).toContain(state.blockedBy?.reason);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

describe('Service, whose call is unsubscribed from while others wait', () => {
  it('lets the next out at the same instant, and says what is true until then', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const calling = station.service.call('a 1').subscribe();
    station.service.call('b 1').subscribe();
    station.time.advance(5);
    calling.unsubscribe();
    expect(station.state).toMatchObject({ queued: 1, inFlight: 0, blockedBy: undefined });
    expect(station.service.isIdle).toBe(false);
    expect(station.time.nextAt).toBe(5);
    station.time.advance(0);

    expect(station.started).toEqual(['a 1', 'b 1']);
    expect(station.state).toMatchObject({ queued: 0, inFlight: 1, blockedBy: undefined });
    expect(station.time.timers).toBe(0);
  });

  it.each<[string, (station: Station, bound$: Subject<number>) => void]>([
    ['a call that comes', ({ service }) => service.call('d 1').subscribe()],
    ['a call that completes', ({ answers$ }) => answers$.next('other 1')],
    [
      'a pause that ends',
      ({ service }) => {
        service.pause();
        service.resume();
      },
    ],
    ['a call that fails', ({ answers$ }) => answers$.error(new Error('no'))],
    ['a raised bound', (_, bound$) => bound$.next(3)],
  ])('lets it out at once by %s, and waits for nothing more', (_what, happens) => {
    const bound$ = new BehaviorSubject(2);
    const station = new Station({ maxConcurrentJobs: bound$ });
    const calling = station.service.call('a 1').subscribe();
    station.service.call('other 1').subscribe({ error: () => undefined });
    station.service.call('b 1').subscribe({ error: () => undefined });
    calling.unsubscribe();
    expect(station.started).toEqual(['a 1', 'other 1']);
    happens(station, bound$);

    expect(station.started).toEqual(['a 1', 'other 1', 'b 1']);
    expect(station.time.timers).toBe(0);
  });

  it('starts the next at once when switchMap turns to it', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const questions$ = new Subject<string>();
    questions$.pipe(switchMap((question) => station.service.call(question))).subscribe();
    for (const question of ['a 1', 'b 1', 'c 1']) questions$.next(question);

    expect(station.started).toEqual(['a 1', 'b 1', 'c 1']);
    expect(station.state).toMatchObject({ queued: 0, inFlight: 1, quotas: [{ used: 3 }] });
    expect(station.time.timers).toBe(0);
  });

  it('starts the next at once when switchMap turns to it, with a full quota that it has not used', () => {
    const station = new Station({ quotas: [perMinute('tokens', 100)] });
    const questions$ = new Subject<string>();
    questions$.pipe(switchMap((question) => station.service.call(question))).subscribe();
    for (const question of ['a 90 5', 'b 90 5', 'c 90']) questions$.next(question);

    expect(station.started).toEqual(['a 90 5', 'b 90 5', 'c 90']);
    expect(station.state).toMatchObject({ queued: 0, quotas: [{ used: 100 }] });
  });

  it('refuses no call that comes as it leaves, though its queue holds none', () => {
    const station = new Station({ maxConcurrentJobs: 1, queueLimit: 0 });
    const told: unknown[] = [];
    const next$ = station.service.call('b 1');
    const leaving$ = station.service.call('a 1');
    const come = finalize(() => next$.subscribe({ error: (error: unknown) => told.push(error) }));
    const calling = leaving$.pipe(come).subscribe();
    calling.unsubscribe();
    station.time.flush();

    expect([told, station.started]).toEqual([[], ['a 1', 'b 1']]);
  });

  it('closes when the rest has been let out and has ended', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const closed = station.service.close.bind(station.service);
    const calling = station.service.call('a 1').subscribe();
    const ends: string[] = [];
    station.service.call('b 1').subscribe({ complete: () => ends.push('b') });
    let isClosed = false;
    void closed().then(() => (isClosed = true));
    calling.unsubscribe();
    station.time.advance(0);
    expect(station.started).toEqual(['a 1', 'b 1']);
    station.answers$.next('b 1');
    await closed();

    expect([ends, isClosed, station.state.status]).toEqual([['b'], true, 'closed']);
  });

  it('starts nothing when it is abandoned meanwhile, and leaves no timer', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const calling = station.service.call('a 1').subscribe();
    station.service.call('b 1').subscribe({ error: () => undefined });
    calling.unsubscribe();
    await station.service.close({ abandon: true });

    expect(station.time.timers).toBe(0);
    expect(station.started).toEqual(['a 1']);
  });

  it('leaves no timer when the one that it would let out is withdrawn with others of one signal', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const { service, time } = station;
    const controller = new AbortController();
    const calling = service.call('a 1').subscribe();
    service.call('b 1', { signal: controller.signal }).subscribe({ error: () => undefined });
    calling.unsubscribe();
    controller.abort();

    expect([station.started, time.timers]).toEqual([['a 1'], 0]);
  });

  it('leaves no timer when the only one that waits for what was freed leaves by its signal', () => {
    const station = new Station({ quotas: [perMinute('tokens', 100)] });
    const { service, time } = station;
    const controller = new AbortController();
    const calling = service.call('a 90 5').subscribe();
    service.call('b 90', { signal: controller.signal }).subscribe({ error: () => undefined });
    calling.unsubscribe();
    expect(time.nextAt).toBe(0);
    controller.abort();

    expect([station.started, time.timers]).toEqual([['a 90 5'], 0]);
  });

  it('leaves no timer when its tracker is closed meanwhile', () => {
    const time = new VirtualTime();
    const quotas = [perMinute('tokens', 100)];
    const rateTracker = new InMemoryRateTracker({ quotas, scheduler: time });
    const [east, west] = [1, 2].map(() => new Station({ rateTracker }, time).service);
    const a = east!.call('a 90 5').subscribe();
    const b = east!.call('b 90').subscribe();
    west!.call('c 90').subscribe();
    a.unsubscribe();
    rateTracker.close();
    expect(time.timers).toBe(0);
    b.unsubscribe();

    expect(time.timers).toBe(0);
  });

  it('goes on at once when one that it lets out makes another leave', () => {
    const time = new VirtualTime();
    const bound$ = new BehaviorSubject(1);
    const started: string[] = [];
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', maxConcurrentJobs: bound$, scheduler: time },
      process: (request) => {
        started.push(request);
        if (request === 'b') first.unsubscribe();
        return NEVER;
      },
    });
    const first = service.call('a').subscribe();
    for (const request of ['b', 'c']) service.call(request).subscribe();
    bound$.next(2);

    expect([started, time.timers]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('is told idle when the last that waited has left in the same run', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const calling = merge(station.service.call('a 1'), station.service.call('b 1')).subscribe();
    const idle = station.service.onIdle();
    calling.unsubscribe();

    await idle;
    expect(station.started).toEqual(['a 1']);
  });

  it('starts the next in real time though an action of somebody else throws in that turn', async () => {
    const faults = catchFaultsOfAsap();
    const service = LLMService.of<string, string>({
      ...{ modelName: 'm', maxConcurrentJobs: 1 },
      process: (request) => (request === 'a' ? NEVER : of(request)),
    });
    const calling = service.call('a').subscribe();
    const answer = firstValueFrom(service.call('b'));
    asapScheduler.schedule(() => {
      throw new Error('a fault of the application');
    });
    calling.unsubscribe();

    await expect(answer).resolves.toBe('b');
    expect(faults).toEqual([new Error('a fault of the application')]);
  });
});

import {
  BehaviorSubject,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  Subject,
  throwError,
  timer,
} from 'rxjs';
import {
  type FaultEvent,
  LLMService,
  type LLMServiceOptions,
  quota,
  type ServiceEvent,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { endsOf, playing, type Process, serviceOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const liveQuota = (limit: number | Observable<number>, windowMs = 1_000) =>
  quota({ unit: 'requests', limit, windowMs, marginMs: 0 });

const isFault = (event: ServiceEvent): event is FaultEvent => event.type === 'fault';

/** What a fault says, without what is allowed. */
const wordsOf = (error: unknown) => String(error).replace(/; allowed.*/, '');

/** Faults that whoever listens from now on hears of. */
function faultsOf(service: LLMService<string, string>): string[] {
  const faults: string[] = [];
  service.events$.pipe(filter(isFault)).subscribe(({ at, error }) => {
    faults.push(`${at} ${wordsOf(error)}`);
  });
  return faults;
}

/** Runs each for ever; notes what was started. */
function running(options: Partial<LLMServiceOptions>) {
  const started: string[] = [];
  const process: Process = (request) => {
    started.push(request);
    return NEVER;
  };
  const service = serviceOf(process, { scheduler: new VirtualTime(), ...options });
  return { started, service };
}

describe('Service, a live maxConcurrentJobs', () => {
  it('lets those in flight finish when it is lowered, and starts the next when there is room', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const bound = hot('a-b', { a: 3, b: 1 });
      const service = playing(cold, { maxConcurrentJobs: bound });
      expectObservable(service.call('----|')).toBe('----|');
      expectObservable(service.call('------|')).toBe('------|');
      expectObservable(service.call('-----|')).toBe('-----|');
      expectObservable(service.call('d|')).toBe('------d|');
    }));

  it('starts as many more as it is raised by, in the same turn', () => {
    const bound$ = new BehaviorSubject(1);
    const { started, service } = running({ maxConcurrentJobs: bound$ });
    for (const request of 'abcdef') endsOf(service.call(request));
    expect(started.join('')).toBe('a');
    bound$.next(4);
    expect(started.join('')).toBe('abcd');
    bound$.next(Infinity);

    expect(started.join('')).toBe('abcdef');
  });

  it('may be lowered below what is in flight, and raised by less: starts none', () => {
    const bound$ = new BehaviorSubject(3);
    const { started, service } = running({ maxConcurrentJobs: bound$ });
    for (const request of 'abcdef') endsOf(service.call(request));
    for (const bound of [1, 2, 3]) bound$.next(bound);
    expect(started.join('')).toBe('abc');
    bound$.next(4);

    expect(started.join('')).toBe('abcd');
  });

  it('may be 0 for a while', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const bound = hot('a-b---c', { a: 1, b: 0, c: 1 });
      const service = playing(cold, { maxConcurrentJobs: bound });
      expectObservable(service.call('---|')).toBe('---|');
      expectObservable(service.call('b|')).toBe('------b|');
    }));

  it('holds all until its first value', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: hot('---a', { a: 1 }) });
      expectObservable(service.call('a|')).toBe('---a|');
      const bound$ = service.state$.pipe(
        map(({ maxConcurrentJobs }) => maxConcurrentJobs ?? 'unknown'),
        distinctUntilChanged(),
      );
      expectObservable(bound$).toBe('a--b', { a: 'unknown', b: 1 });
    }));

  it('does not let out what the quota holds, nor what is paused', () => {
    const bound$ = new BehaviorSubject(1);
    const { started, service } = running({ maxConcurrentJobs: bound$, quotas: [liveQuota(2)] });
    for (const request of 'abc') endsOf(service.call(request));
    bound$.next(9);
    expect(started.join('')).toBe('ab');
    service.pause();
    bound$.next(10);

    expect(started.join('')).toBe('ab');
  });

  it('may change while calls are let out by it', () => {
    const bound$ = new BehaviorSubject(0);
    const started: string[] = [];
    const process: Process = (request) => {
      started.push(request);
      if (request === 'b') bound$.next(2);
      return NEVER;
    };
    const service = serviceOf(process, { maxConcurrentJobs: bound$ });
    for (const request of 'abcde') endsOf(service.call(request));
    bound$.next(4);

    expect(started.join('')).toBe('ab');
  });
});

describe('Service, a live limit of a quota', () => {
  it('starts queued calls in the same turn when it is raised', () => {
    const limit$ = new BehaviorSubject(1);
    const { started, service } = running({ quotas: [liveQuota(limit$)] });
    for (const request of 'abcd') endsOf(service.call(request));
    expect(started.join('')).toBe('a');
    limit$.next(3);

    expect(started.join('')).toBe('abc');
  });

  it('lets those in flight finish when it is lowered, and lets none out beyond it', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const limit = hot('a-b', { a: 3, b: 1 });
      const service = playing(cold, { quotas: [liveQuota(limit, 10)] });
      expectObservable(service.call('----a|')).toBe('----a|');
      expectObservable(service.call('----b|')).toBe('----b|');
      const late$ = (at: number) => timer(at).pipe(mergeMap(() => service.call('c|')));
      expectObservable(late$(1)).toBe('-c|');
      // Those of 0 leave at 10, that of 1 at 11: only then fewer than one are in the window.
      expectObservable(late$(3)).toBe('-----------c|');
    }));

  it('holds all until its first value', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const service = playing(cold, { quotas: [liveQuota(hot('---a', { a: 2 }))] });
      expectObservable(service.call('a|')).toBe('---a|');
      expectObservable(service.canProcess$).toBe('a--b', { a: false, b: true });
    }));

  it('serves the original pair, rateLimit, too', () => {
    const limit$ = new BehaviorSubject(1);
    const started: string[] = [];
    const service: LLMService<string, string> = LLMService.of<string, string>({
      ...{ modelName: 'm', scheduler: new VirtualTime(), rateLimit: limit$ },
      process: (request: string) => {
        started.push(request);
        service.rateTracker.add(1);
        return NEVER;
      },
    });
    for (const request of 'abc') endsOf(service.call(request));
    expect(started.join('')).toBe('a');
    limit$.next(2);

    expect(started.join('')).toBe('ab');
  });
});

/** Each way to give a live number, and what a fault of it is named. */
const PLACES: [string, (live$: Observable<number>) => Partial<LLMServiceOptions>, string][] = [
  ['bound', (live$) => ({ maxConcurrentJobs: live$ }), 'maxConcurrentJobs'],
  ['limit', (live$) => ({ quotas: [liveQuota(live$)] }), 'quotas[0].limit'],
  ['second limit', (live$) => ({ quotas: [liveQuota(99), liveQuota(live$)] }), 'quotas[1].limit'],
];

describe.each(PLACES)('Service, a live %s that is at fault', (_what, optionsOf, name) => {
  it.each([NaN, -1, -Infinity, 'two', null, undefined, {}])(
    'by a value of %p: is told once, and the last good one stays',
    (value) => {
      const live$ = new BehaviorSubject<number>(2);
      const { started, service } = running(optionsOf(live$));
      const faults = faultsOf(service);
      for (const request of 'abcd') endsOf(service.call(request));
      live$.next(value as number);
      expect(faults).toEqual([expect.stringContaining(`option ${name} is `)]);
      expect(started.join('')).toBe('ab');
      live$.next(3);

      expect(started.join('')).toBe('abc');
      expect(faults).toHaveLength(1);
    },
  );

  it('by an error: is told, and the last good one stays for good', () => {
    const live$ = new BehaviorSubject<number>(2);
    const { started, service } = running(optionsOf(live$));
    const faults = faultsOf(service);
    endsOf(service.call('a'));
    live$.error(new Error('no more'));
    for (const request of 'bcd') endsOf(service.call(request));

    expect(faults).toEqual(['0 Error: no more']);
    expect(started.join('')).toBe('ab');
  });

  it('by its end before any value: is told, also to who listens later, and holds all', () => {
    const { started, service } = running(optionsOf(EMPTY));
    endsOf(service.call('a'));

    expect(faultsOf(service)).toEqual([`0 InvalidOptionError: rxllm: option ${name} is missing`]);
    expect(started).toEqual([]);
  });

  it('by an error before any value: is told that, and no second fault', () => {
    const { service } = running(optionsOf(throwError(() => new Error('no limit'))));

    expect(faultsOf(service)).toEqual(['0 Error: no limit']);
  });

  it('by a bad value and its end: is told of the value', () => {
    const { service } = running(optionsOf(of(-3)));

    expect(faultsOf(service)).toEqual([`0 InvalidOptionError: rxllm: option ${name} is -3`]);
  });

  it('is at no fault when it ends after a value, which stays', () => {
    const { started, service } = running(optionsOf(of(2)));
    for (const request of 'abc') endsOf(service.call(request));

    expect([faultsOf(service), started.join('')]).toEqual([[], 'ab']);
  });

  it('ends neither events$ nor calls', () => {
    const live$ = new Subject<number>();
    const { started, service } = running(optionsOf(concat(of(1), live$)));
    const events: string[] = [];
    service.events$.subscribe({
      next: ({ type }) => events.push(type),
      error: () => events.push('#'),
      complete: () => events.push('|'),
    });
    live$.error(new Error('no more'));
    endsOf(service.call('a'));

    expect([events, started]).toEqual([['fault', 'queued', 'started'], ['a']]);
  });

  it('is listened to no more once the service has closed', async () => {
    const live$ = new BehaviorSubject(1);
    const { service } = running(optionsOf(live$));
    expect(live$.observed).toBe(true);
    await service.close();

    expect(live$.observed).toBe(false);
  });

  // It may be a request for the limit: each subscription makes one.
  it.each<[string, Observable<number>]>([
    ['goes on', concat(of(1), NEVER)],
    ['ends after its value', of(1)],
    ['ends before any', EMPTY],
    ['fails', throwError(() => new Error('no limit'))],
  ])('is subscribed to once: one that %s', (_how, live$) => {
    let times = 0;
    const counted$ = defer(() => {
      times += 1;
      return live$;
    });
    const { service } = running(optionsOf(counted$));
    endsOf(service.call('a'));
    service.state$.subscribe();

    expect(times).toBe(1);
  });
});

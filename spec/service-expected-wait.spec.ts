import {
  BehaviorSubject,
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
  budget,
  type CallOptions,
  type Done,
  InMemoryRateTracker,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  quota,
  type Usage,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { FakeTracker } from './support/fake-tracker.js';
import { providerError } from './support/provider-error.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Echo = LLMService<string, string>;
type Options = LLMServiceOptions & LLMServiceFunctions<string, string>;

const perWindow = (unit: string, limit: number | Observable<number>, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

/** Its calls run for 10 ms, and `long` ones for ever. */
class Scene {
  readonly time = new VirtualTime();
  readonly service: Echo;

  constructor(options: Partial<Options> = {}) {
    this.service = LLMService.of({
      modelName: 'm',
      scheduler: this.time,
      process: (request) =>
        request === 'long' ? NEVER : timer(10, this.time).pipe(map(() => request)),
      ...options,
    });
  }

  call(...requests: string[]): this {
    for (const request of requests) endsOf(this.service.call(request));
    return this;
  }

  advanceTo(at: number): this {
    this.time.advanceTo(at);
    return this;
  }

  /** How long a call is expected to wait, and how long it does then. */
  ask(request = 'a', options: CallOptions = {}): { expected: number; real: number | undefined } {
    const expected = this.service.expectedWait(request, options);
    let real: number | undefined;
    this.service.events$.subscribe((event) => {
      if (event.type === 'started' && event.label === 'asked') real = event.waitMs;
    });
    endsOf(this.service.call(request, { ...options, label: 'asked' }));
    this.time.advance(100_000);
    return { expected, real };
  }
}

const refusing: Options['process'] = (request) =>
  request === 'refused'
    ? throwError(() => providerError(429, { 'retry-after': '2' }))
    : of(request);

/** What is in the way, and for how long. */
const EXACT: Record<string, [() => Scene, number]> = {
  'nothing, before any call': [() => new Scene(), 0],
  'nothing, with others in flight': [() => new Scene({ maxConcurrentJobs: 3 }).call('a', 'a'), 0],
  'nothing, with room in every quota': [
    () => new Scene({ quotas: [perWindow('requests', 2, 100)] }).call('a'),
    0,
  ],
  'a permit': [() => new Scene({ maxConcurrentJobs: 1 }).call('a', 'a').advanceTo(13), 7],
  'permits, behind others': [
    () =>
      new Scene({ maxConcurrentJobs: 2 })
        .call('a')
        .advanceTo(10)
        .call('a', 'a', 'a', 'a', 'a')
        .advanceTo(14),
    16,
  ],
  'a quota': [
    () => new Scene({ quotas: [perWindow('requests', 1, 100)] }).call('a').advanceTo(30),
    70,
  ],
  'a quota, behind others': [
    () => new Scene({ quotas: [perWindow('requests', 2, 100)] }).call('a', 'a', 'a', 'a', 'a'),
    200,
  ],
  'the longest of several quotas': [
    () =>
      new Scene({
        quotas: [perWindow('requests', 1, 100), perWindow('tokens', 10, 300)],
        costOf: () => ({ tokens: 6 }),
      }).call('a'),
    300,
  ],
  'a quota, as its margin wants': [
    () =>
      new Scene({
        quotas: [quota({ unit: 'requests', limit: 1, windowMs: 100, marginMs: 25 })],
      }).call('a'),
    125,
  ],
  'a debt': [
    () =>
      new Scene({
        quotas: [perWindow('tokens', 100, 200)],
        costOf: () => 40,
        usageOf: () => 130,
      })
        .call('a')
        .advanceTo(50),
    150,
  ],
  'a gate': [
    () => new Scene({ process: refusing, retry: { maxAttempts: 1 } }).call('refused').advanceTo(5),
    1_995,
  ],
  'a gate, longer than a quota': [
    () =>
      new Scene({
        process: refusing,
        retry: { maxAttempts: 1 },
        quotas: [perWindow('requests', 1, 1_000)],
      }).call('refused'),
    2_000,
  ],
  'what was given back, no more': [
    () => {
      const scene = new Scene({ maxConcurrentJobs: 1, quotas: [perWindow('requests', 1, 100)] });
      const call = scene.service.call('a').subscribe();
      const queued = scene.service.call('b').subscribe();
      queued.unsubscribe();
      scene.advanceTo(5);
      call.unsubscribe();
      return scene;
    },
    95,
  ],
};

describe('Service.expectedWait', () => {
  it.each(Object.entries(EXACT))('knows what is in the way: %s', (_name, [make, wait]) => {
    const { expected, real } = make().ask();

    expect(expected).toBe(wait);
    expect(real).toBe(wait);
  });

  it.each([
    [2, 100],
    [1, 200],
    [0, 300],
    [-1, 300],
  ])('goes by priority: %i', (priority, wait) => {
    const scene = new Scene({ quotas: [perWindow('requests', 1, 100)] }).call('a');
    for (const one of [1, 0]) endsOf(scene.service.call('a', { priority: one }));

    expect(scene.ask('a', { priority })).toEqual({ expected: wait, real: wait });
  });

  it('goes by what a tenant gets of the rest', () => {
    const waits = ['ada', 'bob'].map((tenant) => {
      const scene = new Scene({ quotas: [perWindow('requests', 1, 100)] }).call('a');
      for (let index = 0; index < 4; index++) endsOf(scene.service.call('a', { tenant: 'ada' }));
      return scene.ask('a', { tenant });
    });

    expect(waits).toEqual([
      { expected: 500, real: 500 },
      { expected: 200, real: 200 },
    ]);
  });

  it('says what callEvents says', () => {
    for (const [make] of Object.values(EXACT)) {
      const { service } = make().call('a', 'a');
      const expected = service.expectedWait('a');
      let told: number | undefined;
      service.callEvents('a').subscribe((event) => {
        if (event.type === 'queued') told = (event.expectedStart ?? Infinity) - event.at;
      });

      expect(told).toBe(expected);
    }
  });

  it('expects those ahead to take what calls have lately taken of their reservations', () => {
    const waits = [100, 20].map((used) => {
      const scene = new Scene({
        quotas: [perWindow('tokens', 1_000, 1_000)],
        costOf: (request) => (request === 'long' ? 1_000 : 100),
        usageOf: () => used,
      });
      for (let index = 1; index <= 30; index++) scene.call('a').advanceTo(index * 1_000);
      scene.advanceTo(40_000).call('long', ...Array.from({ length: 20 }, () => 'a'));
      return scene.service.expectedWait('a');
    });

    // The first half of them in the next window, the second in the one after; or all in the next.
    expect(waits).toEqual([3_000, 1_000]);
  });

  it('does not take calls that left for short ones', () => {
    const scene = new Scene({ maxConcurrentJobs: 1 }).call('a').advanceTo(10);
    for (let at = 11; at < 31; at++) {
      const call = scene.service.call('a').subscribe();
      scene.advanceTo(at);
      call.unsubscribe();
    }
    scene.call('a');

    expect(scene.ask()).toEqual({ expected: 10, real: 10 });
  });

  // Units that costOf does not name counted as taken, too: 800 tokens of what was reserved as 0.1 usd.
  it('compares what calls take with what they reserved, not with other units', () => {
    const scene = new Scene({
      maxConcurrentJobs: 1,
      quotas: [perWindow('usd', 1, 1_000)],
      costOf: () => ({ usd: 0.1 }),
      usageOf: () => ({ usd: 0.1, tokens: 800 }),
    });
    scene.call('a').advanceTo(20).call('a', 'a', 'a');

    expect(scene.ask()).toEqual({ expected: 30, real: 30 });
  });

  // Those ahead counted as one request each.
  it('counts the requests that those ahead cost', () => {
    const scene = new Scene({
      quotas: [perWindow('requests', 4, 100)],
      costOf: () => ({ requests: 2 }),
    });
    scene.call('a', 'a', 'a', 'a');

    expect(scene.ask()).toEqual({ expected: 200, real: 200 });
  });

  it('knows only permits where the store cannot say', () => {
    const waits = [1, 2].map((maxConcurrentJobs) => {
      const rateTracker = new FakeTracker(() => NEVER);
      const scene = new Scene({ rateTracker, maxConcurrentJobs });
      return scene.call('a').service.expectedWait('a');
    });

    expect(waits).toEqual([Infinity, 0]);
  });

  describe('is Infinity', () => {
    class Starting extends LLMService<string, string> {
      protected process(request: string): Observable<string> {
        return of(request);
      }
      override acquireResources(): Done {
        return NEVER;
      }
    }
    const closed = (scene: Scene) => {
      void scene.service.close();
      return scene;
    };
    const never: Record<string, () => Echo> = {
      'when it has closed': () => closed(new Scene()).service,
      'when it closes': () => closed(new Scene().call('a')).service,
      'when it is paused': () => {
        const { service } = new Scene();
        service.pause();
        return service;
      },
      'when it can never fit': () =>
        new Scene({ quotas: [perWindow('tokens', 10, 100)], costOf: () => 11 }).service,
      'when a budget is spent': () =>
        new Scene({
          quotas: [budget({ unit: 'usd', limit: 1 })],
          costOf: () => 0.6,
        })
          .call('a')
          .advanceTo(10).service,
      'while a live bound has not emitted': () => new Scene({ maxConcurrentJobs: NEVER }).service,
      'while a live bound is 0': () => {
        const bound$ = new BehaviorSubject(1);
        const { service } = new Scene({ maxConcurrentJobs: bound$ });
        bound$.next(0);
        return service;
      },
      'while a live limit has not emitted': () =>
        new Scene({ quotas: [perWindow('requests', NEVER, 100)] }).service,
    };

    it.each(Object.entries(never))('%s', (_when, make) => {
      expect(make().expectedWait('a')).toBe(Infinity);
    });

    const faults: Record<string, () => Echo> = {
      // All of these said 0, or how long the gate is shut.
      'while all permits are used and no run has ended': () =>
        new Scene({ maxConcurrentJobs: 1 }).call('a').service,
      'while resources are acquired': () => {
        const service = new Starting({ modelName: 'm' });
        service.open();
        return service;
      },
      'while a gate is shut for longer than calls wait there': () =>
        new Scene({
          process: () => throwError(() => providerError(429, { 'retry-after': '3600' })),
        }).call('a').service,
      'while the queue is full': () =>
        new Scene({ maxConcurrentJobs: 1, queueLimit: 1 }).call('a').advanceTo(10).call('a', 'a')
          .service,
    };

    it.each(Object.entries(faults))('%s', (_when, make) => {
      expect(make().expectedWait('a')).toBe(Infinity);
    });
  });

  it('throws what costOf throws, and says what is wrong with what it gives', () => {
    const error = new Error('no cost');
    const costOf = (request: string) => {
      if (request === 'throws') throw error;
      return { tokens: -1 };
    };
    const { service } = new Scene({ costOf });

    expect(errorOf(() => service.expectedWait('throws'))).toBe(error);
    expect(errorOf(() => service.expectedWait('a'))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('throws for an option that is not allowed', () => {
    const { service } = new Scene();
    const unknown = { weight: 1 } as unknown as CallOptions;

    for (const options of [{ priority: 0.5 }, { timeout: -1 }, unknown])
      expect(errorOf(() => service.expectedWait('a', options))).toMatchObject({
        code: 'INVALID_OPTION',
      });
  });

  it.each<[string, Usage | number | undefined]>([
    ['nothing', undefined],
    ['a number', 5],
    ['nothing of a unit', { tokens: 0 }],
    ['another unit, too', { tokens: 1, images: 3 }],
    ['no requests', { tokens: 1, requests: 0 }],
  ])('throws for no cost that a call may have: %s', (_what, cost) => {
    const quotas = [perWindow('tokens', 10, 100)];
    const { service } = new Scene({ quotas, maxConcurrentJobs: 1, costOf: () => cost }).call(
      ...Array.from({ length: 9 }, () => 'a'),
    );

    expect(service.expectedWait('a')).toBeGreaterThanOrEqual(0);
  });

  it('acquires nothing, queues nothing, reserves nothing, tells nothing and sets no timer', () => {
    let acquired = 0;
    class Counting extends LLMService<string, string> {
      protected process(request: string): Observable<string> {
        return of(request);
      }
      override acquireResources(): Done {
        acquired += 1;
      }
    }
    const scheduler = new VirtualTime();
    const service = new Counting({
      modelName: 'm',
      scheduler,
      quotas: [perWindow('requests', 1, 100)],
    });
    const before = service.toJSON();
    const told: unknown[] = [];
    service.events$.subscribe((event) => told.push(event));
    service.expectedWait('a', { priority: 9, tenant: 'new' });

    expect(service.toJSON()).toEqual(before);
    expect([acquired, told, scheduler.timers]).toEqual([0, [], 0]);
  });

  it('changes nothing of what follows, however often it is asked', () => {
    const log = (asks: boolean) => {
      const error = providerError(429, { 'retry-after': '1' });
      const scene: Scene = new Scene({
        maxConcurrentJobs: 3,
        quotas: [perWindow('requests', 5, 400), perWindow('tokens', 60, 700)],
        costOf: (request) => ({ tokens: request.length }),
        usageOf: (response) => ({ tokens: Math.ceil(response.length / 2) }),
        retry: { baseMs: 30, random: () => 0.5 },
        process: (request, { attempt, callId }) =>
          timer(10 + callId, scene.time).pipe(
            mergeMap(() =>
              callId % 7 === 0 && attempt === 1 ? throwError(() => error) : of(request),
            ),
          ),
      });
      const steps: string[] = [];
      scene.service.events$.subscribe(({ type, callId, at }) =>
        steps.push(`${at} ${callId ?? ''} ${type}`),
      );
      for (let at = 0; at < 1_500; at += 25) {
        const request = 'a'.repeat(1 + ((at / 25) % 20));
        const options = { priority: (at / 25) % 3, tenant: (at / 25) % 2 ? 'ada' : 'bob' };
        if (at % 50 === 0) endsOf(scene.service.call(request, options));
        if (asks) for (const one of ['a', request]) scene.service.expectedWait(one, options);
        scene.advanceTo(at + 25);
      }
      scene.time.flush();
      return steps;
    };

    expect(log(true)).toEqual(log(false));
    expect(log(true).filter((step) => step.endsWith('completed'))).toHaveLength(30);
  });

  it('sees what calls of another service have taken of a shared tracker', () => {
    const time = new VirtualTime();
    const rateTracker = new InMemoryRateTracker({
      quotas: [perWindow('requests', 1, 100)],
      scheduler: time,
    });
    const [one, other] = [1, 2].map(() => new Scene({ rateTracker, scheduler: time }).service);
    endsOf(one!.call('a'));

    expect(other!.expectedWait('a')).toBe(100);
  });

  it('follows what changes: a pause, a limit, a bound, a call that leaves', () => {
    const limit$ = new BehaviorSubject(1);
    const bound$ = new Subject<number>();
    const scene = new Scene({
      quotas: [perWindow('requests', limit$, 100)],
      maxConcurrentJobs: bound$,
    });
    const { service } = scene;
    const waits: number[] = [];
    const ask = () => waits.push(service.expectedWait('a'));
    ask();
    bound$.next(5);
    ask();
    scene.call('a');
    ask();
    const queued = service.call('b').subscribe();
    ask();
    queued.unsubscribe();
    ask();
    limit$.next(2);
    ask();
    service.pause();
    ask();
    service.resume();
    ask();

    expect(waits).toEqual([Infinity, 0, 100, 200, 100, 0, Infinity, 0]);
  });
});

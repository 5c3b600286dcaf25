import { mergeMap, Observable, of, type SchedulerAction, throwError, timer } from 'rxjs';
import {
  type CallContext,
  type Failure,
  failureOf,
  LLMService,
  type LLMServiceOptions,
  type RetryOptions,
  seededRandom,
} from '../src/index.js';
import { FakeReservation, FakeTracker } from './support/fake-tracker.js';
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

describe('Service, retries: which errors', () => {
  it('tries again after a wait that doubles', () =>
    marbles(({ cold, expectObservable }) => {
      expectObservable(playing(cold).call('--# -# -a|')).toBe('--    4ms - 8ms   -a|');
    }));

  // prettier-ignore
  it.each<[string, unknown, boolean]>([
    ['is a 500',                providerError(500),                             true],
    ['is a 408',                providerError(408),                             true],
    ['was never sent',          networkError('ECONNREFUSED'),                   true],
    ['broke on the way',        networkError('ECONNRESET'),                     true],
    ['is a 503 with a wait',    providerError(503, { 'retry-after': '0.001' }), true],
    ['is a 429',                providerError(429),                             true],
    ['is a 400',                providerError(400),                             false],
    ['is a 402: no money left', providerError(402),                             false],
    ['is a mistake',            new TypeError('x is not a function'),           false],
    ['is no error at all',      null,                                           false],
  ])('looks at what failureOf says of it: %s', (_what, error, isRetried) => {
    const scheduler = new VirtualTime();
    const ends = endsOf(serviceOf(failing(1, error), { scheduler }).call(''));
    scheduler.flush();

    expect(ends).toEqual(isRetried ? [2, '|'] : [error]);
  });

  it('asks isRetryable instead, with the error and what was read of it', () => {
    const asked: unknown[] = [];
    const errors = [providerError(400), providerError(500)];
    const isRetryable = (error: unknown, { kind }: Failure) => {
      asked.push([error, kind]);
      return kind === 'rejected';
    };
    const scheduler = new VirtualTime();
    const service = serviceOf((_, { attempt }) => throwError(() => errors[attempt - 1]), {
      scheduler,
      retry: { isRetryable },
    });
    const ends = endsOf(service.call(''));
    scheduler.flush();

    expect(asked).toEqual([
      [errors[0], 'rejected'],
      [errors[1], 'server'],
    ]);
    expect(ends).toEqual([errors[1]]);
  });

  describe('reads errors by failureOf', () => {
    const [again, enough] = [new Error('again'), new Error('enough')];
    const read = (error: unknown): Failure => ({
      ...failureOf(error),
      kind: 'server',
      retryable: error === again,
    });
    const process: Process = (_, { attempt }) => throwError(() => (attempt === 1 ? again : enough));
    class Own extends LLMService<string, string> {
      protected process(request: string, context: CallContext) {
        return process(request, context);
      }
      protected override failureOf(error: unknown): Failure {
        return read(error);
      }
    }

    it.each<[string, (options: LLMServiceOptions) => LLMService<string, string>]>([
      ['an option', (options) => LLMService.of({ ...options, process, failureOf: read })],
      ['a method of a subclass', (options) => new Own(options)],
    ])('which may be %s', (_how, make) => {
      const scheduler = new VirtualTime();
      const service = make({ modelName: 'm', retry: { baseMs: 4, random: () => 1 }, scheduler });
      const steps = stepsOf(service);
      const ends = endsOf(service.call(''));
      scheduler.flush();

      expect(ends).toEqual([enough]);
      expect(steps).toEqual([
        '0: 1 queued',
        '0: 1 started 1',
        '0: 1 retrying 1',
        '4: 1 started 2',
        '4: 1 failed 2',
      ]);
    });
  });

  const thenable = (then: (_: unknown, reject: (error: unknown) => void) => void) =>
    ({ then }) as unknown as PromiseLike<string>;
  const fail = (): never => {
    throw BROKEN;
  };

  it.each<[string, () => ReturnType<Process>]>([
    ['is thrown by process', fail],
    ['is an error of an Observable', () => throwError(() => BROKEN)],
    ['is thrown on subscribing to it', () => new Observable<string>(fail)],
    ['comes later', () => timer(0).pipe(mergeMap(() => throwError(() => BROKEN)))],
    ['is a rejection', () => Promise.reject(BROKEN)],
    ['is thrown by an iterable', () => ({ [Symbol.iterator]: () => ({ next: fail }) })],
    ['is thrown by an async iterable', () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) })],
    ['is thrown for the iterator', () => ({ [Symbol.asyncIterator]: fail })],
    ['is given by a thenable', () => thenable((_, reject) => reject(BROKEN))],
    ['is thrown by a thenable', () => thenable(fail)],
  ])('tries again however an error comes: it %s', async (_how, failed) => {
    const seen: number[] = [];
    const process: Process = (_, { attempt }) => {
      seen.push(attempt);
      return attempt < 3 ? failed() : of('done');
    };
    const service = serviceOf(process, { maxConcurrentJobs: 1, retry: { random: () => 0 } });

    for (const request of ['a', 'b'])
      await expect(service.callAsync(request)).resolves.toBe('done');
    expect(seen).toEqual([1, 2, 3, 1, 2, 3]);
    await service.close();
  });

  it.each([
    ['once a response was delivered', 'a-#'],
    ['once several were', '-ab#'],
    ['when it completes without one', '--|'],
  ])('tries no more %s', (_when, marble) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work$ = cold(marble, undefined, BROKEN);

      expectObservable(serviceOf(() => work$).call('')).toBe(marble, undefined, BROKEN);
      expectSubscriptions(work$.subscriptions).toBe(`^${'-'.repeat(marble.length - 2)}!`);
    }),
  );

  it('does not try again what a fault of a hook has ended', async () => {
    const process = jest.fn(() => of('a'));
    const usageOf = () => fail();
    const service = LLMService.of({ modelName: 'm', process, usageOf });

    await expect(service.callAsync('')).rejects.toBe(BROKEN);
    expect(process).toHaveBeenCalledTimes(1);
  });

  it('gives each try a context of its own, with its number', async () => {
    const contexts: CallContext[] = [];
    const process: Process<number> = (request, context) => {
      contexts.push(context);
      return failing(2)(request, context);
    };
    const service = serviceOf(process, { retry: { random: () => 0 } });

    await expect(service.callAsync('', { label: 'l' })).resolves.toBe(3);
    expect(contexts).toMatchObject([
      { callId: 1, label: 'l', attempt: 1 },
      { callId: 1, label: 'l', attempt: 2 },
      { callId: 1, label: 'l', attempt: 3 },
    ]);
    expect(new Set(contexts).size).toBe(3);
  });
});

describe('Service, retries: how many', () => {
  // prettier-ignore
  it.each<[RetryOptions | undefined, number]>([
    [undefined,                                       4],
    [{},                                              4],
    [{ maxAttempts: undefined as unknown as number }, 4],
    [{ maxAttempts: 1 },                              1],
    [{ maxAttempts: 2 },                              2],
    [{ maxAttempts: Infinity, share: Infinity },      50],
  ])('tries with %j at most %i times', (retry, tries) => {
    const scheduler = new VirtualTime();
    const process = jest.fn(failing(49));
    const options = { modelName: 'm', process, scheduler, ...(retry && { retry }) };
    const ends = endsOf(LLMService.of(options).call(''));
    scheduler.flush();

    expect(process).toHaveBeenCalledTimes(tries);
    expect(ends).toEqual(tries === 50 ? [50, '|'] : [BROKEN]);
  });

  it('takes an option that is undefined as not given', () => {
    const names = ['baseMs', 'maxMs', 'maxRetryAfterMs', 'share', 'atLeast', 'isRetryable', 'random']; // prettier-ignore
    const retry = Object.fromEntries(names.map((name) => [name, undefined])) as RetryOptions;
    const scheduler = new VirtualTime();
    const service = LLMService.of({ modelName: 'm', process: failing(3), scheduler, retry });
    const steps = stepsOf(service);
    const ends = endsOf(service.call(''));
    scheduler.flush();

    expect(ends).toEqual([4, '|']);
    expect(steps.filter((step) => step.includes('fault'))).toEqual([]);
  });

  /** So many calls that start now and fail in 1 ms: how many of them are retried. */
  function retriedOf(calls: number, service: LLMService<string, never>, time: VirtualTime): number {
    let retried = 0;
    const listening = service.events$.subscribe(({ type }) => {
      if (type === 'retrying') retried += 1;
    });
    for (let call = 0; call < calls; call++) endsOf(service.call(''));
    time.advance(1);
    listening.unsubscribe();
    return retried;
  }

  // prettier-ignore
  it.each<[RetryOptions, number, number, number]>([
    // options,                        calls, retried, of 4 more a minute after
    [{},                                  20,      10,       4],
    [{},                                 100,      20,       4],
    [{ share: 0.2,      atLeast: 0 },     20,       4,       0],
    [{ share: 0.5,      atLeast: 1 },      7,       3,       2],
    [{ share: 0,        atLeast: 0 },     20,       0,       0],
    [{ share: 0,        atLeast: 3 },     20,       3,       3],
    [{ share: 1,        atLeast: 0 },     20,      20,       4],
    [{ share: Infinity, atLeast: 0 },     20,      20,       4],
  ])('retries, with %j, of %i calls in a minute %i', (retry, calls, first, second) => {
    const time = new VirtualTime();
    const fail$ = timer(1, time).pipe(mergeMap(() => throwError(() => BROKEN)));
    const service = LLMService.of<string, never>({
      modelName: 'm',
      process: () => fail$,
      scheduler: time,
      retry: { ...retry, maxAttempts: 2 },
    });

    expect(retriedOf(calls, service, time)).toBe(first);
    time.advanceTo(60_001);
    expect(retriedOf(4, service, time)).toBe(second);
  });

  it('shares its budget among all its calls, also between several tries of one', () => {
    const scheduler = new VirtualTime();
    const retry = { share: 0, atLeast: 3, maxAttempts: 9, random: () => 0 };
    const service = serviceOf(() => throwError(() => BROKEN), { scheduler, retry });
    const steps = stepsOf(service);
    for (const request of ['a', 'b']) endsOf(service.call(request));

    expect(steps.filter((step) => step.includes('retrying'))).toHaveLength(3);
    expect(steps.at(-1)).toBe('0: 2 failed 1');
  });
});

describe('Service, retries: when', () => {
  /** When each try of a call that fails so many times begins. */
  function startsOf(times: number, error: unknown, options: Partial<LLMServiceOptions>): number[] {
    const scheduler = new VirtualTime();
    const starts: number[] = [];
    const process: Process<number> = (request, context) => {
      starts.push(scheduler.now());
      return failing(times, error)(request, context);
    };
    endsOf(serviceOf(process, { ...options, scheduler }).call(''));
    scheduler.flush();
    return starts;
  }

  it.each<[RetryOptions, number[]]>([
    [{ baseMs: 10 }, [0, 10, 30, 70]],
    [{ baseMs: 10, maxMs: 25 }, [0, 10, 30, 55]],
    [{ baseMs: 10, maxMs: 4 }, [0, 4, 8, 12]],
    [{ baseMs: 10, random: () => 0.5 }, [0, 5, 15, 35]],
    [{ baseMs: 10, random: () => 0 }, [0, 0, 0, 0]],
    [{ baseMs: undefined as unknown as number }, [0, 1_000, 3_000, 7_000]],
  ])('waits a share of what doubles, with %j', (retry, expected) => {
    expect(startsOf(3, BROKEN, { retry })).toEqual(expected);
  });

  it('draws the waits from a seed, the same each time', () => {
    const waits = [1, 2].map(() =>
      startsOf(3, BROKEN, { retry: { baseMs: 100, random: seededRandom(7) } }),
    );
    const draw = seededRandom(7);
    const [one, two, three] = [100 * draw(), 200 * draw(), 400 * draw()].map(Math.ceil);

    expect(waits[0]).toEqual([0, one!, one! + two!, one! + two! + three!]);
    expect(waits[1]).toEqual(waits[0]);
  });

  it('spreads the waits of calls that fail together over all that is allowed', () => {
    const scheduler = new VirtualTime();
    const retry = { baseMs: 1_000, random: seededRandom(1), maxAttempts: 2 };
    const service = serviceOf(failing(1), { scheduler, retry });
    const delays: number[] = [];
    service.events$.subscribe((event) => {
      if (event.type === 'retrying') delays.push(event.delayMs);
    });
    for (let call = 0; call < 400; call++) endsOf(service.call(''));
    const tenths = delays.map((delay) => Math.floor(delay / 100));
    const counts = Array.from({ length: 10 }, (_, n) => tenths.filter((tenth) => tenth === n));

    expect(Math.min(...counts.map(({ length }) => length))).toBeGreaterThan(20);
    expect(counts.flat()).toHaveLength(400);
  });

  it.each([
    ['longer than its own wait: for that', '0.009', 9],
    ['shorter: for its own', '0.002', 4],
    ['nothing: for its own', undefined, 4],
  ])('waits where the provider says %s', (_what, told, expected) => {
    const error = providerError(500, told === undefined ? {} : { 'retry-after': told });

    expect(startsOf(1, error, {})).toEqual([0, expected]);
  });

  it('waits by itself for a provider that refuses, where the tracker has no gate', () => {
    const rateTracker = new FakeTracker(() => [new FakeReservation()]);
    const error = providerError(429, { 'retry-after': '0.009' });

    expect(startsOf(1, error, { rateTracker })).toEqual([0, 9]);
  });

  it('waits at the gate for a provider that refuses, beside all others', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const refused = providerError(429, { 'retry-after': '0.009' });
      const process: Process = (request, { attempt }) =>
        request === 'a' && attempt === 1 ? cold('-#', undefined, refused) : cold('--(r|)', { r: request }); // prettier-ignore
      const service = serviceOf(process);
      const steps = stepsOf(service);
      const later$ = timer(3).pipe(mergeMap(() => service.call('b')));

      // One call probes, the one that was refused, as it is first; the other follows when that is in.
      expectObservable(service.call('a')).toBe('------------(a|)');
      expectObservable(later$).toBe('--------------(b|)');
      flush();
      expect(steps).toEqual([
        '0: 1 queued',
        '0: 1 started 1',
        '1: 1 retrying 1',
        '3: 2 queued',
        '10: 1 started 2',
        '12: 2 started 1',
        '12: 1 completed 2',
        '14: 2 completed 1',
      ]);
    }));

  describe('with a provider that wants a long wait', () => {
    const tooLong = (retryAfterMs: number, cause: unknown) =>
      expect.objectContaining({ code: 'RETRY_AFTER_TOO_LONG', retryAfterMs, cause }) as unknown;

    // prettier-ignore
    it.each([
      // status, seconds, maxRetryAfterMs, tries
      [429,      277_403, undefined,       1],
      [500,      277_403, undefined,       1],
      [429,      600.001, undefined,       1],
      [429,      600,     undefined,       2],
      [500,      600,     undefined,       2],
      [429,      2.001,   2_000,           1],
      [429,      2,       2_000,           2],
      [500,      0.001,   0,               1],
    ])('fails at once with an error that says so when it is past the cap: %i, %p s of %p', (status, seconds, maxRetryAfterMs, tries) => {
      const error = providerError(status, { 'retry-after': String(seconds) });
      const scheduler = new VirtualTime();
      const process = jest.fn(failing(1, error));
      const service = serviceOf(process, { scheduler, retry: maxRetryAfterMs === undefined ? {} : { maxRetryAfterMs } });
      const ends = endsOf(service.call(''));
      if (tries === 1) expect(ends).toEqual([tooLong(seconds * 1_000, error)]);
      scheduler.flush();

      expect(process).toHaveBeenCalledTimes(tries);
      if (tries === 2) expect([ends, scheduler.now()]).toEqual([[2, '|'], seconds * 1_000]);
    });

    it.each([
      ['as it would fail again', 400, {}],
      ['as that is switched off', 429, { maxAttempts: 1 }],
    ])(
      'gives its own error to a call that is not tried again anyway, %s',
      (_why, status, retry) => {
        const error = providerError(status, { 'retry-after': '277403' });

        expect(endsOf(serviceOf(failing(1, error), { retry }).call(''))).toEqual([error]);
      },
    );

    // Platforms cut longer timers: it had been tried again after 24.8 days.
    it('waits for more than 2^31 ms where that is allowed', () => {
      const seconds = 60 * 86_400;
      const error = providerError(500, { 'retry-after': String(seconds) });
      const retry = { maxRetryAfterMs: Infinity };

      expect(startsOf(1, error, { retry })).toEqual([0, seconds * 1_000]);
    });

    it('waits on when its timer fires early', () => {
      class Early extends VirtualTime {
        override schedule<T>(
          work: (this: SchedulerAction<T>, state?: T) => void,
          ms = 0,
          state?: T,
        ) {
          return super.schedule(work, Math.max(1, ms - 3), state);
        }
      }
      const scheduler = new Early();
      const starts: number[] = [];
      const process: Process<number> = (request, context) => {
        starts.push(scheduler.now());
        return failing(1)(request, context);
      };
      endsOf(serviceOf(process, { scheduler, retry: { baseMs: 10 } }).call(''));
      scheduler.flush();

      expect(starts).toEqual([0, 10]);
    });
  });
});

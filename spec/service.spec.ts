import {
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  firstValueFrom,
  from,
  map,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  Subscription,
  switchMap,
  take,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  type Done,
  type FaultEvent,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  NoResponseError,
  type Quota,
  QueueFullError,
  quota,
  QuotaExceededError,
  ServiceClosedError,
  type ServiceEvent,
  type ServiceState,
} from '../src/index.js';
import { closedError } from '../src/closed-error.js';
import { marbles } from './support/marbles.js';
import { VirtualTime } from './support/virtual-time.js';

const perWindow = (unit: string, limit: number, windowMs: number): Quota =>
  quota({ unit, limit, windowMs, marginMs: 0 });

/** A service that echoes after so many ms. */
function echo(options: Partial<LLMServiceOptions> = {}, delayMs = 3): LLMService<string, string> {
  const process = (request: string) => timer(delayMs).pipe(map(() => request));
  return LLMService.of({ modelName: 'echo-1', ...options, process });
}

function serviceOf<Request, Response>(
  process: LLMServiceFunctions<Request, Response>['process'],
  options: Partial<LLMServiceOptions> = {},
): LLMService<Request, Response> {
  return LLMService.of({ modelName: 'echo-1', ...options, process });
}

describe('Service.call', () => {
  it('does nothing until somebody subscribes, and queues one call for each subscription', () => {
    const process = jest.fn(() => of('a'));
    const call$ = serviceOf(process).call('a');
    expect(process).not.toHaveBeenCalled();
    call$.subscribe();
    call$.subscribe();
    expect(process).toHaveBeenCalledTimes(2);
  });

  it('passes on every response, and the end', () => {
    marbles(({ cold, expectObservable }) => {
      const service = serviceOf((marble: string) => cold(marble));
      expectObservable(service.call('-a-b-|')).toBe('-a-b-|');
      expectObservable(service.call('-a-#  ')).toBe('-a-#');
      expectObservable(service.call('|     ')).toBe('|');
      expectObservable(service.call('-     ')).toBe('-');
    });
  });

  it('takes promises, async iterables and other streams from process', async () => {
    async function* pieces() {
      yield 'a';
      await Promise.resolve();
      yield 'b';
    }
    const inputs = [Promise.resolve('b'), pieces(), ['a', 'b'], of('a', 'b')];
    const service = serviceOf((index: number) => inputs[index] as Observable<string>);
    for (const index of inputs.keys()) expect(await service.callAsync(index)).toBe('b');
  });

  it('starts calls first in, first out', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 1);
      const calls$ = merge(service.call('a'), service.call('b'), service.call('c'));
      expectObservable(calls$).toBe('-ab(c|)');
    });
  });

  it('starts those of higher priority first, equals in order', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 1);
      const call = (request: string, priority: number) => service.call(request, { priority });
      const calls$ = merge(call('a', 0), call('b', 0), call('c', 5), call('d', -1), call('e', 5));
      expectObservable(calls$).toBe('-aceb(d|)');
    });
  });

  it('lets a call of low priority overtake those that came so much later', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 50_000);
      const call = (request: string, priority: number, at: number) =>
        timer(at).pipe(switchMap(() => service.call(request, { priority })));
      const calls$ = merge(call('a', 0, 0), call('b', 0, 1), call('c', 1, 2), call('d', 1, 60_002));
      expectObservable(calls$).toBe('50s a 49999ms c 49999ms b 49999ms (d|)');
    });
  });

  it('reserves in all quotas or in none', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('requests', 5, 10), perWindow('tokens', 100, 4)],
        costOf: (tokens: number) => ({ tokens }),
        process: (tokens: number) => of(tokens),
      });
      const calls$ = merge(...[60, 60, 40].map((tokens) => service.call(tokens)));
      expectObservable(calls$).toBe('a---(ab|)', { a: 60, b: 40 });
      const values = {
        a: use(1, 60),
        b: use(2, 60),
        c: use(3, 100),
        d: use(3, 0),
        e: use(2, 0),
        f: use(0, 0),
      };
      expectObservable(service.usage$).toBe('a---(bc)d-e---f', values);
    });
  });

  it('frees what a call did not use, in the turn in which it ends', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 1_000)],
        costOf: () => 60,
        usageOf: () => 20,
        process: (request: string) => timer(3).pipe(map(() => request)),
      });
      const calls$ = merge(service.call('a'), service.call('b'), service.call('c'));
      expectObservable(calls$).toBe('---a--b--(c|)');
    });
  });

  it('takes what a call used beyond its estimate as debt that delays what follows', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 10)],
        costOf: () => 40,
        usageOf: (request) => (request === 'a' ? 130 : undefined),
        process: (request: string) => timer(3).pipe(map(() => request)),
      });
      const later$ = timer(5).pipe(switchMap(() => service.call('b')));
      expectObservable(merge(service.call('a'), later$)).toBe('---a---------(b|)');
    });
  });

  it('settles to what process reported, also of a call that failed or whose caller left', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 50)],
        costOf: () => 80,
        process: (failAt: number, context: CallContext) => {
          context.reportUsage({ tokens: 10 });
          return timer(failAt).pipe(switchMap(() => throwError(() => new Error('no'))));
        },
      });
      expectObservable(service.call(2)).toBe('     --#', undefined, new Error('no'));
      expectObservable(timer(3).pipe(switchMap(() => service.call(9))), '^----!').toBe('------');
      const tokens$ = service.usage$.pipe(map(({ tokens }) => tokens));
      const totals = { a: 80, b: 10, c: 90, d: 20 };
      expectObservable(tokens$, '^-------!').toBe('a-bc-d', totals);
    });
  });

  it('fails at once when no window can ever hold the call', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 10)],
        costOf: (tokens: number) => tokens,
        process: (tokens: number) => of(tokens),
      });
      expectObservable(service.call(100)).toBe('(a|)', { a: 100 });
      expectObservable(service.call(50)).toBe('----------(a|)', { a: 50 });
      const error = new QuotaExceededError('tokens', 101, 100);
      expectObservable(service.call(101)).toBe('#', undefined, error);
    });
  });

  it('fails at once when the queue is full, and lets those in it pass', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1, queueLimit: 1 }, 1);
      expectObservable(service.call('a')).toBe('-(a|)');
      expectObservable(service.call('b')).toBe('--(b|)');
      expectObservable(service.call('c')).toBe('#', undefined, new QueueFullError(1));
    });
  });

  it('starts a call with a queue limit of 0 when it can start at once', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1, queueLimit: 0 }, 1);
      expectObservable(service.call('a')).toBe('-(a|)');
      expectObservable(service.call('b')).toBe('#', undefined, new QueueFullError(0));
    });
  });
});

const use = (requests: number, tokens: number) => ({ requests, tokens });

describe('Service, cancelling', () => {
  it('consumes nothing for a queued call whose caller leaves; those behind move up', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ quotas: [perWindow('requests', 1, 6)] }, 0);
      expectObservable(service.call('a')).toBe('(a|)');
      expectObservable(service.call('b'), '^--!').toBe('-');
      expectObservable(service.call('c')).toBe('------(c|)');
    });
  });

  it('lets a smaller call pass in the turn in which the one before it leaves', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 50)],
        costOf: (tokens: number) => tokens,
        process: (tokens: number) => of(tokens),
      });
      expectObservable(service.call(60)).toBe('(a|)', { a: 60 });
      expectObservable(service.call(70), '^--!').toBe('-');
      expectObservable(service.call(40)).toBe('---(a|)', { a: 40 });
    });
  });

  it('unsubscribes from running work and frees its permit in the same turn', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('-----a|');
      const service = serviceOf(() => work, { maxConcurrentJobs: 1 });
      expectObservable(service.call('a'), '^--!').toBe('-');
      expectObservable(service.call('b')).toBe('--------a|');
      expectSubscriptions(work.subscriptions).toBe(['^--!', '---^-----!']);
    });
  });

  it('aborts the signal of running work, and not that of work that has ended', () => {
    const signals: AbortSignal[] = [];
    const service = serviceOf((request: Observable<string>, { signal }) => {
      signals.push(signal);
      return request;
    });
    service.call(of('done')).subscribe();
    service.call(NEVER).subscribe().unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('aborts a signal that is first read after the caller has left', () => {
    let context: CallContext | undefined;
    const service = serviceOf((_: string, given) => {
      context = given;
      return NEVER;
    });
    service.call('a').subscribe().unsubscribe();
    expect(context?.signal.aborted).toBe(true);
  });

  it('keeps the permit of a cancelled promise until it has settled', async () => {
    const work = [deferred<string>(), deferred<string>()];
    const started: number[] = [];
    const process = (index: number) => {
      started.push(index);
      return work[index]?.promise ?? NEVER;
    };
    const service = serviceOf(process, { maxConcurrentJobs: 1 });
    service.call(0).subscribe().unsubscribe();
    const second = service.callAsync(1);
    await Promise.resolve();
    expect(started).toEqual([0]);
    work[0]?.resolve('too late');
    work[1]?.resolve('in time');
    expect(await second).toBe('in time');
    expect(started).toEqual([0, 1]);
  });

  it('returns a cancelled async iterable, and keeps its permit until that is done', async () => {
    const returned = deferred<IteratorResult<string>>();
    const iterator = {
      next: () => new Promise<never>(() => undefined),
      return: () => returned.promise,
    };
    const iterable: AsyncIterable<string> = { [Symbol.asyncIterator]: () => iterator };
    const service = serviceOf((first: boolean) => (first ? iterable : of('b')), {
      maxConcurrentJobs: 1,
    });
    service.call(true).subscribe().unsubscribe();
    let answer = '';
    const second = service.callAsync(false).then((value) => (answer = value));
    await Promise.resolve();
    expect(answer).toBe('');
    returned.resolve({ done: true, value: undefined });
    expect(await second).toBe('b');
  });

  it('delivers nothing after unsubscribing, not even from work that emits in the same turn', () => {
    const seen: string[] = [];
    const service = serviceOf(() => from('abc'));
    service
      .call('x')
      .pipe(take(1))
      .subscribe((value) => seen.push(value));
    expect(seen).toEqual(['a']);
  });

  it('stops work that emits for ever once its caller has what it wants', () => {
    const forever = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    });
    const seen: number[] = [];
    const service = serviceOf(() => forever);
    service
      .call('x')
      .pipe(take(3))
      .subscribe((value) => seen.push(value));
    expect(seen).toEqual([0, 1, 2]);
  });

  it('cancels by a signal, with its reason as error', async () => {
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const service = serviceOf(() => NEVER, { maxConcurrentJobs: 1 });
    const running = service.callAsync('a', { signal: controller.signal });
    const queued = service.callAsync('b', { signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(queued).rejects.toBe(reason);
    await expect(service.callAsync('c', { signal: controller.signal })).rejects.toBe(reason);
    expect(await latest(service.state$)).toMatchObject({ queued: 0, inFlight: 0 });
  });

  it('leaves nothing behind of 100,000 cancelled calls', async () => {
    const service = serviceOf(() => NEVER, { maxConcurrentJobs: 1 });
    const all = new Subscription();
    for (let n = 0; n < 100_000; n += 1) all.add(service.call('x').subscribe());
    expect(await latest(service.state$)).toMatchObject({ queued: 99_999, inFlight: 1 });
    all.unsubscribe();
    expect(await latest(service.state$)).toMatchObject({ queued: 0, inFlight: 0 });
  });
});

describe('Service, isolation', () => {
  const failures: Record<string, LLMServiceFunctions<string, string>> = {
    'process throws': {
      process: () => {
        throw new Error('a fault');
      },
    },
    'process errors': { process: () => throwError(() => new Error('a fault')) },
    'process rejects': { process: () => Promise.reject(new Error('a fault')) },
    'an async iterable throws': {
      process: async function* () {
        throw new Error('a fault');
      },
    },
    'costOf throws': {
      process: () => of('a'),
      costOf: () => {
        throw new Error('a fault');
      },
    },
    'usageOf throws': {
      process: () => of('a'),
      usageOf: () => {
        throw new Error('a fault');
      },
    },
  };

  it.each(Object.entries(failures))(
    'gives the error to its caller alone when %s',
    async (_, functions) => {
      let isFaulty = true;
      const sound = { process: () => of('sound'), costOf: () => ({}), usageOf: () => undefined };
      const pick = () => (isFaulty ? { ...sound, ...functions } : sound);
      const service = LLMService.of<string, string>({
        modelName: 'm',
        maxConcurrentJobs: 1,
        process: (request, context) => pick().process(request, context),
        costOf: (request) => pick().costOf(request),
        usageOf: (response) => pick().usageOf(response),
      });
      await expect(service.callAsync('a')).rejects.toThrow('a fault');
      isFaulty = false;
      await expect(service.callAsync('a')).resolves.toBe('sound');
    },
  );

  it.each([
    ['nothing', undefined, 'option process(request) is missing'],
    ['a text', 'answer', 'option process(request) is a text'],
    ['no stream', {}, 'where a stream was expected'],
  ])('says what is wrong when process returns %s', async (_, returned, message) => {
    const service = serviceOf(() => returned as unknown as Observable<string>);
    await expect(service.callAsync('a')).rejects.toThrow(message);
  });

  it.each([
    ['NaN', () => NaN, 'option costOf(request) is NaN; allowed: a finite number, 0 or more'],
    ['a negative amount', () => ({ tokens: -1 }), 'option costOf(request).tokens is -1'],
    ['a text', () => '7' as never, 'option costOf(request) is a text'],
  ])('fails the one call whose cost is %s', async (_, costOf, message) => {
    const quotas = [perWindow('tokens', 100, 10)];
    const service = LLMService.of({ modelName: 'm', quotas, costOf, process: () => of('a') });
    await expect(service.callAsync('a')).rejects.toThrow(message);
  });

  it('wants an amount per unit where there are several quotas', async () => {
    const quotas = [perWindow('requests', 5, 10), perWindow('tokens', 100, 10)];
    const service = LLMService.of({
      modelName: 'm',
      quotas,
      costOf: () => 7,
      process: () => of('a'),
    });
    await expect(service.callAsync('a')).rejects.toThrow(
      'as there are quotas of requests and tokens',
    );
  });

  it('says that there is nothing to resolve to when process completes without a response', async () => {
    await expect(serviceOf(() => EMPTY).callAsync('a')).rejects.toThrow(NoResponseError);
  });

  it('goes on when a handler of one caller throws', () => {
    const time = new VirtualTime();
    const report = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never);
    const service = serviceOf((request: string) => of(request), { scheduler: time });
    const seen: string[] = [];
    service.call('a').subscribe(() => {
      throw new Error('a fault of the caller');
    });
    service.call('b').subscribe((value) => seen.push(value));
    report.mockRestore();
    expect(seen).toEqual(['b']);
  });
});

describe('Service, scale', () => {
  it('answers 100,000 calls that complete in the turn in which they start', () => {
    const gate$ = new Subject<never>();
    const service = serviceOf((n: number) => (n < 0 ? gate$ : of(n)), { maxConcurrentJobs: 1 });
    service.call(-1).subscribe();
    let answered = 0;
    for (let n = 0; n < 100_000; n += 1) service.call(n).subscribe(() => (answered += 1));
    gate$.complete();
    expect(answered).toBe(100_000);
  });

  it('does not grow the stack when each answer makes the next call', () => {
    const service = serviceOf((n: number) => of(n), { maxConcurrentJobs: 1 });
    let last = 0;
    const next = (n: number): void => {
      last = n;
      if (n < 100_000) service.call(n + 1).subscribe({ next });
    };
    next(0);
    expect(last).toBe(100_000);
  });
});

describe('Service.close', () => {
  class Closing extends LLMService<string, string> {
    readonly log: string[] = [];

    protected process(request: string): Observable<string> {
      return timer(3).pipe(
        map(() => request),
        finalize(() => this.log.push(`ended ${request}`)),
      );
    }

    override acquireResources(): Done {
      this.log.push('acquired');
    }

    override releaseResources(): Done {
      this.log.push('released');
    }
  }

  it('lets queued and running calls finish, takes no more, then releases, once', () => {
    marbles(({ expectObservable, flush }) => {
      const service = new Closing({ modelName: 'm', maxConcurrentJobs: 1 });
      const close = () => void service.close();
      timer(1).subscribe(close);
      timer(2).subscribe(close);
      expectObservable(merge(service.call('a'), service.call('b'))).toBe('---a--(b|)');
      const late$ = timer(2).pipe(switchMap(() => service.call('c')));
      expectObservable(late$).toBe('--#', undefined, closedError(service.name));
      const closed$ = service.state$.pipe(filter(({ status }) => status === 'closed'));
      expectObservable(closed$.pipe(map(({ inFlight }) => inFlight))).toBe('------(0|)', { 0: 0 });
      flush();
      expect(service.log).toEqual(['acquired', 'ended a', 'ended b', 'released']);
    });
  });

  it('ends all calls when told to abandon them, tears their work down, then releases', () => {
    marbles(({ expectObservable, flush }) => {
      const service = new Closing({ modelName: 'm', maxConcurrentJobs: 1 });
      timer(1).subscribe(() => void service.close());
      timer(2).subscribe(() => void service.close({ abandon: true }));
      const error = new ServiceClosedError(service.name, true);
      expectObservable(service.call('a')).toBe('--#', undefined, error);
      expectObservable(service.call('b')).toBe('--#', undefined, error);
      flush();
      expect(service.log).toEqual(['acquired', 'ended a', 'released']);
    });
  });

  it('acquires and releases nothing when nothing was called', async () => {
    const service = new Closing({ modelName: 'm' });
    await service.close();
    expect(service.log).toEqual([]);
    expect(await latest(service.state$)).toMatchObject({ status: 'closed' });
  });

  it('closes at the end of a block with await using', async () => {
    let service: Closing;
    {
      await using closing = new Closing({ modelName: 'm' });
      service = closing;
      await closing.callAsync('a');
    }
    expect(service.log).toEqual(['acquired', 'ended a', 'released']);
  });

  it('holds calls until resources are acquired', () => {
    marbles(({ cold, expectObservable }) => {
      class Slow extends LLMService<string, string> {
        protected process(request: string): Observable<string> {
          return of(request);
        }
        override acquireResources(): Done {
          return cold('--x--|');
        }
      }
      const service = new Slow({ modelName: 'm' });
      expectObservable(merge(service.call('a'), service.call('b'))).toBe('-----(ab|)');
      const status$ = service.state$.pipe(
        map(({ status }) => status),
        distinctUntilChanged(),
      );
      expectObservable(status$).toBe('s----r', { s: 'starting', r: 'running' });
    });
  });

  it('gives calls the error that acquiring failed with, and acquires again for the next', async () => {
    let attempts = 0;
    class Flaky extends LLMService<string, string> {
      protected process(request: string): Observable<string> {
        return of(request);
      }
      override acquireResources(): Done {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('no key')) : undefined;
      }
    }
    const service = new Flaky({ modelName: 'm' });
    const first = [service.callAsync('a'), service.callAsync('b')];
    await expect(Promise.allSettled(first)).resolves.toMatchObject([
      { reason: { message: 'no key' } },
      { reason: { message: 'no key' } },
    ]);
    await expect(service.callAsync('c')).resolves.toBe('c');
  });

  it('rejects with what releasing failed with, and is closed all the same', async () => {
    class Leaky extends Closing {
      override releaseResources(): Done {
        throw new Error('no way');
      }
    }
    const service = new Leaky({ modelName: 'm' });
    await service.callAsync('a');
    await expect(service.close()).rejects.toThrow('no way');
    await expect(service.close()).rejects.toThrow('no way');
    expect(await latest(service.state$)).toMatchObject({ status: 'closed' });
  });
});

describe('Service, streams', () => {
  it('tells of calls queued and in flight, latest first', () => {
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 2);
      merge(service.call('a'), service.call('b')).subscribe();
      const counts$ = service.state$.pipe(
        map(({ queued, inFlight }: ServiceState) => `${queued}+${inFlight}`),
        distinctUntilChanged(),
      );
      const counts = { a: '1+1', c: '0+1', d: '0+0' };
      expectObservable(counts$).toBe('a-c-d', counts);
    });
  });

  it('tells each step of a call, without its request or response', () => {
    marbles(({ expectObservable, flush }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 2);
      const events: Exclude<ServiceEvent, FaultEvent>[] = [];
      service.events$.subscribe((event) => {
        if (event.type !== 'fault') events.push(event);
      });
      const first$ = service.call('secret', { label: 'greeting' });
      expectObservable(first$).toBe('--(a|)', { a: 'secret' });
      expectObservable(service.call('b'), '^--!').toBe('---');
      flush();
      expect(events.map(({ callId, type, at }) => [callId, type, at])).toEqual([
        [1, 'queued', 0],
        [1, 'started', 0],
        [2, 'queued', 0],
        [1, 'completed', 2],
        [2, 'started', 2],
        [2, 'cancelled', 3],
      ]);
      expect(JSON.stringify(events)).not.toContain('secret');
      expect(events[4]).toMatchObject({ waitMs: 2 });
      expect(events[3]).toMatchObject({ label: 'greeting', runMs: 2 });
    });
  });

  it('tells of a live limit or bound that is not allowed or fails, and keeps the last good one', () => {
    marbles(({ cold, expectObservable }) => {
      const limit = cold('             a-b--#  ', { a: 1, b: -1 });
      const quotas = [quota({ unit: 'requests', limit, windowMs: 4, marginMs: 0 })];
      const maxConcurrentJobs = cold(' a---b---', { a: 9, b: 0.5 });
      const service = echo({ quotas, maxConcurrentJobs }, 0);
      const told$ = service.events$.pipe(
        filter((event) => event.type === 'fault'),
        map(({ error }) => String(error).replace(/; allowed.*/, '')),
      );
      expectObservable(told$).toBe('   --b-cd', {
        b: 'InvalidOptionError: rxllm: option quotas[0].limit is -1',
        c: 'InvalidOptionError: rxllm: option maxConcurrentJobs is 0.5',
        d: 'error',
      });
      expectObservable(merge(service.call('a'), service.call('b'))).toBe('a---(b|)');
    });
  });

  it('holds no timer while nobody watches and nothing waits', () => {
    const time = new VirtualTime();
    const service = LLMService.of({
      modelName: 'm',
      scheduler: time,
      quotas: [perWindow('requests', 1, 60_000)],
      process: (request: string) => of(request),
    });
    service.call('a').subscribe();
    expect(time.timers).toBe(0);
    const watching = service.usage$.subscribe();
    expect(time.timers).toBe(1);
    watching.unsubscribe();
    service.call('b').subscribe().unsubscribe();
    time.flush();
    expect(time.timers).toBe(0);
  });
});

function latest<T>(stream$: Observable<T>): Promise<T> {
  return firstValueFrom(stream$);
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

import {
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  NEVER,
  Observable,
  of,
  retry,
  skip,
  switchMap,
  take,
  timer,
  toArray,
} from 'rxjs';
import {
  type Done,
  LLMService,
  quota,
  runServices,
  ServiceClosedError,
  type ServiceEvent,
} from '../src/index.js';
import { marbles } from './support/marbles.js';

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });
const ignore = () => undefined;

describe('Service, regressions', () => {
  // A refused newcomer of higher priority had dropped the question of the call before it, and nobody asked
  // again: the service stood still for ever.
  it('asks again for the call that a refused one of higher priority has overtaken', () => {
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        queueLimit: 1,
        quotas: [perWindow('requests', 1, 5)],
        process: (request: string) => of(request),
      });
      expectObservable(service.call('a')).toBe('(a|)');
      expectObservable(service.call('b')).toBe('-----(b|)');
      expectObservable(service.call('c', { priority: 5 }).pipe(map(ignore))).toBe(
        '#',
        undefined,
        expect.objectContaining({ code: 'QUEUE_FULL' }),
      );
    });
  });

  // The call had been told its end, but its work began, and nothing could stop it any more.
  it.each(['queued', 'started'] as const)(
    'does not work for a call cancelled at %s',
    async (type) => {
      const process = jest.fn(() => NEVER);
      const service = LLMService.of({ modelName: 'm', process });
      const controller = new AbortController();
      service.events$.pipe(filter((event) => event.type === type)).subscribe(() => {
        controller.abort(new Error('stop'));
      });
      await expect(service.callAsync('a', { signal: controller.signal })).rejects.toThrow('stop');
      expect(process).not.toHaveBeenCalled();
      await service.close();
    },
  );

  // Closed from within the very steps that let a call in, the service released its resources and worked on.
  it.each(['costOf', 'acquireResources', 'queued', 'running'])(
    'does not work after it was closed in %s',
    async (moment) => {
      const log: string[] = [];
      class Closing extends LLMService<string, string> {
        protected process() {
          log.push('process');
          return of('a');
        }
        protected override costOf() {
          if (moment === 'costOf') void this.close();
          return {};
        }
        override acquireResources(): void {
          log.push('acquire');
          if (moment === 'acquireResources') void this.close();
        }
        override releaseResources(): void {
          log.push('release');
        }
      }
      const service = new Closing({ modelName: 'm' });
      service.events$.subscribe((event) => {
        if (event.type === moment) void service.close();
      });
      service.state$.subscribe(({ status }) => {
        if (status === moment) void service.close({ abandon: true });
      });
      await expect(service.callAsync('a')).rejects.toThrow(ServiceClosedError);
      await service.close();
      expect(log).toEqual(moment === 'costOf' ? [] : ['acquire', 'release']);
    },
  );

  // What one call's teardown threw came out of close(), and left all other calls without an end.
  it('closes, and ends all calls, though the teardown of one throws, and tells of that', async () => {
    const service = LLMService.of({
      modelName: 'm',
      process: (request: string) =>
        new Observable<string>(() => () => {
          if (request === 'bad') throw new Error('teardown');
        }),
    });
    const faults: ServiceEvent[] = [];
    service.events$
      .pipe(filter(({ type }) => type === 'fault'))
      .subscribe((event) => faults.push(event));
    const calls = [service.callAsync('bad'), service.callAsync('good')];
    const ended = Promise.allSettled(calls);
    await service.close({ abandon: true });
    for (const end of await ended)
      expect(end).toMatchObject({ reason: { code: 'SERVICE_CLOSED' } });
    expect(faults).toHaveLength(1);
  });

  // A wrong result of an iterator was an unhandled rejection, and its permit was lost.
  it('gives an error to the caller when an iterator gives no result', async () => {
    const iterable = { [Symbol.asyncIterator]: () => ({ next: ignore }) };
    const process = () => iterable as unknown as AsyncIterable<string>;
    const service = LLMService.of({ modelName: 'm', process });
    await expect(service.callAsync('a')).rejects.toThrow(TypeError);
    await service.close();
  });

  // Each callback of a thenable of a user's own freed the permit once more.
  it('frees a permit once, though a thenable settles twice', () => {
    marbles(({ expectObservable, flush }) => {
      const twice = {
        then(resolve: (value: string) => void, reject: (error: unknown) => void) {
          resolve('t');
          reject(new Error('no'));
          resolve('t');
        },
      } as PromiseLike<string>;
      let running = 0;
      let mostAtOnce = 0;
      const process = (isTwice: boolean): PromiseLike<string> | Observable<string> => {
        if (isTwice) return twice;
        mostAtOnce = Math.max(mostAtOnce, ++running);
        return timer(2).pipe(
          map(() => 's'),
          finalize(() => running--),
        );
      };
      const service = LLMService.of({ modelName: 'm', maxConcurrentJobs: 2, process });
      const calls = [false, true, false, false].map((isTwice) => service.call(isTwice));
      expectObservable(merge(...calls).pipe(toArray())).toBe('----(a|)', {
        a: ['t', 's', 's', 's'],
      });
      flush();
      expect(mostAtOnce).toBe(2);
    });
  });

  // The reservation kept the user's own object, and was settled against what stood in it later.
  it('reserves what the cost was when it was asked for', () => {
    marbles(({ expectObservable }) => {
      const cost = { tokens: 0 };
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 10)],
        costOf: (tokens: number) => Object.assign(cost, { tokens }),
        usageOf: (tokens: number) => tokens - 1,
        process: (tokens: number) => timer(2).pipe(map(() => tokens)),
      });
      const later$ = timer(1).pipe(switchMap(() => service.call(5)));
      const calls$ = merge(service.call(80), service.call(60), later$);
      const tokens$ = service.usage$.pipe(
        map(({ tokens }) => tokens),
        skip(1),
        take(2),
      );
      expectObservable(tokens$).toBe('a-(b|)', { a: 80, b: 79 });
      const answers = { a: [80, 60, 5] };
      expectObservable(calls$.pipe(toArray())).toBe('------------(a|)', answers);
    });
  });

  // Work that answered to its signal settled a call that had been told its end already.
  it('ends an abandoned call with ServiceClosedError, whatever its work answers to the signal', async () => {
    const types: string[] = [];
    const service = LLMService.of({
      modelName: 'm',
      process: (_: string, { signal }) =>
        new Observable<string>((observer) => {
          signal.addEventListener('abort', () => {
            observer.next('late');
            observer.complete();
          });
        }),
    });
    service.events$.subscribe(({ type }) => types.push(type));
    const call = service.callAsync('a');
    const closed = service.close({ abandon: true });
    await expect(call).rejects.toThrow(ServiceClosedError);
    await closed;
    expect(types).toEqual(['queued', 'started', 'failed']);
  });

  it('refuses a call whose signal fires while its cost is estimated', async () => {
    const controller = new AbortController();
    const process = jest.fn(() => EMPTY);
    const costOf = () => {
      controller.abort(new Error('stop'));
      return {};
    };
    const service = LLMService.of({ modelName: 'm', costOf, process });
    await expect(service.callAsync('a', { signal: controller.signal })).rejects.toThrow('stop');
    expect(process).not.toHaveBeenCalled();
  });

  // close({ abandon: true }) waited for resources that never came.
  it('closes at once when told to abandon while it acquires, and releases what comes later', async () => {
    let come: () => void = ignore;
    const released = jest.fn();
    class Slow extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
      override acquireResources(): Done {
        return new Promise<void>((resolve) => (come = resolve));
      }
      override releaseResources(): void {
        released();
      }
    }
    const service = new Slow({ modelName: 'm' });
    const call = service.callAsync('a');
    const closed = service.close({ abandon: true });
    await expect(call).rejects.toThrow(ServiceClosedError);
    await closed;
    expect(released).not.toHaveBeenCalled();
    come();
    await new Promise(setImmediate);
    expect(released).toHaveBeenCalledTimes(1);
  });

  // Whoever opened a service twice had calls of the next attempt refused with the error of the first.
  it('lets a call that is repeated wait for the new attempt to acquire', async () => {
    let attempts = 0;
    class Flaky extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
      override acquireResources(): Done {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('first')) : Promise.resolve();
      }
    }
    const service = new Flaky({ modelName: 'm' });
    service.open().subscribe({ error: ignore });
    service.open().subscribe({ error: ignore });
    const answer = new Promise((resolve, reject) => {
      service.call('a').pipe(retry(1)).subscribe({ next: resolve, error: reject });
    });
    await expect(answer).resolves.toBe('a');
  });

  // A listener that had gone was kept for as long as its signal.
  it('keeps no listener on a signal when its calls have ended', async () => {
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');
    const service = LLMService.of({ modelName: 'm', process: () => Promise.resolve('a') });
    await Promise.all([1, 2, 3].map(() => service.callAsync('x', { signal })));
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  // The last queued call was refused by a lowered limit while the service closed, and nobody noticed that
  // nothing was left to wait for.
  it('closes when its last queued call is refused, as a limit is lowered below its cost', () => {
    marbles(({ expectObservable, cold, flush }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [quota({ unit: 'tokens', limit: cold('a--b', { a: 100, b: 50 }), windowMs: 99 })],
        costOf: () => 60,
        process: (request: string) => of(request),
      });
      expectObservable(service.call('a')).toBe('(a|)');
      const refused = expect.objectContaining({ code: 'QUOTA_EXCEEDED' }) as unknown;
      expectObservable(service.call('b')).toBe('---#', undefined, refused);
      timer(1).subscribe(() => void service.close());
      flush();
      expect(service.toJSON()).toMatchObject({ status: 'closed', queued: 0 });
    });
  });

  // Whoever had opened the service waited for ever, as what it waited for had been given up.
  it('tells those who wait for its resources when it is closed and abandons them', async () => {
    class Stuck extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
      override acquireResources(): Done {
        return NEVER;
      }
    }
    const service = new Stuck({ modelName: 'm' });
    const run = runServices([service], () => 'done');
    await Promise.resolve();
    await service.close({ abandon: true });
    await expect(run).rejects.toThrow(ServiceClosedError);
  });

  it('shows its state, not its requests, when it is printed', () => {
    const service = LLMService.of({ modelName: 'm', maxConcurrentJobs: 1, process: () => NEVER });
    service.call('secret').subscribe();
    service.call('secret').subscribe();
    expect(JSON.parse(JSON.stringify(service))).toMatchObject({ queued: 1, inFlight: 1 });
    expect(JSON.stringify(service)).not.toContain('secret');
  });
});

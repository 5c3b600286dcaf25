import {
  EMPTY,
  finalize,
  map,
  merge,
  NEVER,
  Observable,
  type Observer,
  of,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import {
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  NoResponseError,
  QueueFullError,
  requestsPerMinute,
  ServiceClosedError,
} from '../../src/lite/index.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Faults, perWindow, Station } from './station.js';

function serviceOf<Request, Response>(
  process: LLMServiceFunctions<Request, Response>['process'],
  options: Partial<LLMServiceOptions> = {},
): LLMService<Request, Response> {
  return LLMService.of({ modelName: 'm', ...options, process });
}

/** A service that echoes after so many ms. */
const echo = (options: Partial<LLMServiceOptions>, delayMs: number) =>
  serviceOf((request: string) => timer(delayMs).pipe(map(() => request)), options);

const BROKEN = new Error('broken');
const IDLE = { queued: 0, inFlight: 0, retrying: 0 };

describe('LLMService of rxllm/lite, a call', () => {
  it('does nothing until somebody subscribes, and is made once for each subscription', () => {
    const process = jest.fn(() => of('a'));
    const call$ = serviceOf(process).call('a');
    expect(process).not.toHaveBeenCalled();
    call$.subscribe();
    call$.subscribe();
    expect(process).toHaveBeenCalledTimes(2);
  });

  it('passes on every response, and the end', () =>
    marbles(({ cold, expectObservable }) => {
      const service = serviceOf((marble: string) => cold(marble));
      expectObservable(service.call('-a-b-|')).toBe('-a-b-|');
      expectObservable(service.call('-a-#')).toBe('-a-#');
      expectObservable(service.call('|')).toBe('|');
      expectObservable(service.call('-')).toBe('-');
    }));

  it('takes promises, async iterables and other streams from process', async () => {
    async function* pieces() {
      yield 'a';
      await Promise.resolve();
      yield 'b';
    }
    const inputs = [Promise.resolve('b'), pieces(), ['a', 'b'], of('a', 'b')];
    const service = serviceOf((index: number) => inputs[index] as Observable<string>);
    for (const index of inputs.keys()) expect(await service.callAsync(index)).toBe('b');
    expect(service.toJSON()).toMatchObject(IDLE);
  });

  it('is a promise of the last response with callAsync, made at once', async () => {
    const process = jest.fn((request: string) =>
      request === 'empty' ? EMPTY : request === 'bad' ? throwError(() => BROKEN) : of('a', 'b'),
    );
    const service = serviceOf(process);
    const answer = service.callAsync('fine');
    expect(process).toHaveBeenCalledTimes(1);

    await expect(answer).resolves.toBe('b');
    await expect(service.callAsync('bad')).rejects.toBe(BROKEN);
    await expect(service.callAsync('empty')).rejects.toEqual(new NoResponseError('LLMService-m'));
    // Rejected rather than thrown.
    await expect(service.callAsync('a', { priority: 0.5 })).rejects.toThrow('call.priority');
  });

  it('is told its number, its label and which try it is', () => {
    const station = new Station();
    station.callWith('a', { label: 'one' });
    station.call('b');

    expect(station.contexts['a']).toMatchObject({ callId: 1, label: 'one', attempt: 1 });
    expect(station.contexts['b']).toMatchObject({ callId: 2, label: undefined, attempt: 1 });
  });

  it('reads its options when it is made: what their owner changes later does not count', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('running', 'b');
    const options = { priority: 1, label: 'mine' };
    const call$ = station.service.call('c', options);
    Object.assign(options, { priority: -1, label: 'other' });
    call$.subscribe();
    station.end('running');

    expect(station.started).toEqual(['0 running', '0 c']);
    expect(station.contexts['c']?.label).toBe('mine');
  });
});

describe('LLMService of rxllm/lite, order', () => {
  it('is that of a priority which a class of options has, as it was when the call was made', () => {
    class Urgent {
      get priority() {
        return urgency;
      }
    }
    let urgency = 5;
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('a', 'b');
    const call$ = station.service.call('c', new Urgent());
    urgency = -5;
    call$.subscribe();
    station.end('a');

    expect(station.started).toEqual(['0 a', '0 c']);
  });

  it('is first in, first out', () =>
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 1);
      const calls$ = merge(service.call('a'), service.call('b'), service.call('c'));
      expectObservable(calls$).toBe('-ab(c|)');
    }));

  it('is by priority, equals as they came', () =>
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 1);
      const call = (request: string, priority: number) => service.call(request, { priority });
      const calls$ = merge(call('a', 0), call('b', 0), call('c', 5), call('d', -1), call('e', 5));
      expectObservable(calls$).toBe('-aceb(d|)');
    }));

  it('lets one who has waited for 60 s more gain as much as one priority', () =>
    marbles(({ expectObservable }) => {
      const service = echo({ maxConcurrentJobs: 1 }, 50_000);
      const call = (request: string, priority: number, at: number) =>
        timer(at).pipe(switchMap(() => service.call(request, { priority })));
      const calls$ = merge(call('a', 0, 0), call('b', 0, 1), call('c', 1, 2), call('d', 1, 60_002));
      expectObservable(calls$).toBe('50s a 49999ms c 49999ms b 49999ms (d|)');
    }));

  it('lets the higher priority go first of those that 60 s have made equal', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('running', 'old');
    station.time.advance(60_000);
    station.callWith('new', { priority: 1 });
    station.end('running');

    expect(station.started).toEqual(['0 running', '60000 new']);
  });

  it('lets no cheaper call overtake the one that waits for its quota', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 60', 'large 80', 'small 10');
    station.time.flush();

    expect(station.started).toEqual(['0 a 60', '50 large 80', '50 small 10']);
  });

  it('lets one of higher priority that fits go before the one that waits for its quota', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 60', 'large 80');
    station.callWith('small 40', { priority: 1 });

    expect(station.started).toEqual(['0 a 60', '0 small 40']);
    station.time.flush();
    expect(station.started).toEqual(['0 a 60', '0 small 40', '50 large 80']);
  });
});

describe('LLMService of rxllm/lite, permits', () => {
  it('lets out as many as maxConcurrentJobs, and one more for each that ends', () => {
    const station = new Station({ maxConcurrentJobs: 2 });
    station.call('a', 'b', 'c', 'd');
    expect(station.state).toMatchObject({ queued: 2, inFlight: 2 });
    station.time.advance(5);
    station.end('b');

    expect(station.started).toEqual(['0 a', '0 b', '5 c']);
    expect(station.state).toMatchObject({ queued: 1, inFlight: 2 });
  });

  it.each<[string, (request: string) => Observable<string>]>([
    ['one that fails', () => throwError(() => BROKEN)],
    ['one that completes at once', () => EMPTY],
    [
      'one that throws',
      () => {
        throw BROKEN;
      },
    ],
  ])('are free again after %s', (_what, process) => {
    const station = new Station({ maxConcurrentJobs: 1, process });
    station.call('a', 'b', 'c');

    expect(station.started).toEqual(['0 a', '0 b', '0 c']);
    expect(station.state).toMatchObject(IDLE);
  });

  it('take no more than MAX_CONCURRENT_JOBS of the class by default', () => {
    class Narrow extends LLMService<string, string> {
      static override readonly MAX_CONCURRENT_JOBS = 2;
      protected process() {
        return NEVER;
      }
    }
    const inFlightOf = (service: LLMService<string, string>) => {
      for (const request of 'abc') service.call(request).subscribe();
      return service.toJSON().inFlight;
    };

    expect(LLMService.MAX_CONCURRENT_JOBS).toBe(10_000);
    expect(inFlightOf(new Narrow({ modelName: 'm' }))).toBe(2);
    expect(inFlightOf(new Narrow({ modelName: 'm', maxConcurrentJobs: 1 }))).toBe(1);
  });

  it.each([
    ['that complete as they start', () => of('a')],
    ['that fail as they start', () => throwError(() => BROKEN)],
  ])('pass on through 20,000 queued calls %s without growing the stack', (_what, process) => {
    const service = serviceOf<number, string>(process, { maxConcurrentJobs: 1 });
    let ended = 0;
    const end = () => (ended += 1);
    service.pause();
    for (let n = 0; n < 20_000; n++) service.call(n).subscribe({ error: end, complete: end });
    expect(service.toJSON().queued).toBe(20_000);
    service.resume();

    expect(ended).toBe(20_000);
  });

  it('pass on through 20,000 calls each of which is made as the one before it ends', () => {
    const service = serviceOf(() => of('a'), { maxConcurrentJobs: 1 });
    let ended = 0;
    const next = () => {
      service.call('a').subscribe({ complete: () => ++ended < 20_000 && next() });
    };
    next();

    expect(ended).toBe(20_000);
  });
});

const FINE = { process: () => of('fine'), costOf: () => 1, usageOf: () => 1 };

describe('LLMService of rxllm/lite, an error', () => {
  const faults = new Faults();

  it.each<[string, Partial<LLMServiceFunctions<string, string>>]>([
    [
      'a throw in process',
      {
        process: () => {
          throw BROKEN;
        },
      },
    ],
    ['an error of its work', { process: () => throwError(() => BROKEN) }],
    ['a promise that rejects', { process: () => Promise.reject(BROKEN) }],
    [
      'a throw in costOf',
      {
        costOf: () => {
          throw BROKEN;
        },
      },
    ],
    [
      'a throw in usageOf',
      {
        usageOf: () => {
          throw BROKEN;
        },
      },
    ],
  ])('goes to its caller alone, whatever it is: %s', async (_what, broken) => {
    let functions: LLMServiceFunctions<string, string> = { ...FINE, ...broken };
    const station = new Station({
      maxConcurrentJobs: 1,
      process: (request, context) => functions.process(request, context),
      costOf: (request) => functions.costOf?.(request),
      usageOf: (response) => functions.usageOf?.(response),
    });
    station.call('a');
    await faults.told();
    functions = FINE;
    station.call('b');

    expect(station.heard).toEqual({ a: [BROKEN], b: ['fine', '|'] });
    expect(station.state).toMatchObject(IDLE);
    expect(await faults.told()).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['process', { process: () => 5 }, 'option process(request) is 5'],
    ['process', { process: () => undefined }, 'option process(request) is missing'],
    ['costOf', { costOf: () => ({ tokens: -1 }) }, 'option costOf(request).tokens is -1'],
    ['costOf', { costOf: () => ({}) }, 'option costOf(request).tokens is missing'],
    ['usageOf', { usageOf: () => ({ tokens: NaN }) }, 'option usageOf(response).tokens is NaN'],
  ])('says what %s gave that cannot be', (_what, functions, message) => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      process: () => of('a'),
      ...(functions as object),
    });
    station.call('a 1');

    const [error] = station.heard['a 1'] as [Error];
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    expect(error.message).toContain(message);
    expect(station.state).toMatchObject(IDLE);
  });

  it.each<[string, Partial<Observer<string>>]>([
    [
      'next',
      {
        next: () => {
          throw new Error('mine');
        },
      },
    ],
    [
      'complete',
      {
        complete: () => {
          throw new Error('mine');
        },
      },
    ],
  ])("of a caller's %s handler is reported, and harms no other call", async (_what, observer) => {
    const station = new Station({ maxConcurrentJobs: 1, process: () => of('fine') });
    station.service.call('a').subscribe(observer);
    station.call('b');

    expect(station.heard).toEqual({ b: ['fine', '|'] });
    expect(station.state).toMatchObject(IDLE);
    expect(await faults.told()).toEqual([new Error('mine')]);
  });

  it('of a teardown is reported, and keeps no permit', async () => {
    const process = () =>
      new Observable<string>(() => () => {
        throw new Error('stuck');
      });
    const station = new Station({ maxConcurrentJobs: 1, process });
    station.call('a', 'b');
    station.leave('a');
    station.time.flush();

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(await faults.told()).toMatchObject([{ errors: [new Error('stuck')] }]);
  });

  it('of a caller as he is told that all are abandoned keeps no other from being told', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('running');
    const broken$ = station.service.call('broken').pipe(
      finalize(() => {
        throw new Error('mine');
      }),
    );
    broken$.subscribe({ error: () => undefined });
    station.call('c');
    await station.service.close({ abandon: true });

    expect(station.heard).toMatchObject({
      running: [{ code: 'SERVICE_CLOSED' }],
      c: [{ code: 'SERVICE_CLOSED' }],
    });
    expect(await faults.told()).toMatchObject([{ errors: [new Error('mine')] }]);
  });
});

describe('LLMService of rxllm/lite, a queue that is full', () => {
  it.each([0, 1, 3])('of %d refuses the new call, and leaves the others', (queueLimit) => {
    const station = new Station({ queueLimit, maxConcurrentJobs: 1 });
    station.call('running', 'a', 'b', 'c', 'd');

    const queued = ['a', 'b', 'c', 'd'].map((request) => station.heard[request]);
    const full = [new QueueFullError(queueLimit)];
    expect(queued).toEqual([[], [], [], []].fill(full as never[], queueLimit));
    expect(station.state).toMatchObject({ queued: queueLimit, inFlight: 1 });
  });

  it('refuses the new one whatever its priority', () => {
    const station = new Station({ queueLimit: 1, maxConcurrentJobs: 1 });
    station.call('running', 'a');
    station.callWith('b', { priority: 9 });

    expect(station.heard).toMatchObject({ a: [], b: [{ code: 'QUEUE_FULL' }] });
  });

  it('takes one more for each that starts, and for each that leaves', () => {
    const station = new Station({ queueLimit: 1, maxConcurrentJobs: 1 });
    station.call('running', 'a');
    station.end('running');
    station.call('b');
    station.leave('b');
    station.call('c');

    expect(station.heard).toMatchObject({ a: [], b: [], c: [] });
  });

  it('does not refuse, as calls arrive while others are let out, those that can start', () => {
    const station = new Station({ queueLimit: 1, process: () => of('a') });
    station.service.pause();
    station.service.call('outer').subscribe(() => {
      station.call('a', 'b', 'c');
    });
    station.service.resume();

    expect(station.started).toEqual(['0 outer', '0 a', '0 b', '0 c']);
    expect(station.heard['c']).toEqual(['a', '|']);
  });

  it.each<[string, (station: Station) => void]>([
    [
      'is made',
      (station) => {
        station.call('outer');
      },
    ],
    [
      'is let out later',
      (station) => {
        station.service.pause();
        station.call('outer');
        station.service.resume();
      },
    ],
  ])('refuses the latest of those that arrive as a call %s, and must wait', (_when, start) => {
    const station: Station = new Station({
      queueLimit: 2,
      maxConcurrentJobs: 2,
      process: (request) => {
        if (request === 'outer') station.call('a', 'b', 'c', 'd');
        return NEVER;
      },
    });
    start(station);

    expect(station.started).toEqual(['0 outer', '0 a']);
    expect(station.heard).toMatchObject({ b: [], c: [], d: [{ code: 'QUEUE_FULL' }] });
    expect(station.state.queued).toBe(2);
  });

  it('lets whoever hears of it call again', () => {
    const station = new Station({ queueLimit: 1, maxConcurrentJobs: 1 });
    station.call('running', 'a');
    station.service.call('b').subscribe({
      error: () => {
        station.leave('a');
        station.call('c');
      },
    });

    expect(station.state).toMatchObject({ queued: 1, inFlight: 1 });
    station.end('running');
    expect(station.started).toEqual(['0 running', '0 c']);
  });

  it('refuses nobody for those that leave as they hear of it', () => {
    const station = new Station({ queueLimit: 0, maxConcurrentJobs: 1 });
    station.call('running', 'a');
    station.end('running');
    station.call('b');

    expect(station.started).toEqual(['0 running', '0 b']);
    expect(station.heard['a']).toEqual([new QueueFullError(0)]);
  });
});

describe('LLMService of rxllm/lite, a pause', () => {
  it('lets no call out until resume, in whose turn they go, in order', () => {
    const station = new Station({ process: () => NEVER });
    station.service.pause();
    station.call('a', 'b');
    expect(station.state).toMatchObject({ status: 'paused', queued: 2, inFlight: 0 });
    station.service.resume();

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.state).toMatchObject({ status: 'running', queued: 0, inFlight: 2 });
  });

  it('lets those in flight go on', () => {
    const station = new Station();
    station.call('a');
    station.service.pause();
    station.works['a']?.next('answer');
    station.end('a');

    expect(station.heard['a']).toEqual(['answer', '|']);
  });

  it('holds no timer, nor does who waits through it', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)] });
    station.call('a', 'b');
    expect(station.time.timers).toBe(1);
    station.service.pause();
    expect(station.time.timers).toBe(0);
    station.time.advance(100);
    station.service.resume();

    expect(station.started).toEqual(['0 a', '100 b']);
  });

  it('that is none is not ended: the timer of who waits stays as it is, also by close', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)] });
    station.call('a', 'b');
    const schedule = jest.spyOn(station.time, 'schedule');
    station.service.resume();
    void station.service.close();

    expect(schedule).not.toHaveBeenCalled();
    expect(station.time.timers).toBe(1);
  });

  it('that is asked for twice ends by one resume', () => {
    const station = new Station();
    station.service.pause();
    station.service.pause();
    station.call('a');
    station.service.resume();

    expect(station.started).toEqual(['0 a']);
  });

  it('stops in the midst of those that are let out', () => {
    const station: Station = new Station({
      process: (request) => {
        if (request === 'b') station.service.pause();
        return NEVER;
      },
    });
    station.service.pause();
    station.call('a', 'b', 'c');
    station.service.resume();

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.state).toMatchObject({ status: 'paused', queued: 1 });
  });
});

describe('LLMService of rxllm/lite, close', () => {
  it('takes no more, lets queued and running calls finish, then resolves', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('a', 'b');
    let isClosed = false;
    const closed = station.service.close().then(() => (isClosed = true));
    station.call('c');
    expect(station.heard['c']).toEqual([new ServiceClosedError('LLMService-m')]);
    expect(station.state.status).toBe('closing');
    station.end('a');
    await Promise.resolve();
    expect(isClosed).toBe(false);
    station.end('b');
    await closed;

    expect(station.heard).toMatchObject({ a: ['|'], b: ['|'] });
    expect(station.state).toMatchObject({ ...IDLE, status: 'closed' });
  });

  it('resolves at once when nothing was called, and each time that it is asked', async () => {
    const { service } = new Station();
    await service.close();
    await service.close();
    await service.close({ abandon: true });
    await expect(service.callAsync('a')).rejects.toEqual(new ServiceClosedError('LLMService-m'));
  });

  it('with abandon ends all calls in that turn, those that wait first, and starts none', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const ends: string[] = [];
    for (const request of ['a', 'b', 'c'])
      station.service.call(request).subscribe({
        error: (error: unknown) =>
          ends.push(`${request} ${(error as ServiceClosedError).wasAbandoned}`),
      });
    const closed = station.service.close({ abandon: true });

    expect(ends).toEqual(['b true', 'c true', 'a true']);
    expect(station.contexts['a']?.signal.aborted).toBe(true);
    await closed;
    expect(station.started).toEqual(['0 a']);
    expect(station.time.timers).toBe(0);
  });

  it('with abandon after close stops waiting, for both', async () => {
    const station = new Station();
    station.call('a');
    const first = station.service.close();
    await Promise.all([station.service.close({ abandon: true }), first]);

    expect(station.heard['a']).toEqual([new ServiceClosedError('LLMService-m', true)]);
  });

  it('with abandon waits for a promise that ignores its signal', async () => {
    let resolve: (answer: string) => void = () => undefined;
    const answer = new Promise<string>((settle) => (resolve = settle));
    const station = new Station({ process: () => answer });
    station.call('a');
    const closed = station.service.close({ abandon: true });

    expect(station.heard['a']).toMatchObject([{ code: 'SERVICE_CLOSED' }]);
    expect(station.state).toMatchObject({ status: 'closing', inFlight: 1 });
    resolve('too late');
    await closed;
    expect(station.heard['a']).toHaveLength(1);
    expect(station.state).toMatchObject({ status: 'closed', inFlight: 0 });
  });

  it('ends a pause, as nothing would finish otherwise', async () => {
    const station = new Station({ process: () => of('a') });
    station.service.pause();
    station.call('a');
    await station.service.close();

    expect(station.heard['a']).toEqual(['a', '|']);
  });

  it('with abandon starts nothing that was paused', async () => {
    const station = new Station({ process: () => of('a') });
    station.service.pause();
    station.call('a');
    await station.service.close({ abandon: true });

    expect(station.started).toEqual([]);
    expect(station.heard['a']).toMatchObject([{ code: 'SERVICE_CLOSED' }]);
  });

  it('is not held up by a pause that comes after it', async () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('a', 'b');
    const closed = station.service.close();
    station.service.pause();
    station.end('a');
    station.end('b');
    await closed;

    expect(station.started).toEqual(['0 a', '0 b']);
  });

  it('waits for those that wait for their quota', async () => {
    const station = new Station({
      quotas: [perWindow('requests', 1, 50)],
      process: () => of('a'),
    });
    station.call('a', 'b');
    const closed = station.service.close();
    expect(station.state.status).toBe('closing');
    station.time.flush();
    await closed;

    expect(station.started).toEqual(['0 a', '50 b']);
  });

  it('happens at the end of an `await using` block', async () => {
    const station = new Station({ process: () => of('a') });
    {
      await using service = station.service;
      expect(await service.callAsync('a')).toBe('a');
    }
    expect(station.state.status).toBe('closed');
  });

  it('refuses a call whose costOf closes the service', () => {
    const station: Station = new Station({
      quotas: [requestsPerMinute(5)],
      costOf: () => {
        void station.service.close();
        return undefined;
      },
    });
    station.call('a');

    expect(station.started).toEqual([]);
    expect(station.heard['a']).toEqual([new ServiceClosedError('LLMService-m')]);
    expect(station.state.status).toBe('closed');
  });

  it('refuses before it asks what the call would cost', () => {
    const costOf = jest.fn(() => 1);
    const station = new Station({ costOf });
    void station.service.close();
    station.call('a');

    expect(costOf).not.toHaveBeenCalled();
  });

  it('in the last answer of the last call closes when that has ended', async () => {
    const station = new Station({ process: () => of('a') });
    let closed: Promise<void> | undefined;
    station.service.call('a').subscribe(() => {
      closed = station.service.close();
      expect(station.state.status).toBe('closing');
    });
    await closed;
    expect(station.state.status).toBe('closed');
  });
});

describe('LLMService of rxllm/lite, time', () => {
  it('is virtual under TestScheduler.run, also where no scheduler is given', () =>
    marbles(({ cold, expectObservable }) => {
      const service = serviceOf((marble: string) => cold(marble), {
        quotas: [requestsPerMinute(1)],
      });
      const calls$ = merge(service.call('-a|'), service.call('-b|'));
      expectObservable(calls$).toBe('-a 60249ms b|');
    }));

  it('passes without a timer while nothing waits', () => {
    const station = new Station({ quotas: [perWindow('requests', 2, 50)] });
    station.call('a', 'b');
    expect(station.time.timers).toBe(0);
    station.end('a', 'b');
    expect(station.time.timers).toBe(0);
  });

  it('passes with one timer, however many wait for a quota, and none where they wait for a permit', () => {
    const station = new Station({
      quotas: [perWindow('requests', 2, 50), perWindow('tokens', 100, 70)],
    });
    station.call('a 60', 'b 60', 'c 60', 'd 1');
    expect(station.time.timers).toBe(1);
    expect(station.time.nextAt).toBe(70);
    station.time.advance(70);
    expect(station.started).toEqual(['0 a 60', '70 b 60']);

    const busy = new Station({
      quotas: [perWindow('requests', 9, 50)],
      maxConcurrentJobs: 1,
    });
    busy.call('a', 'b', 'c');
    expect(busy.time.timers).toBe(0);
  });

  it('is not looked at again for those behind one that waits for its quota', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50), perWindow('usd', 9, Infinity)],
      costOf: (request) => ({ tokens: Number(request.split(' ')[1]), usd: 0 }),
      usageOf: () => ({ tokens: 50 }),
    });
    station.call('a 50', 'b 50', 'first 50');
    const schedule = jest.spyOn(station.time, 'schedule');
    // They come, and leave.
    station.call('c 1', 'd 1');
    station.leave('c 1');
    // It has used what it had reserved.
    station.works['a 50']?.next('answer');
    station.end('a 50');
    expect(schedule).not.toHaveBeenCalled();
    station.time.flush();

    expect(station.started.slice(2)).toEqual(['50 first 50', '50 d 1']);
  });

  it('is looked at again when a timer fires early', () => {
    const time = new VirtualTime({ earlyMs: () => 1 });
    const station = new Station({ quotas: [perWindow('requests', 1, 50)] }, time);
    station.call('a', 'b');
    time.advance(49.9);
    expect(station.started).toEqual(['0 a']);
    time.flush();

    expect(station.started).toHaveLength(2);
    expect(Number(station.started[1]?.split(' ')[0])).toBeGreaterThanOrEqual(50);
  });

  it('may be longer than 2^31-1 ms', () => {
    const windowMs = 2 ** 31 + 5_000;
    const time = new VirtualTime();
    const delays: (number | undefined)[] = [];
    const schedule = time.schedule.bind(time);
    jest.spyOn(time, 'schedule').mockImplementation(((
      work: never,
      delay?: number,
      state?: never,
    ) => {
      delays.push(delay);
      return schedule(work, delay, state);
    }) as typeof time.schedule);
    const station = new Station({ quotas: [perWindow('requests', 1, windowMs)] }, time);
    station.call('a', 'b');
    time.flush();

    expect(station.started).toEqual(['0 a', `${windowMs} b`]);
    expect(delays).toEqual([2 ** 31 - 1, 5_001]);
  });

  it('stands still while the clock is set back', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)] });
    station.call('a', 'b');
    station.time.step(-1_000_000);
    station.call('c');
    station.time.flush();

    expect(station.started).toEqual(['0 a', '-999950 b', '-999900 c']);
  });
});

describe('LLMService of rxllm/lite, name', () => {
  const process = () => EMPTY;

  it('is made of class, model and tag', () => {
    class EchoService extends LLMService<string, string> {
      protected process() {
        return EMPTY;
      }
    }
    class Minified extends EchoService {
      static override readonly serviceName = 'Echo';
    }
    class OfMinified extends Minified {}

    expect(new EchoService({ modelName: 'm', serviceTag: '-fast' })).toMatchObject({
      name: 'EchoService-m-fast',
      modelName: 'm',
      serviceTag: '-fast',
    });
    expect(LLMService.serviceName).toBe('LLMService');
    expect(new Minified({ modelName: 'm' }).name).toBe('Echo-m');
    expect(new OfMinified({ modelName: 'm' }).name).toBe('OfMinified-m');
    expect(LLMService.of({ modelName: 'm', process })).toMatchObject({
      name: 'LLMService-m',
      serviceTag: '',
    });
  });

  it('names the service in what it tells and throws', async () => {
    const service = LLMService.of({ modelName: 'm', serviceTag: '-x', process });
    expect(service.toJSON().name).toBe('LLMService-m-x');
    await expect(service.callAsync('a')).rejects.toThrow('LLMService-m-x');
    await service.close();
    await expect(service.callAsync('a')).rejects.toThrow('LLMService-m-x');
  });

  it('is of a subclass that may say nothing of costs and usage', async () => {
    class Plain extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
    }
    const quotas = [perWindow('requests', 2, 50), perWindow('tokens', 3, 50)];
    const service = new Plain({ modelName: 'm', scheduler: new VirtualTime(), quotas });

    expect(await service.callAsync('a')).toBe('a');
    expect(service.toJSON().quotas).toMatchObject([{ used: 1 }, { used: 0 }]);
  });

  it('is of a subclass whose functions may use what it was made with', async () => {
    class Priced extends LLMService<string, string> {
      readonly price = 3;
      protected process(request: string) {
        return of(request);
      }
      protected override costOf() {
        return { tokens: this.price };
      }
      protected override usageOf(response: string) {
        return { tokens: response.length };
      }
    }
    const time = new VirtualTime();
    const service = new Priced({
      ...{ modelName: 'm', scheduler: time },
      quotas: [perWindow('tokens', 3, 50)],
    });
    await service.callAsync('a');

    expect(service.toJSON().quotas).toMatchObject([{ used: 1, remaining: 2 }]);
    expect(errorOf(() => service.call('a', { label: 5 as never }))).toMatchObject({
      option: 'call.label',
    });
  });
});

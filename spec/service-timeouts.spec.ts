import { finalize, map, mergeMap, NEVER, Observable, of, throwError, timer } from 'rxjs';
import {
  type CallContext,
  type CallOptions,
  CallTimeoutError,
  type LLMService,
  type LLMServiceOptions,
  quota,
  type ServiceEvent,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { marbles } from './support/marbles.js';
import { providerError } from './support/provider-error.js';
import { BROKEN, endsOf, playing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Timeouts = Pick<
  CallOptions,
  'timeout' | 'queueTimeout' | 'firstChunkTimeout' | 'chunkTimeout'
>;

const TIMEOUTS = ['timeout', 'queueTimeout', 'firstChunkTimeout', 'chunkTimeout'] as const;
const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

const perSecond = (unit: string, limit: number) =>
  quota({ unit, limit, windowMs: 1_000, marginMs: 0 });

/** What the caller got, and when. */
function toldAt(time: VirtualTime, call$: Observable<string>): string[] {
  const told: string[] = [];
  const note = (what: string) => told.push(`${time.now()} ${what}`);
  call$.subscribe({
    next: note,
    error: (error: unknown) => note(nameOf(error)),
    complete: () => note('|'),
  });
  return told;
}

function nameOf(error: unknown): string {
  return error instanceof CallTimeoutError
    ? `${error.timeout} ${error.afterMs}`
    : (error as Error).message;
}

/** Emits at these times after it was subscribed to, and never ends. */
function pieces(time: VirtualTime, ...at: number[]): Observable<string> {
  return new Observable((subscriber) => {
    for (const ms of at) subscriber.add(timer(ms, time).subscribe(() => subscriber.next('a')));
  });
}

describe('Service, timeouts of calls', () => {
  const rows: [string, Timeouts, string, string][] = [
    ['timeout: ends a call that has not ended then', { timeout: 5 }, '--a---b|', '--a--#'],
    ['timeout: an end in that very frame is in time', { timeout: 5 }, '--a--(b|)', '--a--(b|)'],
    ['timeout: an error in that very frame is the one', { timeout: 5 }, '-----!', '-----!'],
    ['timeout: nothing after it', { timeout: 1 }, '--a-b-c|', '-#'],
    ['firstChunkTimeout: ends one without a response', { firstChunkTimeout: 3 }, '----a|', '---#'],
    ['firstChunkTimeout: a response in that frame is', { firstChunkTimeout: 3 }, '---a|', '---a|'],
    ['firstChunkTimeout: the end is one', { firstChunkTimeout: 3 }, '---|', '---|'],
    ['firstChunkTimeout: only the first', { firstChunkTimeout: 3 }, '-a------b|', '-a------b|'],
    ['chunkTimeout: from one to the next', { chunkTimeout: 3 }, '-a--b---c|', '-a--b--#'],
    ['chunkTimeout: a response in that frame is', { chunkTimeout: 3 }, '-a--b--c|', '-a--b--c|'],
    ['chunkTimeout: until the end', { chunkTimeout: 3 }, '-a-b----|', '-a-b--#'],
    ['chunkTimeout: the end in that frame is in time', { chunkTimeout: 3 }, '-a-b--|', '-a-b--|'],
    ['chunkTimeout: not before the first', { chunkTimeout: 3 }, '------a|', '------a|'],
    ['chunkTimeout: many within one', { chunkTimeout: 3 }, 'aaaaaaa---|', 'aaaaaaa--#'],
    ['chunkTimeout: two in one frame', { chunkTimeout: 4 }, '-(ab)-----c|', '-(ab)#'],
    [
      'firstChunkTimeout and chunkTimeout: each in its time',
      { firstChunkTimeout: 5, chunkTimeout: 2 },
      '-----a-b-|',
      '-----a-b-|',
    ],
    [
      'firstChunkTimeout and chunkTimeout: the second after the first',
      { firstChunkTimeout: 5, chunkTimeout: 2 },
      '-a---b|',
      '-a-#',
    ],
    [
      'timeout and chunkTimeout: whichever comes first',
      { timeout: 4, chunkTimeout: 2 },
      '-a-b-c|',
      '-a-b#',
    ],
  ];
  const errors = rows.map(([what, timeouts]) => {
    const names = what.replace(/:.*/, '').split(' and ') as (keyof Timeouts)[];
    const name = what.includes('the second') ? 'chunkTimeout' : names[0]!;
    return new CallTimeoutError(name, timeouts[name]!);
  });

  it.each(rows)('%s, as an option of the call', (what, timeouts, work, told) =>
    marbles(({ cold, expectObservable }) => {
      const own = new Error('its own');
      const marble = work.replace('!', '#');
      const service = serviceOf(() => cold(marble, undefined, own));
      const error = work.includes('!') ? own : errors[rows.findIndex(([row]) => row === what)];
      expectObservable(service.call('x', timeouts)).toBe(told.replace('!', '#'), undefined, error);
    }),
  );

  it.each(rows)('%s, as an option of the service', (what, timeouts, work, told) =>
    marbles(({ cold, expectObservable }) => {
      const own = new Error('its own');
      const marble = work.replace('!', '#');
      const service = serviceOf(() => cold(marble, undefined, own), timeouts);
      const error = work.includes('!') ? own : errors[rows.findIndex(([row]) => row === what)];
      expectObservable(service.call('x')).toBe(told.replace('!', '#'), undefined, error);
    }),
  );

  it.each(['call', 'service'])(
    'queueTimeout: ends one that has not started then; a start in that frame is in time: of the %s',
    (whose) =>
      marbles(({ cold, expectObservable }) => {
        const own = whose === 'call' ? { queueTimeout: 3 } : {};
        const all = whose === 'service' ? { queueTimeout: 3 } : {};
        const service = playing(cold, { maxConcurrentJobs: 1, ...all });
        expectObservable(service.call('---|', own)).toBe('---|');
        expectObservable(service.call('-----a|', own)).toBe('--------a|');
        const error = new CallTimeoutError('queueTimeout', 3);
        expectObservable(service.call('b|', own)).toBe('---#', undefined, error);
      }),
  );

  it('queueTimeout: also while waiting for a quota', () =>
    marbles(({ cold, expectObservable }) => {
      const quotas = [quota({ unit: 'requests', limit: 1, windowMs: 5, marginMs: 0 })];
      const service = playing(cold, { quotas });
      const error = new CallTimeoutError('queueTimeout', 4);
      expectObservable(service.call('a|')).toBe('a|');
      expectObservable(service.call('b|', { queueTimeout: 4 })).toBe('----#', undefined, error);
      expectObservable(service.call('c|', { queueTimeout: 5 })).toBe('-----c|');
    }));

  it("takes the call's own rather than the service's, each by itself", () => {
    const time = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler: time, timeout: 3, firstChunkTimeout: 9 });
    const own = toldAt(time, service.call('x', { timeout: 20 }));
    const ofService = toldAt(time, service.call('x'));
    const both = toldAt(time, service.call('x', { timeout: 5, firstChunkTimeout: 4 }));
    time.advanceTo(30);

    expect([own, ofService, both]).toEqual([
      ['9 firstChunkTimeout 9'],
      ['3 timeout 3'],
      ['4 firstChunkTimeout 4'],
    ]);
  });

  it.each(TIMEOUTS)("takes the call's own %s, be it longer or shorter", (name) => {
    const scheduler = new VirtualTime();
    const work$ = pieces(scheduler, ...(name === 'chunkTimeout' ? [0] : []));
    const service = serviceOf(() => work$, { scheduler, [name]: 5 });
    if (name === 'queueTimeout') service.pause();
    const told = [3, 8].map((ms) => toldAt(scheduler, service.call('x', { [name]: ms })));
    scheduler.advanceTo(20);

    expect(told.map((one) => one.at(-1))).toEqual([`3 ${name} 3`, `8 ${name} 8`]);
  });

  it.each(TIMEOUTS)("keeps the service's %s where the call says undefined", (name) => {
    const scheduler = new VirtualTime();
    const work$ = pieces(scheduler, ...(name === 'chunkTimeout' ? [0] : []));
    const service = serviceOf(() => work$, { scheduler, [name]: 5 });
    if (name === 'queueTimeout') service.pause();
    const told = toldAt(scheduler, service.call('x', { [name]: undefined }));
    scheduler.advanceTo(20);

    expect(told.at(-1)).toBe(`5 ${name} 5`);
  });

  it('tells which one it was, after how long, with a code and what to do', () => {
    const error = new CallTimeoutError('chunkTimeout', 250);

    expect(error).toMatchObject({
      timeout: 'chunkTimeout',
      afterMs: 250,
      code: 'CALL_TIMEOUT',
      name: 'CallTimeoutError',
    });
    expect(error.message).toMatch(/chunkTimeout of 250 ms/);
    expect(error.message).toMatch(/raise chunkTimeout/);
  });

  it('rejects callAsync too', async () => {
    const time = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler: time });
    const answer = service.callAsync('x', { timeout: 5 });
    time.advanceTo(5);

    await expect(answer).rejects.toMatchObject({ timeout: 'timeout', afterMs: 5 });
    expect(time.timers).toBe(0);
  });

  it.each(TIMEOUTS)('refuses a %s that is no time, of a call and of a service', (name) => {
    const service = serviceOf(() => of('a'));
    for (const value of [0, -1, NaN, -Infinity, '5', null]) {
      const options = { [name]: value };
      expect(errorOf(() => service.call('x', options))).toMatchObject({
        code: 'INVALID_OPTION',
        option: `call.${name}`,
      });
      expect(errorOf(() => serviceOf(() => of('a'), options))).toMatchObject({
        code: 'INVALID_OPTION',
        option: name,
      });
    }
  });
});

/** Each ends its call at 10. */
const ENDING: [keyof Timeouts, Timeouts, number[]][] = [
  ['timeout', { timeout: 10 }, []],
  ['timeout', { timeout: 10 }, [2, 4]],
  ['firstChunkTimeout', { firstChunkTimeout: 10 }, []],
  ['chunkTimeout', { chunkTimeout: 8 }, [1, 2]],
];

describe.each(ENDING)('Service, a call ended by its %s', (name, timeouts, at) => {
  const time = () => new VirtualTime();

  function stageOf(options: Partial<LLMServiceOptions> = {}) {
    const scheduler = time();
    const log: string[] = [];
    const note = (what: string) => log.push(`${scheduler.now()} ${what}`);
    const process = (request: string, context: CallContext) => {
      note(`starts ${request}`);
      if (request === 'b') return of('b');
      context.signal.addEventListener('abort', () => note('aborted'));
      context.reportUsage({ tokens: 3 });
      return pieces(scheduler, ...at).pipe(finalize(() => note('torn down')));
    };
    const quotas = [perSecond('requests', 9), perSecond('tokens', 100)];
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: 1, quotas, ...options });
    return { scheduler, service, log, note };
  }

  it('aborts and tears down its work, frees its permit, and the next starts in the same turn', () => {
    const { scheduler, service, log, note } = stageOf();
    service.call('a', timeouts).subscribe({ error: (error: unknown) => note(nameOf(error)) });
    service.call('b').subscribe((answer) => note(answer));
    scheduler.advanceTo(30);

    const ended = `10 ${name} ${timeouts[name]}`;
    expect([...log].sort()).toEqual(
      ['0 starts a', '10 aborted', '10 torn down', ended, '10 starts b', '10 b'].sort(),
    );
    expect(log.indexOf('10 torn down')).toBeLessThan(log.indexOf('10 starts b'));
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    expect(scheduler.timers).toBe(0);
  });

  it('settles its reservation to what was reported', () => {
    const { scheduler, service } = stageOf();
    const used = () => service.toJSON().quotas.map(({ used, reserved }) => [used, reserved]);
    endsOf(service.call('a', timeouts));
    scheduler.advanceTo(9);
    expect(used()[0]).toEqual([1, 1]);
    scheduler.advanceTo(10);

    expect(used()).toEqual([
      [1, 0],
      [3, 0],
    ]);
  });

  it('is not tried again, and nobody is asked whether it should be', () => {
    const isRetryable = jest.fn(() => true);
    const { scheduler, service, log } = stageOf({ retry: { isRetryable, maxAttempts: 9 } });
    endsOf(service.call('a', timeouts));
    scheduler.advanceTo(1_000);

    expect(log.filter((step) => step.includes('starts'))).toEqual(['0 starts a']);
    expect(isRetryable).not.toHaveBeenCalled();
  });

  it('tells in events$ that it failed, with the error, what it used, and when', () => {
    const { scheduler, service } = stageOf();
    const ends: ServiceEvent[] = [];
    service.events$.subscribe((event) => ends.push(event));
    endsOf(service.call('a', { ...timeouts, label: 'l' }));
    scheduler.advanceTo(30);

    expect(ends.map(({ type }) => type)).toEqual(['queued', 'started', 'failed']);
    expect(ends[2]).toMatchObject({
      ...{ at: 10, runMs: 10, waitMs: 0, label: 'l', usage: { tokens: 3 }, isEstimated: true },
      error: new CallTimeoutError(name, timeouts[name]!),
    });
    expect(service.toJSON().throughput).toMatchObject({ failed: 1, cancelled: 0, completed: 0 });
  });

  it('leaves no timer when its caller left before, or it was answered', () => {
    const { scheduler, service } = stageOf();
    service.call('a', timeouts).subscribe().unsubscribe();
    service.call('b', timeouts).subscribe();
    const leaving = service.call('a', timeouts).subscribe();
    scheduler.advanceTo(5);
    leaving.unsubscribe();
    scheduler.flush();

    expect(scheduler.now()).toBeLessThan(10);
    expect(scheduler.timers).toBe(0);
  });

  it('gives nothing to a caller who leaves in that very frame', () => {
    const { scheduler, service } = stageOf();
    const told: unknown[] = [];
    const leaving = service
      .call('a', timeouts)
      .subscribe({ error: (error: unknown) => told.push(error) });
    scheduler.schedule(() => leaving.unsubscribe(), 10);
    scheduler.flush();

    expect(told).toEqual([]);
    expect(scheduler.timers).toBe(0);
  });

  it('lets its caller call again in the error handler, as often as he likes', () => {
    const { scheduler, service, log } = stageOf();
    const ends: string[] = [];
    const again = () => {
      service.call('a', timeouts).subscribe({
        error: (error: unknown) => {
          ends.push(`${scheduler.now()} ${nameOf(error)}`);
          if (ends.length < 4) again();
        },
      });
    };
    again();
    endsOf(service.call('b'));
    scheduler.flush();

    const ended = `${name} ${timeouts[name]}`;
    expect(ends).toEqual([10, 20, 30, 40].map((when) => `${when} ${ended}`));
    // Whoever waited goes first.
    expect(log.indexOf('10 starts b')).toBeLessThan(log.indexOf('10 starts a'));
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    expect(scheduler.timers).toBe(0);
  });

  it('lets the service close when it was the last', async () => {
    const { scheduler, service } = stageOf();
    const ends = endsOf(service.call('a', timeouts));
    const closed = service.close();
    scheduler.advanceTo(9);
    expect(service.toJSON().status).toBe('closing');
    scheduler.advanceTo(10);

    expect(service.toJSON().status).toBe('closed');
    expect(ends.at(-1)).toMatchObject({ timeout: name });
    expect(scheduler.timers).toBe(0);
    await closed;
  });

  it('is ended by abandoning rather, when that comes before', () => {
    const { scheduler, service } = stageOf();
    const ends = endsOf(service.call('a', timeouts));
    scheduler.advanceTo(5);
    void service.close({ abandon: true });
    scheduler.flush();

    expect(ends.at(-1)).toMatchObject({ code: 'SERVICE_CLOSED' });
    expect(scheduler.now()).toBe(5);
  });

  // G5: what one caller does harms no other call.
  it('lets others be ended in their time though its caller cleans up with a fault', () => {
    const { scheduler, service } = stageOf({ maxConcurrentJobs: 9 });
    const faulty$ = service.call('a', timeouts).pipe(
      finalize(() => {
        throw new Error('a fault of the caller');
      }),
    );
    endsOf(faulty$);
    const others = [timeouts, { timeout: 15 }].map((own) => endsOf(service.call('a', own)));
    const report = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => 0 as never);
    for (const until of [10, 20, 30]) errorOf(() => scheduler.advanceTo(until));
    report.mockRestore();

    expect(others.map((ends) => ends.at(-1))).toEqual([
      expect.objectContaining({ timeout: name }),
      expect.objectContaining({ timeout: 'timeout', afterMs: 15 }),
    ]);
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    expect(scheduler.timers).toBe(0);
  });

  it('holds its permit until its promise, which ignores the signal, has settled', async () => {
    const scheduler = time();
    let settle: (answer: string) => void = () => {};
    const process: Process = (request) =>
      request === 'a' ? new Promise<string>((resolve) => (settle = resolve)) : of(request);
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: 1 });
    const own = { timeout: 10 };
    const [a, b] = [endsOf(service.call('a', own)), endsOf(service.call('b'))];
    scheduler.advanceTo(10);
    expect(a).toEqual([expect.objectContaining({ timeout: 'timeout' })]);
    expect([b, service.toJSON().inFlight]).toEqual([[], 1]);
    settle('too late');
    await Promise.resolve();

    expect(a).toHaveLength(1);
    expect(b).toEqual(['b', '|']);
  });
});

describe('Service, a queued call that has waited too long', () => {
  it.each<[string, Timeouts]>([
    ['timeout', { timeout: 10 }],
    ['queueTimeout', { queueTimeout: 10 }],
  ])('by its %s: has taken nothing, and those behind move up in the same turn', (name, own) => {
    const scheduler = new VirtualTime();
    const process = jest.fn(() => pieces(scheduler));
    const costs: Record<string, number> = { a: 60, big: 70, small: 40 };
    const service = serviceOf(process, { scheduler, quotas: [perSecond('tokens', 100)] });
    (service as unknown as { costOf: unknown }).costOf = (request: string) => costs[request];
    const steps = stepsOf(service);
    endsOf(service.call('a'));
    const ends = endsOf(service.call('big', own));
    endsOf(service.call('small'));
    scheduler.advanceTo(9);
    expect(service.toJSON()).toMatchObject({ queued: 2, quotas: [{ used: 60 }] });
    scheduler.advanceTo(10);

    expect(ends).toEqual([expect.objectContaining({ timeout: name, afterMs: 10 })]);
    expect(process.mock.calls.map(([request]: string[]) => request)).toEqual(['a', 'small']);
    expect(service.toJSON()).toMatchObject({ queued: 0, quotas: [{ used: 100 }] });
    expect(steps.slice(-2)).toEqual(['10: 2 failed 1', '10: 3 started 1']);
  });

  it.each<[string, Partial<LLMServiceOptions>]>([
    ['one at a time', { maxConcurrentJobs: 1 }],
    ['three at a time', { maxConcurrentJobs: 3 }],
  ])(
    'is not let out by those that end with it: none whose time is over is sent to the provider, %s',
    (_how, options) => {
      const scheduler = new VirtualTime();
      const process = jest.fn(() => NEVER);
      const quotas = [perSecond('requests', 100)];
      const service = serviceOf(process, { scheduler, quotas, timeout: 10, ...options });
      const all = Array.from({ length: 20 }, () => toldAt(scheduler, service.call('x')));
      scheduler.advanceTo(30);

      expect(all).toEqual(all.map(() => ['10 timeout 10']));
      expect(process).toHaveBeenCalledTimes(options.maxConcurrentJobs as number);
      expect(service.toJSON()).toMatchObject({
        ...EMPTY_STATE,
        quotas: [{ used: options.maxConcurrentJobs }],
      });
    },
  );

  it.each<[string, (service: LLMService<string, string>) => unknown]>([
    ['closes', (service) => service.close()],
    ['is waited for to be idle', (service) => service.onIdle()],
  ])('is told before its service, which %s, is done', async (what, wait) => {
    const scheduler = new VirtualTime();
    const options = { scheduler, maxConcurrentJobs: 1, timeout: 10 };
    const service = serviceOf(() => pieces(scheduler), options);
    const log: string[] = [];
    service.events$.subscribe({
      next: ({ type, callId = 0 }) => log.push(`${type} ${callId}`),
      complete: () => log.push('|'),
    });
    const isDoneWith: number[] = [];
    service.state$.subscribe(({ status, throughput }) => {
      if (status === 'closed') isDoneWith.push(throughput.failed);
    });
    for (let n = 0; n < 3; n++) endsOf(service.call('x'));
    const done = wait(service);
    scheduler.advanceTo(10);
    await done;

    const ends = log.filter((step) => !step.startsWith('queued') && !step.startsWith('started'));
    const isClosed = what === 'closes';
    // In whichever order: before the end.
    const end = isClosed ? ['|'] : [];
    expect(ends.slice(3)).toEqual(end);
    expect(ends.sort()).toEqual(['failed 1', 'failed 2', 'failed 3', ...end]);
    if (isClosed) expect(isDoneWith[0]).toBe(3);
  });

  it('goes though it is paused, never to start', () => {
    const scheduler = new VirtualTime();
    const process = jest.fn(() => of('x'));
    const service = serviceOf(process, { scheduler });
    service.pause();
    const told = [{ timeout: 5 }, { queueTimeout: 7 }].map((own) =>
      toldAt(scheduler, service.call('x', own)),
    );
    scheduler.advanceTo(10);
    service.resume();

    expect(told).toEqual([['5 timeout 5'], ['7 queueTimeout 7']]);
    expect(process).not.toHaveBeenCalled();
    expect([service.toJSON().queued, scheduler.timers]).toEqual([0, 0]);
  });

  it('goes while resources are being acquired', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => of('x'), { scheduler });
    Object.assign(service, { acquireResources: () => timer(20, scheduler) });
    const told = toldAt(scheduler, service.call('x', { queueTimeout: 10 }));
    const patient = toldAt(scheduler, service.call('x', { queueTimeout: 20 }));
    scheduler.flush();

    expect([told, patient]).toEqual([['10 queueTimeout 10'], ['20 x', '20 |']]);
  });

  it('goes by its queueTimeout only before it has started', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => pieces(scheduler, 50), { scheduler, queueTimeout: 10 });
    const told = toldAt(scheduler, service.call('x'));
    scheduler.advanceTo(60);

    expect(told).toEqual(['50 a']);
  });

  it('leaves no timer when it is refused at the door, or has no room', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler, maxConcurrentJobs: 1, queueLimit: 0 });
    const never = { timeout: 10, queueTimeout: 10 };
    endsOf(service.call('x'));
    const full = endsOf(service.call('x', never));
    expect(full).toEqual([expect.objectContaining({ code: 'QUEUE_FULL' })]);

    expect(scheduler.timers).toBe(0);
  });

  it('leaves one timer for all of 1,000, and none once they have gone', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler, maxConcurrentJobs: 1 });
    endsOf(service.call('x'));
    const calls = Array.from({ length: 1_000 }, (_, n) =>
      service.call('x', { timeout: 100 + (n % 7) }).subscribe({ error: () => {} }),
    );
    expect(scheduler.timers).toBe(1);
    for (const call of calls.slice(0, 500)) call.unsubscribe();
    scheduler.advanceTo(200);

    expect(scheduler.timers).toBe(0);
    expect(service.toJSON()).toMatchObject({ queued: 0, throughput: { failed: 500 } });
  });
});

describe('Service, timeouts of a call that is tried again', () => {
  it('firstChunkTimeout: each try has its own', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { firstChunkTimeout: 3 });
      const error = new CallTimeoutError('firstChunkTimeout', 3);
      expectObservable(service.call('--# ---a|')).toBe('---------a|');
      expectObservable(service.call('--# ----a|')).toBe('---------#', undefined, error);
    }));

  it('chunkTimeout: begins with the first response of the try that has one', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { chunkTimeout: 2 });
      const error = new CallTimeoutError('chunkTimeout', 2);
      expectObservable(service.call('--# ----a-|')).toBe('----------a-|');
      expectObservable(service.call('--# ----a---|')).toBe('----------a-#', undefined, error);
    }));

  it('timeout: is for all tries together, at work and waiting', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold);
      const error = new CallTimeoutError('timeout', 8);
      const timeout = 8;
      expectObservable(service.call('--# --(a|)', { timeout })).toBe('--------(a|)');
      expectObservable(service.call('--# ---a|', { timeout })).toBe('--------#', undefined, error);
    }));

  it('queueTimeout: begins anew with each failure, and holds the wait for the permit too', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      const error = new CallTimeoutError('queueTimeout', 5);
      // Fails at 2, would go on at 6; the permit is taken until 8.
      expectObservable(service.call('--# a|', { queueTimeout: 5 })).toBe(
        '-------#',
        undefined,
        error,
      );
      expectObservable(service.call('------b|')).toBe('--------b|');
      expectObservable(service.call('c|')).toBe('---------c|');
    }));

  it('queueTimeout: a start in that very frame is in time', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      expectObservable(service.call('--# a|', { queueTimeout: 6 })).toBe('--------a|');
      expectObservable(service.call('-----b|')).toBe('-------b|');
    }));

  it.each<[string, Timeouts | { deadline: number }, string]>([
    ['queueTimeout, by 1 ms', { queueTimeout: 3 }, '--#'],
    ['queueTimeout, just not', { queueTimeout: 4 }, '------a|'],
    ['deadline, by 1 ms', { deadline: 5 }, '--#'],
    ['deadline, just not', { deadline: 6 }, '------a|'],
    ['timeout, by 1 ms', { timeout: 5 }, '--#'],
    ['timeout, just not', { timeout: 7 }, '------a|'],
  ])(
    'a try that could not begin in time is not made, the caller gets the error before: %s',
    (_how, own, told) =>
      marbles(({ cold, expectObservable }) => {
        const service = playing(cold);
        expectObservable(service.call('--# a|', own)).toBe(told, undefined, BROKEN);
      }),
  );

  it.each<[string, CallOptions]>([
    ['queueTimeout', { queueTimeout: 999 }],
    ['deadline', { deadline: 999 }],
    ['timeout', { timeout: 999 }],
  ])('is not tried again behind a gate that is closed for longer than its %s', (_what, own) => {
    const scheduler = new VirtualTime();
    const refused = providerError(429, { 'retry-after': '1' });
    const process: Process = (_, { attempt }) =>
      attempt === 1 ? throwError(() => refused) : of('in');
    const early = toldAt(scheduler, serviceOf(process, { scheduler }).call('x', own));
    const patient = toldAt(
      scheduler,
      serviceOf(process, { scheduler }).call('x', { ...own, ...plus(own, 2) }),
    );
    scheduler.flush();

    expect(early).toEqual(['0 status 429']);
    expect(patient).toEqual(['1000 in', '1000 |']);
    expect(scheduler.timers).toBe(0);
  });

  it('takes nothing of what retries may be when a try would begin too late', () => {
    const scheduler = new VirtualTime();
    const process: Process = (_, { attempt }) =>
      attempt === 1 ? throwError(() => BROKEN) : of('in');
    const service = serviceOf(process, { scheduler, retry: { share: 0, atLeast: 1 } });
    const late = toldAt(scheduler, service.call('x', { queueTimeout: 1 }));
    const other = toldAt(scheduler, service.call('x'));
    scheduler.advanceTo(50);

    expect([late, other]).toEqual([['0 status 500'], ['4 in', '4 |']]);
  });

  it.each<[string, Timeouts]>([
    ['timeout', { timeout: 4 }],
    ['queueTimeout', { queueTimeout: 2 }],
  ])('ends it while it is paused before its next try, by its %s', (name, own) => {
    const scheduler = new VirtualTime();
    const process = jest.fn(() =>
      timer(2, scheduler).pipe(mergeMap(() => throwError(() => BROKEN))),
    );
    const service = serviceOf(process, { scheduler, retry: { random: () => 0.25 } });
    const told = toldAt(scheduler, service.call('x', own));
    scheduler.advanceTo(1);
    service.pause();
    scheduler.advanceTo(20);
    service.resume();

    expect(told).toEqual([`4 ${name} ${own[name as keyof Timeouts]}`]);
    expect(process).toHaveBeenCalledTimes(1);
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    expect(scheduler.timers).toBe(0);
  });

  it('leaves no timer of a try when the next is answered', () => {
    const scheduler = new VirtualTime();
    const process: Process = (_, { attempt }) =>
      timer(1, scheduler).pipe(
        mergeMap(() => (attempt === 1 ? throwError(() => BROKEN) : of('in'))),
      );
    const all = { timeout: 99, queueTimeout: 99, firstChunkTimeout: 99, chunkTimeout: 99 };
    const service: LLMService<string, string> = serviceOf(process, { scheduler, ...all });
    const told = toldAt(scheduler, service.call('x', { deadline: 99 }));
    scheduler.flush();

    expect(told).toEqual(['6 in', '6 |']);
    expect([scheduler.now(), scheduler.timers]).toEqual([6, 0]);
  });
});

describe('Service, timeouts and all that emits at once', () => {
  it('are met by work that answers in the turn in which it starts', () => {
    const scheduler = new VirtualTime();
    const all = { timeout: 1, queueTimeout: 1, firstChunkTimeout: 1, chunkTimeout: 1 };
    const service = serviceOf(() => of('a', 'b'), { scheduler, ...all });

    expect(toldAt(scheduler, service.call('x'))).toEqual(['0 a', '0 b', '0 |']);
    expect(scheduler.timers).toBe(0);
  });

  it('read no time for calls that have none', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler });
    endsOf(service.call('x'));

    expect(scheduler.timers).toBe(0);
  });

  it('work on the default scheduler, in virtual time', () =>
    marbles(({ expectObservable }) => {
      const service = serviceOf(() => timer(9).pipe(map(() => 'a')));
      const error = new CallTimeoutError('timeout', 8);
      expectObservable(service.call('x', { timeout: 8 })).toBe('--------#', undefined, error);
      expectObservable(service.call('x', { timeout: 9 })).toBe('---------(a|)');
    }));

  it('are so long that the platform has no such timer', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler });
    const told = toldAt(scheduler, service.call('x', { timeout: 2 ** 33 }));
    scheduler.flush();

    expect(told).toEqual([`${2 ** 33} timeout ${2 ** 33}`]);
  });
});

function plus(own: CallOptions, ms: number): CallOptions {
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, Number(value) + ms]));
}

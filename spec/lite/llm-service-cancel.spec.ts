import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import {
  filter,
  forkJoin,
  from,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { LLMService } from '../../src/lite/index.js';
import { marbles } from '../support/marbles.js';
import { Faults, perWindow, Station } from './station.js';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const IDLE = { queued: 0, inFlight: 0, retrying: 0 };
const BATCH = Array.from({ length: 50 }, (_, n) => `${n} 1`);
const tokens = (limit: number) => [perWindow('tokens', limit, 50)];

describe('LLMService of rxllm/lite, a queued call that is cancelled', () => {
  it('is gone at once, has taken nothing, and lets those behind it move up', () => {
    const station = new Station({ quotas: tokens(100) });
    station.call('a 60', 'b 60', 'c 40');
    expect(station.time.timers).toBe(1);
    station.leave('b 60');
    expect(station.state.queued).toBe(1);
    // That of the one that has left would be a second one.
    expect(station.time.timers).toBe(1);
    station.time.advance(0);

    expect(station.started).toEqual(['0 a 60', '0 c 40']);
    expect(station.heard['b 60']).toEqual([]);
    expect(station.time.timers).toBe(0);
    expect(station.state).toMatchObject({ queued: 0, inFlight: 2, quotas: [{ used: 100 }] });
  });

  it('leaves no timer behind when it was the only one', () => {
    const station = new Station({ quotas: tokens(100) });
    station.call('a 60', 'b 60');
    station.leave('b 60');

    expect(station.time.timers).toBe(0);
  });

  it('leaves the timer of the one that waits in front of it', () => {
    const station = new Station({ quotas: tokens(100) });
    station.call('a 60', 'b 60', 'c 60');
    station.leave('c 60');
    expect(station.time.timers).toBe(1);
    station.time.flush();

    expect(station.started).toEqual(['0 a 60', '50 b 60']);
  });

  it('may be anywhere in the queue', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('running', ...LETTERS);
    station.leave('d', 'a', 'g');
    for (const request of ['running', ...LETTERS]) station.end(request);

    expect(station.started.map((start) => start.split(' ')[1])).toEqual([
      'running',
      ...['b', 'c', 'e', 'f'],
    ]);
  });

  it('was never there where its caller leaves while the cost is estimated', () => {
    const leave$ = new Subject<void>();
    const costOf = () => {
      leave$.next();
      return 1;
    };
    const station = new Station({ costOf });
    station.service.call('a').pipe(takeUntil(leave$)).subscribe();
    station.time.flush();

    expect(station.started).toEqual([]);
    expect(station.state).toMatchObject(IDLE);
  });

  it('is no more when its caller leaves twice', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('running', 'a');
    station.leave('a', 'a', 'running', 'running');
    station.time.flush();

    expect(station.state).toMatchObject(IDLE);
  });
});

describe('LLMService of rxllm/lite, a call in flight that is cancelled', () => {
  it('hears it by its signal, is torn down, and frees its permit at that instant', () => {
    const torn: string[] = [];
    const station: Station = new Station({
      maxConcurrentJobs: 1,
      process: (request, { signal }) =>
        new Observable<string>(() => () => {
          torn.push(`${request} ${signal.aborted} ${station.state.inFlight}`);
        }),
    });
    station.call('a', 'b');
    station.time.advance(5);
    station.leave('a');
    // Its permit is free when it is torn down, not before.
    expect(torn).toEqual(['a true 1']);
    expect(station.state).toMatchObject({ queued: 1, inFlight: 0 });
    station.time.advance(0);

    expect(station.started).toEqual(['0 a', '5 b']);
  });

  it('by switchMap starts the next one in its place', () =>
    marbles(({ hot, expectObservable }) => {
      const service = LLMService.of({
        ...{ modelName: 'm', maxConcurrentJobs: 1 },
        process: (request: string) => timer(4).pipe(switchMap(() => of(request))),
      });
      const answers$ = hot('a-b----|').pipe(switchMap((request) => service.call(request)));
      expectObservable(answers$).toBe('------b|');
    }));

  it('keeps what it has reserved, or has reported', () => {
    const station = new Station({ quotas: tokens(100) });
    station.call('a 60', 'b 30');
    station.contexts['a 60']?.reportUsage({ tokens: 5 });
    station.leave('a 60', 'b 30');

    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 35 }] });
  });

  it('hears nothing any more', () => {
    const station = new Station();
    station.call('a');
    const work$ = station.works['a'];
    work$?.next('first');
    station.leave('a');
    work$?.next('second');
    work$?.complete();

    expect(station.heard['a']).toEqual(['first']);
    expect(work$?.observed).toBe(false);
  });

  it.each(['resolve', 'reject'] as const)(
    'keeps the permit of a promise until that settles: %s',
    async (how) => {
      const settle = { resolve: (): void => undefined, reject: (): void => undefined };
      const answer = new Promise<string>((resolve, reject) => {
        settle.resolve = () => {
          resolve('late');
        };
        settle.reject = () => {
          reject(new Error('late'));
        };
      });
      const station = new Station({ maxConcurrentJobs: 1, process: () => answer });
      station.call('a', 'b');
      station.leave('a');
      station.time.flush();
      expect(station.state).toMatchObject({ queued: 1, inFlight: 1 });
      settle[how]();
      await answer.catch(() => undefined);

      expect(station.started).toEqual(['0 a', '0 b']);
    },
  );

  it('asks an async iterable to return, and waits for that', async () => {
    const steps: string[] = [];
    async function* pieces() {
      try {
        yield 'one';
        yield 'two';
      } finally {
        await Promise.resolve();
        steps.push('returned');
      }
    }
    const service = LLMService.of({ modelName: 'm', process: pieces });
    const first = await new Promise((resolve) => {
      service.call('a').pipe(take(1)).subscribe(resolve);
    });
    expect(first).toBe('one');
    expect(service.toJSON().inFlight).toBe(1);
    await service.close();

    expect(steps).toEqual(['returned']);
  });

  it('is not begun where process itself makes its caller leave', () => {
    const subscribed = jest.fn();
    const station: Station = new Station({
      process: (request) => {
        leave$.next(request);
        return new Observable<string>(subscribed);
      },
    });
    const leave$ = new Subject<string>();
    station.service.call('a').pipe(takeUntil(leave$)).subscribe();

    expect(subscribed).not.toHaveBeenCalled();
    expect(station.state).toMatchObject(IDLE);
  });

  it('is cancelled by whoever takes only so many responses', () => {
    const station = new Station({ process: () => of('a', 'b', 'c') });
    const answers: string[] = [];
    station.service
      .call('x')
      .pipe(take(2))
      .subscribe((answer) => answers.push(answer));

    expect(answers).toEqual(['a', 'b']);
    expect(station.state).toMatchObject(IDLE);
  });
});

function abortable() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort('over');
    },
  };
}

describe('LLMService of rxllm/lite, a batch that leaves in one turn', () => {
  it.each<[string, (station: Station) => Observable<unknown>]>([
    ['mergeMap', ({ service }) => from(BATCH).pipe(mergeMap((job) => service.call(job)))],
    ['forkJoin', ({ service }) => forkJoin(BATCH.map((job) => service.call(job)))],
    ['merge', ({ service }) => merge(...BATCH.map((job) => service.call(job)))],
  ])('made by %s: nothing more starts, or is charged, and no timer is left', (_by, batch) => {
    const station = new Station({ quotas: tokens(100), maxConcurrentJobs: 2 });
    const stop$ = new Subject<void>();
    batch(station).pipe(takeUntil(stop$)).subscribe();
    stop$.next();

    expect(station.time.timers).toBe(0);
    station.time.flush();
    expect(station.started).toEqual(['0 0 1', '0 1 1']);
    expect(station.state).toMatchObject({ ...IDLE, quotas: [{ used: 2 }] });
  });

  it('by a signal of its own: nothing starts, and each is told why', () => {
    const station = new Station({ quotas: tokens(100), maxConcurrentJobs: 2 });
    const batch = new AbortController();
    for (const job of BATCH) station.callWith(job, { signal: batch.signal });
    batch.abort('enough');
    station.time.flush();

    expect(station.started).toHaveLength(2);
    expect(Object.values(station.heard)).toEqual(BATCH.map(() => ['enough']));
    expect(station.state).toMatchObject(IDLE);
  });

  it('by a signal whose first caller calls again: none of the others is sent for that', () => {
    const station = new Station({ maxConcurrentJobs: 2, queueLimit: 3 });
    const { signal, abort } = abortable();
    station.service.call('a', { signal }).subscribe({
      error: () => {
        station.call('again');
      },
    });
    for (const request of ['b', 'c', 'd', 'e']) station.callWith(request, { signal });
    abort();
    station.time.flush();

    expect(station.started).toEqual(['0 a', '0 b', '0 again']);
    expect(station.heard).toEqual({
      ...{ b: ['over'], c: ['over'], d: ['over'], e: ['over'] },
      again: [],
    });
    expect(station.state).toMatchObject({ ...IDLE, inFlight: 1 });
  });

  it('by a signal leaves those alone that have another, or none', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const { signal, abort } = abortable();
    station.callWith('a', { signal });
    station.callWith('b', { signal: abortable().signal });
    station.callWith('c', { signal });
    station.call('d');
    abort();

    expect(station.heard).toEqual({ a: ['over'], b: [], c: ['over'], d: [] });
  });

  it('as all are abandoned: none starts as the first of them ends the work of another', async () => {
    const station = new Station({ maxConcurrentJobs: 2 });
    station.service.call('a').subscribe({
      error: () => {
        station.end('b');
      },
    });
    station.call('b', 'c', 'd');
    await station.service.close({ abandon: true });

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.heard).toMatchObject({ b: ['|'], c: [{ code: 'SERVICE_CLOSED' }] });
  });

  it('lets the others go when it is over, at the same instant', () => {
    const station = new Station({ maxConcurrentJobs: 2 });
    const stop$ = new Subject<void>();
    const batch$ = merge(...BATCH.map((job) => station.service.call(job)));
    batch$.pipe(takeUntil(stop$)).subscribe();
    station.call('other');
    station.time.advance(5);
    stop$.next();
    expect(station.started).toHaveLength(2);
    station.time.advance(0);

    expect(station.started[2]).toBe('5 other');
  });

  it('starts what is called then in the same turn, and so those that wait', () => {
    const station = new Station({ maxConcurrentJobs: 2 });
    station.call('a', 'b', 'c');
    station.leave('a', 'b');
    expect(station.started).toEqual(['0 a', '0 b']);
    station.callWith('d', { priority: 1 });

    expect(station.started.slice(2)).toEqual(['0 d', '0 c']);
    expect(station.time.timers).toBe(0);
  });

  it('leaves in a microtask under the default scheduler', async () => {
    const started: string[] = [];
    const service = LLMService.of({
      ...{ modelName: 'm', maxConcurrentJobs: 1 },
      process: (request: string) => {
        started.push(request);
        return NEVER;
      },
    });
    const a = service.call('a').subscribe();
    service.call('b').subscribe();
    a.unsubscribe();
    expect(started).toEqual(['a']);
    await Promise.resolve();
    await Promise.resolve();

    expect(started).toEqual(['a', 'b']);
  });
});

describe('LLMService of rxllm/lite, an AbortSignal', () => {
  const faults = new Faults();
  const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

  it('gives its reason to the caller, queued or in flight', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const [a, b] = [new AbortController(), new AbortController()];
    station.callWith('a', { signal: a.signal });
    station.callWith('b', { signal: b.signal });
    b.abort('no longer');
    expect(station.heard).toEqual({ a: [], b: ['no longer'] });
    a.abort();

    expect(station.heard['a']).toMatchObject([{ name: 'AbortError' }]);
    expect(station.contexts['a']?.signal.aborted).toBe(true);
    expect(station.state).toMatchObject(IDLE);
  });

  it('that has fired refuses the call before anything is asked of it', () => {
    const costOf = jest.fn(() => 1);
    const station = new Station({ costOf });
    station.callWith('a', { signal: AbortSignal.abort('over') });

    expect(station.heard['a']).toEqual(['over']);
    expect(costOf).not.toHaveBeenCalled();
    expect(station.started).toEqual([]);
  });

  it('that fires while the cost is estimated refuses the call, and has no listener', () => {
    const controller = new AbortController();
    const costOf = () => {
      controller.abort('over');
      return 1;
    };
    const station = new Station({ costOf });
    station.callWith('a', { signal: controller.signal });

    expect(station.heard['a']).toEqual(['over']);
    expect(station.started).toEqual([]);
    expect(listeners(controller)).toBe(0);
  });

  it('rejects the promise of callAsync', async () => {
    const controller = new AbortController();
    const station = new Station();
    const answer = station.service.callAsync('a', { signal: controller.signal });
    controller.abort('over');

    await expect(answer).rejects.toBe('over');
    expect(station.state).toMatchObject(IDLE);
  });

  it('of many calls has one listener for each service, and none when they have ended', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const controller = new AbortController();
    const { signal } = controller;
    const stations = [new Station({ maxConcurrentJobs: 1 }), new Station()];
    for (const station of stations)
      for (const request of 'abcdefghijklmnopqrst') station.callWith(request, { signal });
    expect(listeners(controller)).toBe(2);
    for (const [index, station] of stations.entries())
      for (const request of 'abcdefghijklmnopqrst') {
        expect(listeners(controller)).toBe(2 - index);
        // Some end, others leave.
        if (request < 'k') station.end(request);
        else station.leave(request);
      }

    expect(listeners(controller)).toBe(0);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('may be used again when its calls have ended', () => {
    const controller = new AbortController();
    const station = new Station();
    station.callWith('a', { signal: controller.signal });
    station.end('a');
    station.callWith('b', { signal: controller.signal });
    controller.abort('over');

    expect(station.heard).toEqual({ a: ['|'], b: ['over'] });
    expect(listeners(controller)).toBe(0);
  });

  it('has no listener when the call was refused', () => {
    const controller = new AbortController();
    const { signal } = controller;
    const station = new Station({ quotas: tokens(100), queueLimit: 0, maxConcurrentJobs: 1 });
    station.call('running 1');
    station.callWith('refused 1', { signal });
    station.callWith('large 101', { signal });

    expect(station.heard).toMatchObject({
      'refused 1': [{ code: 'QUEUE_FULL' }],
      'large 101': [{ code: 'QUOTA_EXCEEDED' }],
    });
    expect(listeners(controller)).toBe(0);
  });

  it('that fires as the call has ended, and before its caller is told, changes nothing of that', () => {
    const controller = new AbortController();
    const station = new Station({ quotas: tokens(100), usageOf: () => 30 });
    station.callWith('a 60', { signal: controller.signal });
    station.service.state$
      .pipe(filter(({ quotas }) => quotas[0]?.used === 30))
      .subscribe(() => controller.abort('over'));
    station.works['a 60']?.next('answer');
    station.end('a 60');

    expect(controller.signal.aborted).toBe(true);
    expect(station.heard['a 60']).toEqual(['answer', '|']);
  });

  it('ends each of its calls, though one of their callers throws', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const station = new Station();
    station.callWith('a', { signal });
    station.service.call('b', { signal }).subscribe({
      error: () => {
        throw new Error('mine');
      },
    });
    station.callWith('c', { signal });
    controller.abort('over');

    expect(station.heard).toEqual({ a: ['over'], c: ['over'] });
    expect(await faults.told()).toEqual([new Error('mine')]);
  });
});

describe('LLMService of rxllm/lite, what it prints', () => {
  it('of itself is its state, and no request', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('secret one', 'secret two');
    const { service } = station;

    expect(JSON.parse(JSON.stringify(service))).toMatchObject({ queued: 1, inFlight: 1 });
    expect(inspect(service)).toContain('inFlight: 1');
    for (const text of [inspect(service, { depth: 20 }), JSON.stringify(service)])
      expect(text).not.toContain('secret');
  });

  it('of a subscription shows which call it is, and no request', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const shown = { callId: 1, label: 'mine', priority: 2, attempt: 1 };
    const running = station.callWith('secret one', { label: 'mine', priority: 2 });
    const queued = station.callWith('secret two', {});
    const call = station.service.call('secret three').subscribe();

    for (const subscription of [running, queued, call])
      expect(inspect(subscription, { depth: 20 })).not.toContain('secret');
    expect(inspect(running, { depth: 20 })).toContain("label: 'mine'");
    expect(JSON.stringify(running, cycleFree())).toContain(JSON.stringify(shown));
    expect(JSON.stringify(queued, cycleFree())).not.toContain('secret');
  });
});

/** A subscriber and its destination hold each other. */
function cycleFree() {
  const seen = new Set<unknown>();
  return (_key: string, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  };
}

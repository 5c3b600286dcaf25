import {
  distinctUntilChanged,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  timer,
} from 'rxjs';
import { type LLMService, type LLMServiceOptions, quota } from '../src/index.js';
import { marbles } from './support/marbles.js';
import { providerError } from './support/provider-error.js';
import { BROKEN, endsOf, playing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const turns = async (count = 5) => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};

/** Whether the promise has settled by now, which is asked for later. */
function settling(promise: Promise<unknown>): { isSettled: boolean } {
  const state = { isSettled: false };
  const settle = () => {
    state.isSettled = true;
  };
  promise.then(settle, settle);
  return state;
}

/** Echoes at once; notes what was started. */
class Echo {
  readonly time = new VirtualTime();
  readonly started: string[] = [];
  readonly service: LLMService<string, string>;

  constructor(options: Partial<LLMServiceOptions> = {}) {
    const process: Process = (request) => {
      this.started.push(request);
      return of(request);
    };
    this.service = serviceOf(process, { scheduler: this.time, ...options });
  }
}

describe('Service.pause', () => {
  it('lets no call out, those in flight go on, and resume() starts in the same turn', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 2 });
      timer(1).subscribe(() => service.pause());
      timer(8).subscribe(() => service.resume());
      expectObservable(service.call('--a--b|')).toBe('--a--b|');
      expectObservable(service.call('-a-|')).toBe('-a-|');
      // Permits are free from 3 on, and another from 6 on.
      expectObservable(service.call('c|')).toBe('--------c|');
      const late$ = timer(2).pipe(mergeMap(() => service.call('d|')));
      expectObservable(late$).toBe('--------d|');
    }));

  it('holds what waits for its quota beyond the time when there is room', () =>
    marbles(({ cold, expectObservable }) => {
      const quotas = [quota({ unit: 'requests', limit: 1, windowMs: 5, marginMs: 0 })];
      const service = playing(cold, { quotas });
      timer(1).subscribe(() => service.pause());
      timer(7).subscribe(() => service.resume());
      expectObservable(service.call('a|')).toBe('a|');
      expectObservable(service.call('b|')).toBe('-------b|');
    }));

  it('takes none of the quota meanwhile, and holds no timer', () => {
    const { service, time } = new Echo({
      quotas: [quota({ unit: 'requests', limit: 1, windowMs: 5, marginMs: 0 })],
    });
    endsOf(service.call('a'));
    endsOf(service.call('b'));
    expect(time.timers).toBe(1);
    service.pause();

    expect(time.timers).toBe(0);
    time.advanceTo(20);
    expect(service.toJSON()).toMatchObject({ queued: 1, quotas: [{ used: 0 }] });
  });

  it.each<[string, number]>([
    ['after its wait', 4],
    ['at once', 0],
  ])('lets no try out that follows %s', (_when, waitMs) =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { retry: { baseMs: 4, random: () => waitMs / 4 } });
      timer(1).subscribe(() => service.pause());
      timer(9).subscribe(() => service.resume());
      expectObservable(service.call('--# a|')).toBe('---------a|');
    }),
  );

  it('lets no probe of a gate out', () => {
    const refused = providerError(429, { 'retry-after': '1' });
    const time = new VirtualTime();
    const started: number[] = [];
    const process: Process = (_, { attempt }) => {
      started.push(time.now());
      return attempt === 1 ? new Observable((s) => s.error(refused)) : of('in');
    };
    const service = serviceOf(process, { scheduler: time });
    const ends = endsOf(service.call('a'));
    service.pause();
    time.advanceTo(5_000);
    expect(started).toEqual([0]);
    service.resume();

    expect([started, ends]).toEqual([
      [0, 5_000],
      ['in', '|'],
    ]);
  });

  it('keeps order and priority of what comes meanwhile', () => {
    const { service, started } = new Echo({ maxConcurrentJobs: 1 });
    service.pause();
    const calls: [string, number][] = [['a', 0], ['b', 5], ['c', 0], ['d', 5]]; // prettier-ignore
    for (const [request, priority] of calls) endsOf(service.call(request, { priority }));
    service.resume();

    expect(started).toEqual(['b', 'd', 'a', 'c']);
  });

  it('holds calls that come before the first, and acquires for them all the same', () => {
    const { service, started } = new Echo();
    service.pause();
    const ends = endsOf(service.call('a'));
    expect([ends, service.toJSON()]).toMatchObject([[], { status: 'paused', queued: 1 }]);
    service.resume();

    expect([started, ends]).toEqual([['a'], ['a', '|']]);
  });

  it('holds them when resources come while it is paused', () => {
    const { service, started } = new Echo();
    const resources$ = new Subject<never>();
    Object.assign(service, { acquireResources: () => resources$ });
    endsOf(service.call('a'));
    service.pause();
    resources$.complete();
    expect(started).toEqual([]);
    service.resume();

    expect(started).toEqual(['a']);
  });

  it('twice is as once, and so is resuming', () => {
    const { service, started } = new Echo();
    service.resume();
    service.pause();
    service.pause();
    endsOf(service.call('a'));
    service.resume();
    expect(started).toEqual(['a']);
    service.resume();
    endsOf(service.call('b'));

    expect(started).toEqual(['a', 'b']);
  });

  it('is told in state$: status, and why the next call waits', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold);
      const state$ = service.state$.pipe(
        map(({ status, queued, blockedBy }) => `${status} ${queued} ${blockedBy?.reason ?? '-'}`),
        distinctUntilChanged(),
      );
      merge(service.call('-|'), timer(4).pipe(mergeMap(() => service.call('-|')))).subscribe();
      timer(2).subscribe(() => service.pause());
      timer(6).subscribe(() => service.resume());
      timer(6).subscribe(() => service.pause());
      const told = { a: 'running 0 -', b: 'paused 0 -', c: 'paused 1 paused' };
      expectObservable(state$).toBe('a-b-c-(ab)', told);
    }));

  it('holds a call whose turn it is as it is called, in process of another', () => {
    const time = new VirtualTime();
    const started: string[] = [];
    const service: LLMService<string, string> = serviceOf((request) => {
      started.push(request);
      if (request === 'a') service.pause();
      return of(request);
    }, { scheduler: time, maxConcurrentJobs: 1 }); // prettier-ignore
    const work = ['a', 'b'].map((request) => endsOf(service.call(request)));
    expect([started, work]).toEqual([['a'], [['a', '|'], []]]);
    service.resume();

    expect(started).toEqual(['a', 'b']);
  });

  it('holds a call that is paused for as it is queued', () => {
    const { service, started } = new Echo();
    service.events$.subscribe(({ type }) => {
      if (type === 'queued') service.pause();
    });
    endsOf(service.call('a'));
    expect(started).toEqual([]);
    service.resume();

    expect(started).toEqual(['a']);
  });

  it('stops in the midst of those that resume() lets out', () => {
    const { service, started } = new Echo();
    service.pause();
    for (const request of ['a', 'b', 'c', 'd']) {
      service.call(request).subscribe((answer) => {
        if (answer === 'b') service.pause();
      });
    }
    service.resume();
    expect(started).toEqual(['a', 'b']);
    service.resume();

    expect(started).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves a live bound to change meanwhile', () => {
    const bound$ = new Subject<number>();
    const { service, started } = new Echo({ maxConcurrentJobs: bound$ });
    Object.assign(service, { process: (request: string) => (started.push(request), NEVER) });
    endsOf(service.call('a'));
    service.pause();
    bound$.next(2);
    for (const request of ['b', 'c']) endsOf(service.call(request));
    expect(started).toEqual([]);
    service.resume();

    expect(started).toEqual(['a', 'b']);
  });

  it('does not keep callers from leaving', () => {
    const { service, started } = new Echo();
    service.pause();
    const calls = ['a', 'b', 'c'].map((request) => service.call(request).subscribe());
    calls[1]!.unsubscribe();
    service.resume();

    expect(started).toEqual(['a', 'c']);
  });
});

describe('Service.close, while paused', () => {
  it('ends the pause, as nothing would finish otherwise', async () => {
    const { service, started } = new Echo();
    service.pause();
    const ends = endsOf(service.call('a'));
    const closed = service.close();
    expect([started, ends]).toEqual([['a'], ['a', '|']]);
    await closed;

    expect(service.toJSON().status).toBe('closed');
  });

  it('with abandon: starts none, ends all, and closes', async () => {
    const { service, started, time } = new Echo();
    service.pause();
    const ends = ['a', 'b'].map((request) =>
      endsOf(service.call(request, { timeout: 9, deadline: 9 })),
    );
    await service.close({ abandon: true });

    const closed = [expect.objectContaining({ code: 'SERVICE_CLOSED' })];
    expect([started, ends, time.timers]).toEqual([[], [closed, closed], 0]);
    expect(service.toJSON()).toMatchObject({ status: 'closed', queued: 0 });
  });

  it('closes at once when nothing was ever called', async () => {
    const { service } = new Echo();
    service.pause();
    await service.close();

    expect(service.toJSON().status).toBe('closed');
  });

  it.each(['pause', 'resume'] as const)('has no effect afterwards: %s()', async (how) => {
    const { service } = new Echo();
    endsOf(service.call('a'));
    await service.close();
    service[how]();

    expect(service.toJSON().status).toBe('closed');
    expect(endsOf(service.call('b'))).toMatchObject([{ code: 'SERVICE_CLOSED' }]);
  });

  it('has no effect while it closes: what it has goes on', async () => {
    const time = new VirtualTime();
    const process: Process = (request) => timer(5, time).pipe(map(() => request));
    const service = serviceOf(process, { scheduler: time, maxConcurrentJobs: 1 });
    const ends = ['a', 'b'].map((request) => endsOf(service.call(request)));
    const closed = service.close();
    service.pause();
    time.flush();

    expect(ends).toEqual([
      ['a', '|'],
      ['b', '|'],
    ]);
    await closed;
  });

  it('with abandon, in the turn in which it is resumed: each has one outcome', () => {
    const { service, started } = new Echo({ maxConcurrentJobs: 1 });
    service.pause();
    const ends = ['a', 'b', 'c'].map((request) => {
      const told: unknown[] = [];
      service.call(request).subscribe({
        next: (answer) => {
          told.push(answer);
          if (answer === 'b') void service.close({ abandon: true });
        },
        error: () => told.push('#'),
        complete: () => told.push('|'),
      });
      return told;
    });
    service.resume();

    expect(started).toEqual(['a', 'b']);
    expect(ends).toEqual([['a', '|'], ['b', '#'], ['#']]);
  });
});

describe('Service.onIdle', () => {
  it('resolves at once when nothing was called, and when all has ended', async () => {
    const { service } = new Echo();
    await service.onIdle();
    await service.callAsync('a');

    await expect(service.onIdle()).resolves.toBeUndefined();
  });

  it.each<[string, Partial<LLMServiceOptions>]>([
    ['in flight', {}],
    ['queued behind another', { maxConcurrentJobs: 1 }],
    ['waiting for a quota', { quotas: [quota({ unit: 'requests', limit: 1, windowMs: 9 })] }],
  ])('resolves when the last has ended: %s', async (_what, options) => {
    const time = new VirtualTime();
    const process: Process = (request) => timer(5, time).pipe(map(() => request));
    const service = serviceOf(process, { scheduler: time, ...options });
    const ends = ['a', 'b'].map((request) => endsOf(service.call(request)));
    const idle = settling(service.onIdle());
    time.advanceTo(4);
    await turns();
    expect(idle.isSettled).toBe(false);
    let left = 0;
    while (ends[1]!.length === 0) {
      left = time.now();
      await turns();
      expect(idle.isSettled).toBe(false);
      time.advance(1);
    }
    await turns();

    expect([idle.isSettled, left > 0]).toEqual([true, true]);
  });

  it('waits for those between two tries', async () => {
    const time = new VirtualTime();
    const process: Process = (_, { attempt }) =>
      attempt === 1 ? new Observable((s) => s.error({ status: 500 })) : of('in');
    const service = serviceOf(process, { scheduler: time });
    endsOf(service.call('a'));
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 1 });
    const idle = settling(service.onIdle());
    await turns();
    expect(idle.isSettled).toBe(false);
    time.flush();
    await turns();

    expect(idle.isSettled).toBe(true);
  });

  it('waits for those that a try follows at once', async () => {
    const time = new VirtualTime();
    const work$ = new Subject<string>();
    const process: Process = (_, { attempt }) => (attempt === 1 ? work$ : NEVER);
    const service = serviceOf(process, { scheduler: time, retry: { random: () => 0 } });
    endsOf(service.call('a'));
    const idle = settling(service.onIdle());
    work$.error(BROKEN);
    await turns();

    expect([idle.isSettled, service.toJSON().inFlight]).toEqual([false, 1]);
  });

  it('waits while it is paused, and is idle when its callers have left', async () => {
    const { service } = new Echo();
    service.pause();
    const calling = service.call('a').subscribe();
    const idle = settling(service.onIdle());
    await turns();
    expect(idle.isSettled).toBe(false);
    calling.unsubscribe();
    await turns();

    expect(idle.isSettled).toBe(true);
  });

  it.each<[string, (service: LLMService<string, string>) => void]>([
    ['closed', (service) => void service.close()],
    ['closed by abandoning', (service) => void service.close({ abandon: true })],
  ])('resolves when the service is %s', async (_how, close) => {
    const { service } = new Echo();
    service.pause();
    endsOf(service.call('a'));
    const idle = service.onIdle();
    close(service);

    await expect(idle).resolves.toBeUndefined();
    await expect(service.onIdle()).resolves.toBeUndefined();
  });

  it('resolves for all who wait, and waits anew for who asks later', async () => {
    const { service } = new Echo();
    service.pause();
    endsOf(service.call('a'));
    const [one, other] = [settling(service.onIdle()), settling(service.onIdle())];
    service.resume();
    service.pause();
    endsOf(service.call('b'));
    const later = settling(service.onIdle());
    await turns();

    expect([one, other, later].map(({ isSettled }) => isSettled)).toEqual([true, true, false]);
  });

  it('waits for a call that is made as another ends, in its last response', async () => {
    const { service } = new Echo();
    const work$ = new Subject<string>();
    Object.assign(service, { process: (request: string) => (request === 'a' ? work$ : NEVER) });
    service.call('a').subscribe(() => endsOf(service.call('b')));
    const idle = settling(service.onIdle());
    work$.next('a');
    work$.complete();
    await turns();

    expect(idle.isSettled).toBe(false);
  });

  it('resolves when acquiring has failed, as all have failed with it', async () => {
    const { service } = new Echo();
    const resources$ = new Subject<never>();
    Object.assign(service, { acquireResources: () => resources$ });
    const ends = endsOf(service.call('a'));
    const idle = service.onIdle();
    resources$.error(new Error('no key'));
    await idle;

    expect(ends).toEqual([new Error('no key')]);
  });

  it('holds no timer', () => {
    const { service, time } = new Echo();
    service.pause();
    endsOf(service.call('a'));
    const steps = stepsOf(service);
    void service.onIdle();

    expect([time.timers, steps]).toEqual([0, []]);
  });
});

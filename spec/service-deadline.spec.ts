import { map, mergeMap, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import {
  DeadlineExceededError,
  type LLMService,
  type LLMServiceOptions,
  quota,
  type ServiceEvent,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { marbles } from './support/marbles.js';
import { providerError } from './support/provider-error.js';
import { endsOf, playing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

const late = (leftMs: number, expectedWaitMs?: number) =>
  new DeadlineExceededError(leftMs, expectedWaitMs);

/** Echoes after so many ms. */
function echo(
  time: VirtualTime,
  delayMs: number,
  options: Partial<LLMServiceOptions> = {},
): LLMService<string, string> {
  const process: Process = (request) => timer(delayMs, time).pipe(map(() => request));
  return serviceOf(process, { scheduler: time, ...options });
}

describe('Service, a call whose deadline is too near', () => {
  describe('by a quota', () => {
    it.each<[string, (at: number) => number | Date]>([
      ['ms', (at) => at],
      ["an instant of the service's scheduler", (at) => new Date(at)],
    ])('is refused at once, and one that just fits is not, in %s', (_how, deadline) =>
      marbles(({ cold, expectObservable }) => {
        const service = playing(cold, { quotas: [perWindow('requests', 1, 10)] });
        expectObservable(service.call('a|')).toBe('a|');
        const early$ = service.call('b|', { deadline: deadline(9) });
        expectObservable(early$).toBe('#', undefined, late(9, 10));
        expectObservable(service.call('c|', { deadline: deadline(10) })).toBe('----------c|');
      }),
    );

    it('counts an instant from when it is subscribed to, and ms too', () =>
      marbles(({ cold, expectObservable }) => {
        const service = playing(cold, { quotas: [perWindow('requests', 1, 10)] });
        expectObservable(service.call('a|')).toBe('a|');
        const instant$ = service.call('b|', { deadline: new Date(12) });
        const ms$ = service.call('c|', { deadline: 4 });
        expectObservable(timer(13).pipe(mergeMap(() => instant$))).toBe(
          '-------------#',
          undefined,
          late(-1),
        );
        expectObservable(timer(5).pipe(mergeMap(() => ms$))).toBe('-----#', undefined, late(4, 5));
        expectObservable(timer(6).pipe(mergeMap(() => ms$))).toBe('----------c|');
      }));

    it('counts those that are ahead of it, and not those that are not', () => {
      const time = new VirtualTime();
      const service = echo(time, 0, { quotas: [perWindow('requests', 1, 10)] });
      for (const request of ['a', 'b', 'c']) endsOf(service.call(request));
      const behind = endsOf(service.call('d', { deadline: 29 }));
      const before = endsOf(service.call('e', { deadline: 29, priority: 1 }));
      time.advanceTo(29);

      expect(behind).toEqual([late(29, 30)]);
      expect(before).toEqual(['e', '|']);
    });

    it('counts its own cost', () => {
      const time = new VirtualTime();
      const service = echo(time, 0, { quotas: [perWindow('tokens', 100, 10)] });
      const costs: Record<string, number> = { a: 60, small: 40, large: 41 };
      Object.assign(service, { costOf: (request: string) => costs[request] });
      endsOf(service.call('a'));
      const [large, small] = ['large', 'small'].map((request) =>
        endsOf(service.call(request, { deadline: 9 })),
      );
      time.advanceTo(9);

      expect([large, small]).toEqual([[late(9, 10)], ['small', '|']]);
    });
  });

  describe('by the permits', () => {
    it.each([
      [2, [late(2, 3)]],
      [3, ['c', '|']],
    ])('as long as runs have lately lasted: of %d ms', (deadline, ends) => {
      const time = new VirtualTime();
      const service = echo(time, 5, { maxConcurrentJobs: 1 });
      endsOf(service.call('a'));
      endsOf(service.call('b'));
      time.advanceTo(7);
      const c = endsOf(service.call('c', { deadline }));
      expect(c).toEqual(deadline === 2 ? ends : []);
      time.advanceTo(20);

      expect(c).toEqual(ends);
    });

    it('is not refused before anybody knows how long they run', () => {
      const time = new VirtualTime();
      const service = echo(time, 5, { maxConcurrentJobs: 1 });
      endsOf(service.call('a'));
      const ends = endsOf(service.call('b', { deadline: 4 }));
      expect(ends).toEqual([]);
      time.advanceTo(20);

      expect(ends).toEqual([late(4)]);
    });
  });

  describe('by the gate', () => {
    const refusing = (time: VirtualTime, options: Partial<LLMServiceOptions> = {}) => {
      const refused = providerError(429, { 'retry-after': '1' });
      const process: Process = (request) =>
        request === 'refused' ? throwError(() => refused) : of(request);
      return serviceOf(process, { scheduler: time, ...options, retry: { maxAttempts: 1 } });
    };

    it.each([
      [999, [late(999, 1_000)], 0],
      [1_000, ['a', '|'], 1_000],
    ])('as long as it is closed: of %d ms', (deadline, ends, at) => {
      const time = new VirtualTime();
      const service = refusing(time);
      endsOf(service.call('refused'));
      const told = endsOf(service.call('a', { deadline }));
      time.flush();

      expect([told, time.now()]).toEqual([ends, at]);
    });

    it('also when it closes while the call waits, in the same turn', () => {
      const time = new VirtualTime();
      const work$ = new Subject<string>();
      const refused = providerError(429, { 'retry-after': '1' });
      const process: Process = (request) => (request === 'first' ? work$ : of(request));
      const options = { scheduler: time, maxConcurrentJobs: 1, retry: { maxAttempts: 1 } };
      const service = serviceOf(process, options);
      endsOf(service.call('first'));
      const [near, far] = [500, 2_000].map((deadline) => endsOf(service.call('x', { deadline })));
      time.advanceTo(100);
      work$.error(refused);

      expect([near, far]).toEqual([[late(400, 1_000)], []]);
      time.flush();
      expect([far, time.now(), time.timers]).toEqual([['x', '|'], 1_100, 0]);
    });

    it('leaves no timer when it is refused', () => {
      const time = new VirtualTime();
      const service = refusing(time);
      endsOf(service.call('refused'));
      endsOf(service.call('a', { deadline: 10 }));

      expect(time.timers).toBe(0);
    });

    it('leaves no timer when it is refused though paused', () => {
      const time = new VirtualTime();
      const service = refusing(time);
      endsOf(service.call('refused'));
      service.pause();
      const ends = endsOf(service.call('a', { deadline: 10 }));
      time.advanceTo(10);

      expect(ends).toEqual([expect.objectContaining({ code: 'DEADLINE_EXCEEDED', leftMs: 10 })]);
      expect([time.timers, service.toJSON().queued]).toEqual([0, 0]);
    });

    it('watches the gate only while one with a deadline waits', () => {
      const time = new VirtualTime();
      const service = refusing(time, { maxConcurrentJobs: 1 });
      service.pause();
      const calls = [50, 60].map((deadline) => endsOf(service.call('a', { deadline })));
      endsOf(service.call('refused', { priority: 1 }));
      service.resume();
      // It has closed for longer.
      expect(calls).toEqual([[late(50, 1_000)], [late(60, 1_000)]]);

      expect(time.timers).toBe(0);
    });
  });

  it('has taken nothing, was not sent, is not queued, and tells that it failed', () => {
    const time = new VirtualTime();
    const process = jest.fn((request: string) => of(request));
    const service = serviceOf(process, {
      scheduler: time,
      quotas: [perWindow('requests', 1, 10)],
    });
    const events: ServiceEvent[] = [];
    service.events$.subscribe((event) => events.push(event));
    endsOf(service.call('a'));
    endsOf(service.call('b', { deadline: 9, label: 'l' }));

    expect(process).toHaveBeenCalledTimes(1);
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, quotas: [{ used: 1 }] });
    expect(events.slice(-2)).toMatchObject([
      { type: 'queued', callId: 2 },
      { type: 'failed', callId: 2, label: 'l', at: 0, error: late(9, 10), waitMs: 0 },
    ]);
    expect(events.at(-1)).not.toHaveProperty('usage');
    expect(time.timers).toBe(0);
  });

  it('is not refused by what would never fit, which says more', () => {
    const service = serviceOf((request) => of(request), { quotas: [perWindow('tokens', 5, 10)] });
    Object.assign(service, { costOf: () => 6 });

    expect(endsOf(service.call('a', { deadline: 1 }))).toMatchObject([{ code: 'QUOTA_EXCEEDED' }]);
  });

  it('rejects callAsync too', async () => {
    const time = new VirtualTime();
    const service = echo(time, 5, { quotas: [perWindow('requests', 1, 10)] });
    endsOf(service.call('a'));

    await expect(service.callAsync('b', { deadline: 9 })).rejects.toMatchObject({
      ...{ code: 'DEADLINE_EXCEEDED', name: 'DeadlineExceededError' },
      ...{ leftMs: 9, expectedWaitMs: 10 },
    });
  });
});

describe('Service, a call whose deadline comes', () => {
  it('fails in that frame, has taken nothing, and is never sent', () => {
    const time = new VirtualTime();
    const process = jest.fn((request: string) => (request === 'a' ? NEVER : of(request)));
    const service = serviceOf(process, { scheduler: time, maxConcurrentJobs: 1 });
    const steps = stepsOf(service);
    endsOf(service.call('a'));
    const ends = endsOf(service.call('b', { deadline: 7 }));
    time.advanceTo(6);
    expect(ends).toEqual([]);
    time.advanceTo(7);

    expect(ends).toEqual([late(7)]);
    expect((ends[0] as DeadlineExceededError).expectedWaitMs).toBeUndefined();
    expect(process).toHaveBeenCalledTimes(1);
    expect(steps.at(-1)).toBe('7: 2 failed 1');
    expect([service.toJSON().queued, time.timers]).toEqual([0, 0]);
  });

  it('starts when its permit is free in that very frame', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1 });
      expectObservable(service.call('-----|')).toBe('-----|');
      expectObservable(service.call('-b|', { deadline: 5 })).toBe('------b|');
    }));

  it('may run for as long as it likes once it has started', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold);
      expectObservable(service.call('-----a----b|', { deadline: 2 })).toBe('-----a----b|');
    }));

  it.each<[string, (service: LLMService<string, string>) => void]>([
    ['it is paused', (service) => service.pause()],
    [
      'resources are acquired',
      (service) => Object.assign(service, { acquireResources: () => NEVER }),
    ],
  ])('fails then while %s, as nobody knows how long', (_what, hold) => {
    const time = new VirtualTime();
    const service = echo(time, 0);
    hold(service);
    const ends = endsOf(service.call('a', { deadline: 10 }));
    time.advanceTo(9);
    expect(ends).toEqual([]);
    time.advanceTo(30);

    expect([ends, time.timers]).toEqual([[late(10)], 0]);
  });

  it.each<[string, Partial<LLMServiceOptions>]>([
    ['bound', { maxConcurrentJobs: NEVER }],
    ['limit', { quotas: [quota({ unit: 'requests', limit: NEVER, windowMs: 10 })] }],
  ])('fails then while a live %s has no value', (_what, options) => {
    const time = new VirtualTime();
    const service = echo(time, 0, options);
    const ends = endsOf(service.call('a', { deadline: 10 }));
    expect(ends).toEqual([]);
    time.advanceTo(10);

    expect(ends).toEqual([late(10)]);
  });

  it.each([
    [0, 'starts at once where it can'],
    [0.5, 'may be a fraction'],
  ])('%d: %s, and is refused otherwise', (deadline) => {
    const time = new VirtualTime();
    const service = echo(time, 5, { quotas: [perWindow('requests', 1, 10)] });
    const [a, b] = ['a', 'b'].map((request) => endsOf(service.call(request, { deadline })));
    time.advanceTo(5);

    expect([a, b]).toEqual([['a', '|'], [late(deadline, 10)]]);
  });

  it('of 0 fails in this frame where nobody knows how long it will wait', () => {
    const time = new VirtualTime();
    const service = echo(time, 5, { maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    const ends = endsOf(service.call('b', { deadline: 0 }));
    time.advance(0);

    expect(ends).toEqual([late(0)]);
  });

  it('goes by its queueTimeout when that is sooner, and the other way round', () => {
    const time = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler: time, maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    const first = endsOf(service.call('b', { deadline: 10, queueTimeout: 5 }));
    const second = endsOf(service.call('b', { deadline: 5, queueTimeout: 10 }));
    time.advanceTo(20);

    expect(first).toMatchObject([{ timeout: 'queueTimeout', afterMs: 5 }]);
    expect(second).toEqual([late(5)]);
  });

  it('lets those behind it move up in the same turn', () => {
    const time = new VirtualTime();
    const service = echo(time, 100, { quotas: [perWindow('tokens', 100, 50)] });
    const costs: Record<string, number> = { a: 60, large: 70, small: 40 };
    Object.assign(service, { costOf: (request: string) => costs[request] });
    service.pause();
    endsOf(service.call('large', { deadline: 20 }));
    endsOf(service.call('small'));
    endsOf(service.call('a', { priority: 1 }));
    service.resume();
    const steps = stepsOf(service);
    time.advanceTo(20);

    expect(steps).toEqual(['20: 1 failed 1', '20: 2 started 1']);
  });

  it('may be called again in its error handler', () => {
    const time = new VirtualTime();
    const service = serviceOf(() => NEVER, { scheduler: time, maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    const at: number[] = [];
    const again = () =>
      service.call('b', { deadline: 5 }).subscribe({
        error: () => {
          at.push(time.now());
          if (at.length < 3) again();
        },
      });
    again();
    time.flush();

    expect(at).toEqual([5, 10, 15]);
    expect(time.timers).toBe(0);
  });
});

describe('Service, a deadline that is over', () => {
  it.each([
    ['by 1 ms', 99],
    ['for long', -1e12],
  ])('%s: fails at once, though it could start', (_how, at) => {
    const time = new VirtualTime();
    time.advanceTo(100);
    const process = jest.fn((request: string) => of(request));
    const service = serviceOf(process, { scheduler: time });
    const ends = endsOf(service.call('a', { deadline: new Date(at) }));

    expect(ends).toEqual([late(at - 100)]);
    expect(process).not.toHaveBeenCalled();
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });

  it('fails at once while it is paused too, and says nothing of how long it would wait', () => {
    const time = new VirtualTime();
    time.advanceTo(100);
    const service = serviceOf((request) => of(request), { scheduler: time });
    const isOver = { leftMs: -1, expectedWaitMs: undefined };
    expect(endsOf(service.call('a', { deadline: new Date(99) }))).toMatchObject([isOver]);
    service.pause();

    expect(endsOf(service.call('a', { deadline: new Date(99) }))).toMatchObject([isOver]);
    expect(time.timers).toBe(0);
  });

  it('says that it was over, and not that it is to come', () => {
    expect(late(-40).message).not.toContain('-40 ms after');
    expect(late(40).message).toContain('40 ms after');
    expect(late(40, 99.5).message).toMatch(/in about 100 ms.*in 40 ms/);
  });

  it('is not over at this very instant', () => {
    const time = new VirtualTime();
    time.advanceTo(100);
    const service = serviceOf((request) => of(request), { scheduler: time });

    expect(endsOf(service.call('a', { deadline: new Date(100) }))).toEqual(['a', '|']);
  });
});

describe('Service, what is no deadline', () => {
  const service = serviceOf(() => of('a'));

  it.each<[string, unknown, string]>([
    ['NaN', NaN, 'NaN'],
    ['negative', -1, '-1'],
    ['an instant as a number', 2e11, '200000000000'],
    ['infinite', Infinity, 'Infinity'],
    ['an invalid Date', new Date(NaN), 'an invalid date'],
    ['a text', '2030-01-01', 'a text'],
    ['null', null, 'null'],
    ['an object', {}, 'an object'],
  ])(
    '%s: is told at the door, to call, callAsync, callEvents and expectedWait',
    async (_what, deadline, value) => {
      const options = { deadline } as { deadline: number };
      const told = { code: 'INVALID_OPTION', option: 'call.deadline', value };

      expect(errorOf(() => service.call('a', options))).toMatchObject(told);
      expect(errorOf(() => service.callEvents('a', options))).toMatchObject(told);
      expect(errorOf(() => service.expectedWait('a', options))).toMatchObject(told);
      await expect(service.callAsync('a', options)).rejects.toMatchObject(told);
    },
  );

  it.each([0, 1e11, new Date(8.64e15)])('%s is one', (deadline) => {
    expect(endsOf(service.call('a', { deadline }))).toEqual(['a', '|']);
  });
});

describe('Service, a deadline that is further off than the platform has timers', () => {
  it('is kept', () => {
    const time = new VirtualTime();
    const service = serviceOf(() => new Observable(), { scheduler: time, maxConcurrentJobs: 1 });
    endsOf(service.call('a'));
    const ends = endsOf(service.call('b', { deadline: 1e10 }));
    time.flush();

    expect([ends, time.now()]).toEqual([[late(1e10)], 1e10]);
  });
});

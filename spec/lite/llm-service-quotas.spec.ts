import { filter, map, merge, of, take, timer } from 'rxjs';
import {
  type FixedQuota,
  inputTokensPerMinute,
  LLMService,
  outputTokensPerMinute,
  QuotaExceededError,
  requestsPerDay,
  requestsPerMinute,
  tokensPerMinute,
  type Usage,
  usdPerDay,
} from '../../src/lite/index.js';
import { marbles } from '../support/marbles.js';
import { perWindow, Station } from './station.js';

const used = (station: Station) => station.state.quotas.map((quota) => quota.used);

/** The unit and the window of each quota that a maker makes. */
const MAKERS: readonly [string, (limit: number) => FixedQuota, string, number][] = [
  ['requestsPerMinute', requestsPerMinute, 'requests', 60_000],
  ['tokensPerMinute', tokensPerMinute, 'tokens', 60_000],
  ['inputTokensPerMinute', inputTokensPerMinute, 'inputTokens', 60_000],
  ['outputTokensPerMinute', outputTokensPerMinute, 'outputTokens', 60_000],
  ['requestsPerDay', requestsPerDay, 'requests', 86_400_000],
  ['usdPerDay', usdPerDay, 'usd', 86_400_000],
];

describe('LLMService of rxllm/lite, quotas', () => {
  it.each(MAKERS)('are made by %s', (_name, make, unit, windowMs) => {
    expect(make(5)).toEqual({ unit, limit: 5, windowMs });
  });

  it('let the next call out at the very instant at which it fits', () =>
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('requests', 2, 6)],
        process: (request: string) => of(request),
      });
      const calls$ = merge(
        ...['a', 'b', 'c', 'd'].map((request) => service.call(request)),
        timer(2).pipe(filter(() => false)),
      );
      expectObservable(calls$).toBe('(ab)--(cd|)');
    }));

  it('cover 250 ms of network by default, and what marginMs says', () => {
    const byDefault = new Station({ quotas: [requestsPerMinute(1)] });
    byDefault.call('a', 'b');
    byDefault.time.flush();
    expect(byDefault.started).toEqual(['0 a', '60250 b']);

    const other = new Station({ quotas: [{ ...requestsPerMinute(1), marginMs: 3 }] });
    other.call('a', 'b');
    other.time.flush();
    expect(other.started).toEqual(['0 a', '60003 b']);
  });

  it('slide: each charge counts for its own window', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 40');
    station.time.advance(20);
    station.call('b 60', 'c 40', 'd 60');
    station.time.flush();

    expect(station.started).toEqual(['0 a 40', '20 b 60', '50 c 40', '70 d 60']);
  });

  it('are reserved together, all or none', () => {
    const station = new Station({
      quotas: [perWindow('requests', 5, 10), perWindow('tokens', 100, 4)],
    });
    station.call('a 60', 'b 60');
    expect(used(station)).toEqual([1, 60]);
    station.time.flush();

    expect(station.started).toEqual(['0 a 60', '4 b 60']);
    expect(used(station)).toEqual([2, 60]);
  });

  it('of one unit with several windows are all kept', () => {
    const station = new Station({
      quotas: [perWindow('requests', 2, 10), perWindow('requests', 3, 100)],
    });
    station.call('a', 'b', 'c', 'd');
    station.time.flush();

    expect(station.started).toEqual(['0 a', '0 b', '10 c', '100 d']);
  });

  it('may be filled to the last bit by fractions', () => {
    const station = new Station({
      quotas: [perWindow('usd', 0.3, 50)],
      costOf: (request) => Number(request.split(' ')[1]),
    });
    station.call('a 0.1', 'b 0.2');

    expect(station.started).toEqual(['0 a 0.1', '0 b 0.2']);
  });

  it('count a request as one where its cost does not say', () => {
    const station = new Station({
      quotas: [perWindow('requests', 2, 50), perWindow('tokens', 100, 50)],
    });
    station.call('a 1', 'b 1', 'c 1');

    expect(station.started).toHaveLength(2);
    expect(used(station)).toEqual([2, 2]);
  });

  it('count as many requests as a cost says', () => {
    const station = new Station({
      quotas: [perWindow('requests', 5, 50)],
      costOf: () => ({ requests: 2 }),
    });
    station.call('a', 'b', 'c');

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(used(station)).toEqual([4]);
  });

  it('let a call without a cost out while the usage is below the limit', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      costOf: () => undefined,
      usageOf: () => ({ tokens: 60 }),
      process: (request) => of(request),
    });
    station.call('a', 'b', 'c');

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(used(station)).toEqual([120]);
    station.time.flush();
    expect(station.started).toEqual(['0 a', '0 b', '50 c']);
  });

  it('take 0 as a cost, which waits for debt all the same', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      usageOf: () => ({ tokens: 150 }),
      process: (request) => of(request),
    });
    station.call('a 100', 'b 0');
    station.time.flush();

    expect(station.started).toEqual(['0 a 100', '50 b 0']);
  });
});

describe('LLMService of rxllm/lite, settling', () => {
  it('frees what a call did not use, in the turn in which it ends', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      usageOf: () => 30,
    });
    station.call('a 60', 'b 60');
    station.time.advance(5);
    station.works['a 60']?.next('answer');
    expect(station.started).toHaveLength(1);
    station.end('a 60');

    expect(station.started).toEqual(['0 a 60', '5 b 60']);
    expect(used(station)).toEqual([90]);
  });

  it('charges what was really used as of when the call was let out', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)], usageOf: () => 90 });
    station.call('a 20', 'b 50');
    station.time.advance(10);
    station.works['b 50']?.next('answer');
    station.end('b 50');
    expect(used(station)).toEqual([110]);
    station.call('c 50');
    station.time.flush();

    expect(station.started).toEqual(['0 a 20', '0 b 50', '50 c 50']);
  });

  it('makes usage beyond the limit debt, which delays what follows', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      usageOf: () => 150,
      process: (request) => of(request),
    });
    station.call('a 10');
    expect(station.state.quotas).toMatchObject([{ used: 150, remaining: 0 }]);
    station.call('b 10');
    station.time.flush();
    expect(station.started).toEqual(['0 a 10', '50 b 10']);
  });

  it('takes the latest word on each unit, of responses and of reports', () => {
    const station = new Station({
      quotas: [perWindow('requests', 9, 50), perWindow('tokens', 100, 50)],
      usageOf: (response) => (response === '' ? undefined : { tokens: Number(response) }),
    });
    station.call('a 60');
    station.contexts['a 60']?.reportUsage({ requests: 3, tokens: 1 });
    for (const response of ['10', '25', '']) station.works['a 60']?.next(response);
    station.end('a 60');

    expect(used(station)).toEqual([3, 25]);
  });

  it('keeps the estimate where nobody says what was used', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 60', 'b 30');
    station.end('a 60');
    station.works['b 30']?.error(new Error('broken'));

    expect(used(station)).toEqual([90]);
  });

  it('changes nothing once the charge has left its window', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)], usageOf: () => 90 });
    station.call('a 60');
    station.time.advance(60);
    station.works['a 60']?.next('answer');
    station.end('a 60');

    expect(used(station)).toEqual([0]);
  });

  it('bounds what a call can have used, so that what is charged is a number again one day', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, 50)],
      usageOf: () => Number.MAX_VALUE,
      process: (request) => of(request),
    });
    station.call('a 0', 'b 0');
    station.service.call('c 0').pipe(take(0)).subscribe();
    expect(used(station)).toEqual([1e290]);
    station.time.flush();

    expect(station.started).toEqual(['0 a 0', '50 b 0']);
  });
});

describe('LLMService of rxllm/lite, a cost that never fits', () => {
  it.each<[string, FixedQuota, string, QuotaExceededError]>([
    [
      'tokens beyond the limit',
      perWindow('tokens', 100, 50),
      'a 101',
      new QuotaExceededError('tokens', 101, 100),
    ],
    [
      'a request, of which there is less than one',
      perWindow('requests', 0.5, 50),
      'a',
      new QuotaExceededError('requests', 1, 0.5),
    ],
  ])('fails at once: %s', (_what, quota, request, error) => {
    const station = new Station({ quotas: [quota] });
    station.service.pause();
    station.call(request);

    expect(station.heard[request]).toEqual([error]);
    expect(station.state).toMatchObject({ queued: 0, quotas: [{ used: 0 }] });
  });

  it('is that of one quota of several, and takes nothing of the others', () => {
    const station = new Station({
      quotas: [perWindow('requests', 5, 50), perWindow('tokens', 100, 50)],
    });
    station.call('a 101', 'b 100');

    expect(station.heard['a 101']).toMatchObject([{ unit: 'tokens', cost: 101, limit: 100 }]);
    expect(used(station)).toEqual([1, 100]);
  });

  it('may be as large as the limit', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 100');
    expect(station.started).toEqual(['0 a 100']);
  });
});

describe('LLMService of rxllm/lite, a budget', () => {
  const budget = (limit: number, options: { readonly usageOf?: () => Usage | number } = {}) =>
    new Station({ quotas: [perWindow('tokens', limit, Infinity)], ...options });

  it('is never granted again', () => {
    const station = budget(100);
    station.call('a 60');
    station.end('a 60');
    station.time.advance(1e12);
    station.call('b 60', 'c 40');

    expect(station.started.map((start) => start.split(' ')[1])).toEqual(['a', 'c']);
    expect(station.heard['b 60']).toEqual([new QuotaExceededError('tokens', 60, 100, 60)]);
  });

  it('lets those wait for what is only reserved, as it may come back', () => {
    const station = budget(100, { usageOf: () => 10 });
    station.call('a 60', 'b 60');
    expect(station.state).toMatchObject({ queued: 1, blockedBy: { until: undefined } });
    expect(station.time.timers).toBe(0);
    station.works['a 60']?.next('answer');
    station.end('a 60');

    expect(station.started).toEqual(['0 a 60', '0 b 60']);
  });

  it('tells those that wait as soon as they can never fit', () => {
    const station = budget(100);
    station.call('a 60', 'b 60', 'c 50', 'd 40');
    expect(station.heard).toMatchObject({ 'b 60': [], 'c 50': [], 'd 40': [] });
    station.end('a 60');

    expect(station.heard).toMatchObject({
      'b 60': [{ code: 'QUOTA_EXCEEDED', used: 60 }],
      'c 50': [{ code: 'QUOTA_EXCEEDED', used: 60 }],
    });
    expect(station.started).toEqual(['0 a 60', '0 d 40']);
  });

  it('may be used up to its last bit', () => {
    const station = budget(100);
    station.call('a 60');
    station.end('a 60');
    station.call('b 40');
    station.end('b 40');
    station.call('c 0', 'd 1');

    expect(station.heard).toMatchObject({ 'c 0': [], 'd 1': [{ code: 'QUOTA_EXCEEDED' }] });
  });

  it('refuses calls without a cost once it is used up', () => {
    const station = new Station({
      quotas: [perWindow('tokens', 100, Infinity)],
      costOf: () => undefined,
      usageOf: () => 50,
      process: (request) => of(request),
    });
    station.call('a', 'b', 'c');

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.heard['c']).toEqual([new QuotaExceededError('tokens', 0, 100, 100)]);
  });

  it('has room again for what is cancelled before it was reserved', () => {
    const station = budget(100);
    station.service.pause();
    station.call('a 60');
    station.leave('a 60');
    station.service.resume();
    station.call('b 100');

    expect(station.started).toEqual(['0 b 100']);
  });
});

describe('LLMService of rxllm/lite, quotas of its own', () => {
  it('are not those of another service that is given the same', () => {
    const quotas = [perWindow('requests', 1, 50)];
    const stations = [new Station({ quotas }), new Station({ quotas })];
    for (const station of stations) station.call('a', 'b');

    expect(stations.map(({ started }) => started)).toEqual([['0 a'], ['0 a']]);
  });

  it('are told in usage$ and state$ in their order', () =>
    marbles(({ expectObservable }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [perWindow('tokens', 100, 4), perWindow('requests', 5, 10)],
        costOf: (tokens: number) => ({ tokens }),
        process: (tokens: number) => of(tokens),
      });
      service.call(60).subscribe();
      const quotas$ = service.state$.pipe(map(({ quotas }) => quotas.map((quota) => quota.used)));
      expectObservable(quotas$).toBe('a---b-----c', { a: [60, 1], b: [0, 1], c: [0, 0] });
    }));
});

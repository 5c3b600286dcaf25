import { BehaviorSubject, from } from 'rxjs';
import {
  budget,
  InMemoryRateTracker,
  LLMService,
  type Quota,
  sharedQuota,
  type Usage,
} from '../../src/index.js';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';
import { Client } from './client.js';

const usd = (amount: number) => ({ usd: amount });

describe('a budget', () => {
  let time: VirtualTime;
  let client: Client;
  const make = (...quotas: Quota[]) => new InMemoryRateTracker({ quotas, scheduler: time });

  beforeEach(() => {
    time = new VirtualTime();
    client = new Client(time);
  });

  it('is never given back by time', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', usd(5));
    client.of('a').settle(usd(5));
    time.advance(1e12);

    expect(tracker.quotas).toMatchObject([{ used: 5, remaining: 0, windowMs: Infinity }]);
    client.ask(tracker, 'b', usd(0.01));
    expect(client.news()).toEqual(['a 0', `b! 1000000000000 QUOTA_EXCEEDED`]);
  });

  it('has no window, and says so to whoever gives one', () => {
    const options = { unit: 'usd', limit: 5, windowMs: 1_000 };

    expect(errorOf(() => budget(options))).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'windowMs',
      allowed: 'none: a budget has no window',
    });
  });

  it('fails a call at once that wants all of it, when some is used', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    expect(tracker.neverFits(usd(5))).toBeUndefined();
    client.ask(tracker, 'a', usd(1));
    client.of('a').settle(usd(1));

    expect(tracker.neverFits(usd(5))).toMatchObject({ code: 'QUOTA_EXCEEDED', used: 1 });
  });

  it('that is spent makes calls fail at once, and says how much of it is used', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', usd(3));
    client.of('a').settle(usd(4));
    let error: unknown;
    from(tracker.reserve(usd(2))).subscribe({ error: (reason: unknown) => (error = reason) });

    expect(error).toMatchObject({ unit: 'usd', cost: 2, limit: 5, used: 4 });
    expect((error as Error).message).toBe(
      'rxllm: a call that costs 2 usd does not fit into what is left of a budget of 5, ' +
        'of which 4 are used; raise the limit, or make a new service for a new budget',
    );
    expect(tracker.neverFits(usd(2))).toMatchObject({ used: 4 });
    expect([tracker.neverFits(usd(1)), time.timers]).toEqual([undefined, 0]);
  });

  it('that is only reserved makes calls wait, without a timer', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.askAll(tracker, 'ab', usd(2));
    client.askAll(tracker, 'cd', usd(2));
    expect([client.news(), time.timers]).toEqual([['a 0', 'b 0'], 0]);
    time.advance(7);
    client.of('a').giveBack();
    expect(client.news()).toEqual(['c 7']);
    client.of('b').settle(usd(0.5));

    expect(client.news()).toEqual(['d 7']);
  });

  it.each<[string, Usage]>([
    ['as estimated', usd(5)],
    ['to nothing that was said', {}],
    ['to more', usd(6)],
    ['to a little less', usd(4.5)],
  ])('makes who waits fail in the turn in which the rest of it is settled %s', (_, usage) => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', usd(5));
    client.askAll(tracker, 'bc', usd(1));
    time.advance(3);
    client.of('a').settle(usage);

    expect(client.news()).toEqual(['a 0', 'b! 3 QUOTA_EXCEEDED', 'c! 3 QUOTA_EXCEEDED']);
  });

  it('lets one behind go for which there is enough, when the first can never', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', usd(4));
    client.ask(tracker, 'b', usd(3));
    client.ask(tracker, 'c', usd(1));
    client.of('a').settle({});

    expect(client.news()).toEqual(['a 0', 'b! 0 QUOTA_EXCEEDED', 'c 0']);
  });

  it('lets unknown costs out while something is left, and makes them fail when it is spent', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', {});
    client.of('a').settle(usd(4.9));
    client.askAll(tracker, 'bc', {});
    client.of('b').settle(usd(0.1));
    client.ask(tracker, 'd', {});

    expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd! 0 QUOTA_EXCEEDED']);
    expect(tracker.neverFits({})).toMatchObject({ unit: 'usd', limit: 5, used: 5 });
  });

  it('lets unknown costs wait while it is only reserved', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    client.ask(tracker, 'a', usd(5));
    client.ask(tracker, 'b', {});
    expect(client.news()).toEqual(['a 0']);
    client.of('a').settle(usd(4.9));

    expect(client.news()).toEqual(['b 0']);
  });

  it('that is spent to the last fraction still grants what costs nothing', () => {
    const tracker = make(budget({ unit: 'usd', limit: 0.3 }));
    client.ask(tracker, 'a', usd(0.1));
    client.ask(tracker, 'b', usd(0.2));
    for (const name of ['a', 'b']) client.of(name).settle({});
    client.ask(tracker, 'c', usd(0));
    client.ask(tracker, 'd', usd(0.001));

    expect(client.news()).toEqual(['a 0', 'b 0', 'c 0', 'd! 0 QUOTA_EXCEEDED']);
  });

  it('that is raised lets calls go again', () => {
    const limit$ = new BehaviorSubject(5);
    const tracker = make(budget({ unit: 'usd', limit: limit$ }));
    client.ask(tracker, 'a', usd(3));
    client.ask(tracker, 'b', usd(4));
    expect(client.news()).toEqual(['a 0']);
    limit$.next(7);
    expect(client.news()).toEqual(['b 0']);
    for (const name of ['a', 'b']) client.of(name).settle({});
    client.ask(tracker, 'c', usd(4));
    limit$.next(20);
    client.ask(tracker, 'd', usd(4));

    expect(client.news()).toEqual(['c! 0 QUOTA_EXCEEDED', 'd 0']);
  });

  it('that is lowered under what is used makes those who wait fail', () => {
    const limit$ = new BehaviorSubject(5);
    const tracker = make(budget({ unit: 'usd', limit: limit$ }));
    client.askAll(tracker, 'ab', usd(2));
    client.of('a').settle({});
    client.ask(tracker, 'c', usd(2));
    limit$.next(3);

    expect(client.news()).toEqual(['a 0', 'b 0', 'c! 0 QUOTA_EXCEEDED']);
  });

  it('stands beside quotas that come back', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }), {
      unit: 'requests',
      limit: 1,
      windowMs: 10,
      marginMs: 0,
    });
    client.askAll(tracker, 'abcd', usd(2));
    for (const name of ['a', 'b']) {
      client.of(name).settle({});
      time.advance(10);
    }

    expect(client.news()).toEqual(['a 0', 'b 10', 'c! 10 QUOTA_EXCEEDED', 'd! 10 QUOTA_EXCEEDED']);
  });

  it('is one for two services that share it', async () => {
    const purse = sharedQuota(budget({ unit: 'usd', limit: 5 }));
    const [east, west] = ['-east', '-west'].map((serviceTag) =>
      LLMService.of<number, number>({
        modelName: 'm',
        serviceTag,
        quotas: [purse],
        process: (cost) => [cost],
        costOf: usd,
      }),
    );
    const answers = await Promise.allSettled([
      east!.callAsync(3),
      west!.callAsync(2),
      east!.callAsync(1),
      west!.callAsync(1),
    ]);

    expect(answers).toMatchObject([
      { value: 3 },
      { value: 2 },
      { reason: { code: 'QUOTA_EXCEEDED', used: 5 } },
      { reason: { code: 'QUOTA_EXCEEDED', used: 5 } },
    ]);
    await Promise.all([east!.close(), west!.close()]);
  });

  it('makes who waits for it in one tracker fail or go when it is settled in another', () => {
    const purse = sharedQuota(budget({ unit: 'usd', limit: 5 }));
    const [east, west, north] = [make(purse), make(purse), make(purse)] as const;
    client.ask(east, 'a', usd(4));
    client.ask(west, 'b', usd(3));
    client.ask(north, 'c', usd(1));
    expect(client.news()).toEqual(['a 0']);
    client.of('a').settle({});
    expect(client.news()).toEqual(['b! 0 QUOTA_EXCEEDED', 'c 0']);
    client.of('c').settle({});

    expect([east, west, north].map(({ quotas }) => quotas)).toMatchObject([
      [{ used: 5, reserved: 0 }],
      [{ used: 5, reserved: 0 }],
      [{ used: 5, reserved: 0 }],
    ]);
  });

  it('tells watchers that what was reserved is used now', () => {
    const tracker = make(budget({ unit: 'usd', limit: 5 }));
    const seen: unknown[] = [];
    tracker.quotas$.subscribe(([quota]) => seen.push([quota!.used, quota!.reserved]));
    client.ask(tracker, 'a', usd(2));
    client.of('a').settle(usd(2));

    expect(seen).toEqual([
      [0, 0],
      [2, 2],
      [2, 0],
    ]);
  });
});

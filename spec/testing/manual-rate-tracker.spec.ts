import { lastValueFrom, map, of, take, throwError, toArray } from 'rxjs';
import { rateLimit } from '../../src/index.js';
import {
  FakeService,
  ManualRateTracker,
  runMarbles,
  VirtualTime,
} from '../../src/testing/index.js';

describe('ManualRateTracker', () => {
  it('grants one to each emission', () => {
    runMarbles(({ hot, expectStarts }) => {
      const grants$ = hot('  ---x---(xx)-x');
      const starts = '       ---a---(bc)';
      const rateTracker = new ManualRateTracker({ grants$ });
      const service = new FakeService({ rateTracker, answers: '-x|' });
      for (const request of ['a', 'b', 'c']) service.call(request).subscribe();

      expectStarts(service).toBe(starts);
    });
  });

  it('shows who waits: the head of each queue', () => {
    const rateTracker = new ManualRateTracker({ units: ['tokens'] });
    const services = [1, 2].map(
      (tokens) => new FakeService({ rateTracker, answers: '-x|', costOf: () => ({ tokens }) }),
    );
    for (const service of services) for (const request of 'ab') service.call(request).subscribe();

    expect(rateTracker.waiting).toEqual([{ tokens: 1 }, { tokens: 2 }]);
    rateTracker.grant();
    expect(rateTracker.waiting).toEqual([{ tokens: 2 }, { tokens: 1 }]);
    rateTracker.grant(Infinity);
    expect(rateTracker.waiting).toEqual([]);
    expect(rateTracker.reservations.map(({ cost }) => cost['tokens'])).toEqual([1, 2, 1, 2]);
  });

  it('keeps what it granted before anybody asked', () => {
    const rateTracker = new ManualRateTracker();
    const service = new FakeService({ rateTracker, answers: '-x|' });
    rateTracker.grant(2);
    for (const request of ['a', 'b', 'c']) service.call(request).subscribe();

    expect(service.asked.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('lets those behind move up when one leaves', async () => {
    const rateTracker = new ManualRateTracker();
    const service = new FakeService({ rateTracker, answers: '-x|' });
    const [first] = ['a', 'b'].map((request) => service.call(request).subscribe());
    first!.unsubscribe();
    rateTracker.grant();
    // When the code that runs now has come to its end, as the other may leave in it too.
    await Promise.resolve();

    expect(service.asked.map(({ name }) => name)).toEqual(['b']);
    expect(rateTracker.reservations).toHaveLength(1);
  });

  it('refuses the first in line', () => {
    const rateTracker = new ManualRateTracker();
    const service = new FakeService({ rateTracker, answers: '-x|' });
    const errors: unknown[] = [];
    service.call('a').subscribe({ error: (error: unknown) => errors.push(error) });
    service.call('b').subscribe();
    rateTracker.refuse('no');
    rateTracker.grant();

    expect(errors).toEqual(['no']);
    expect(service.asked.map(({ name }) => name)).toEqual(['b']);
  });

  it('tells what became of each reservation, and when it was made', () => {
    const scheduler = new VirtualTime();
    const rateTracker = new ManualRateTracker({ units: ['tokens'], scheduler });
    const service = new FakeService({
      rateTracker,
      scheduler,
      answers: { a: '-5|', b: '-' },
      costOf: () => ({ tokens: 9 }),
      usageOf: (response) => ({ tokens: Number(response) }),
    });
    const calls = ['a', 'b'].map((request) => service.call(request).subscribe());
    scheduler.advance(7);
    rateTracker.grant(2);
    scheduler.advance(7);
    expect(rateTracker.quotas).toMatchObject([{ unit: 'tokens', used: 14, reserved: 9 }]);
    for (const call of calls) call.unsubscribe();

    expect(rateTracker.reservations).toMatchObject([
      { state: 'settled', cost: { tokens: 9 }, usage: { tokens: 5 }, at: 7, endings: 1 },
      { state: 'settled', cost: { tokens: 9 }, usage: { tokens: 9 }, at: 7, endings: 1 },
    ]);
  });

  it('counts a reservation that is ended twice, and what came first', () => {
    const rateTracker = new ManualRateTracker();
    rateTracker.grant();
    const [reservation] = rateTracker.reserve({ tokens: 1 }) as ManualRateTracker['reservations'];
    reservation!.giveBack();
    reservation!.settle({ requests: 1 });

    expect(reservation).toMatchObject({ state: 'given back', usage: {}, endings: 2 });
    expect(rateTracker.quotas).toMatchObject([{ used: 0, reserved: 0 }]);
  });

  it('tells its quotas on subscribing, and each change', async () => {
    const rateTracker = new ManualRateTracker();
    const used$ = rateTracker.quotas$.pipe(
      map(([requests]) => requests?.used),
      take(3),
      toArray(),
    );
    const told = lastValueFrom(used$);
    rateTracker.grant();
    const [reservation] = rateTracker.reserve({}) as ManualRateTracker['reservations'];
    reservation!.giveBack();

    expect(await told).toEqual([0, 1, 0]);
  });

  it('serves rateLimit', () => {
    runMarbles(({ hot, expectObservable }) => {
      const tracker = new ManualRateTracker({ grants$: hot('--x---x') });
      expectObservable(hot('ab|').pipe(rateLimit({ tracker }))).toBe('--a---(b|)');
    });
  });

  it('listens to grants no more when it is closed', () => {
    runMarbles(({ hot, expectSubscriptions }) => {
      const grants$ = hot('-x');
      new ManualRateTracker({ grants$ }).close();
      expectSubscriptions(grants$.subscriptions).toBe('(^!)');
    });
  });

  it.each([0, -1, NaN, 1.5])('grants no %d', (count) => {
    expect(() => new ManualRateTracker().grant(count)).toThrow(/allowed: a whole number/);
  });

  it('tells of grants that have failed', () => {
    const faults: unknown[] = [];
    const error = new Error('no more');
    const rateTracker = new ManualRateTracker({ grants$: throwError(() => error) });
    rateTracker.faults$.subscribe((fault) => faults.push(fault));

    expect(faults).toEqual([error]);
  });

  it.each([
    [{ grant$: of(1) }, /option grant\$ is unknown; allowed: grants\$, units, scheduler/],
    [{ grants$: 5 }, /grants\$ is 5; allowed: an Observable/],
    [{ units: 'tokens' }, /units is a text; allowed: a list/],
  ])('refuses %o', (options, complaint) => {
    expect(() => new ManualRateTracker(options as object)).toThrow(complaint);
  });

  it('has nobody to refuse where nobody waits', () => {
    expect(() => new ManualRateTracker().refuse('no')).toThrow(/called while nobody waits/);
  });
});

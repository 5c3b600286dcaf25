import { mergeMap, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import {
  type CallOptions,
  type LLMService,
  type LLMServiceOptions,
  LLMService as Service,
  type ServiceEvent,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { BROKEN, endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Weights = NonNullable<LLMServiceOptions['tenantWeights']>;

const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

/**
 * Works for one call at a time, until it is told to go on. A request is `tenant cost`, or `tenant cost priority`;
 * without a tenant `- cost`.
 */
class Bench {
  readonly started: string[] = [];
  readonly service: LLMService<string, string>;
  private work$ = new Subject<never>();

  constructor(options: Partial<LLMServiceOptions> = {}) {
    this.service = Service.of<string, string>({
      modelName: 'm',
      maxConcurrentJobs: 1,
      scheduler: new VirtualTime(),
      ...options,
      costOf: (request) => ({ tokens: Number(request.split(' ')[1]) }),
      process: (request) => {
        this.started.push(request.split(' ')[0]!);
        this.work$ = new Subject<never>();
        return this.work$;
      },
    });
  }

  call(request: string, options: CallOptions = {}): unknown[] {
    return endsOf(this.call$(request, options));
  }

  call$(request: string, options: CallOptions = {}): Observable<string> {
    const [tenant = '-', , priority = '0'] = request.split(' ');
    const whose = tenant === '-' ? {} : { tenant };
    return this.service.call(request, { ...whose, priority: Number(priority), ...options });
  }

  many(count: number, request: string): void {
    for (let n = 0; n < count; n++) this.call(request);
  }

  /** Ends so many calls, one after the other; who was let out by that. */
  goOn(times = 1): string {
    const before = this.started.length;
    for (let n = 0; n < times; n++) this.work$.complete();
    return this.started.slice(before).join('');
  }

  /** How many of each have been let out since. */
  shares(times: number): Record<string, number> {
    const shares: Record<string, number> = {};
    for (const tenant of this.goOn(times)) shares[tenant] = (shares[tenant] ?? 0) + 1;
    return shares;
  }
}

/** A bench that is busy with a call of nobody's. */
function busy(tenantWeights?: Weights, options: Partial<LLMServiceOptions> = {}): Bench {
  const bench = new Bench({ ...(tenantWeights && { tenantWeights }), ...options });
  bench.call('- 1 9');
  return bench;
}

describe('Service, tenants', () => {
  it('take turns while their calls cost the same, whoever came first with how many', () => {
    const bench = busy();
    bench.many(5, 'a 10');
    bench.many(3, 'b 10');
    bench.many(1, 'c 10');

    expect(bench.goOn(9)).toBe('abcababaa');
  });

  it('share by cost, not by calls', () => {
    const bench = busy();
    bench.many(60, 'a 100');
    bench.many(60, 'b 300');

    expect(bench.shares(40)).toEqual({ a: 30, b: 10 });
  });

  it('share by calls where these cost nothing', () => {
    const bench = busy();
    bench.many(9, 'a 0');
    bench.many(9, 'b 0');

    expect(bench.shares(10)).toEqual({ a: 5, b: 5 });
  });

  it('are each first in, first out', () => {
    const bench = busy();
    const order: string[] = [];
    Object.assign(bench.service, {
      process: (request: string) => {
        order.push(request);
        return of(request);
      },
    });
    for (const cost of [3, 1, 2]) for (const tenant of 'ab') bench.call(`${tenant} ${cost}`);
    bench.goOn();

    expect(order.filter((request) => request.startsWith('a'))).toEqual(['a 3', 'a 1', 'a 2']);
    expect(order.filter((request) => request.startsWith('b'))).toEqual(['b 3', 'b 1', 'b 2']);
  });

  it.each<[string, Weights]>([
    ['a record', { a: 3, b: 1 }],
    ['a function', (tenant) => (tenant === 'a' ? 3 : 1)],
  ])('share by their weights, of %s', (_how, weights) => {
    const bench = busy(weights);
    bench.many(50, 'a 10');
    bench.many(50, 'b 10');

    expect(bench.shares(40)).toEqual({ a: 30, b: 10 });
  });

  it('weigh 1 where the record does not name them, and so do calls of nobody', () => {
    const bench = busy({ a: 2 });
    bench.many(50, 'a 10');
    bench.many(50, 'b 10');
    bench.many(50, '- 10');

    expect(bench.shares(40)).toEqual({ a: 20, b: 10, '-': 10 });
  });

  it('weigh by fractions, and of different costs, as long as all have some queued', () => {
    const bench = busy({ a: 0.5, b: 0.25, c: 0.25 });
    bench.many(99, 'a 40');
    bench.many(99, 'b 20');
    bench.many(99, 'c 80');

    // By tokens 2 to 1 to 1: 1,600, 800 and 800.
    expect(bench.shares(90)).toEqual({ a: 40, b: 40, c: 10 });
  });

  it('leave their share to the others while they are idle', () => {
    const bench = busy({ a: 9 });
    bench.many(20, 'b 10');
    bench.many(20, 'c 10');

    expect(bench.shares(20)).toEqual({ b: 10, c: 10 });
  });

  it('have no credit when they come back: not more than their share from then on', () => {
    const bench = busy();
    bench.many(1, 'a 10');
    bench.many(90, 'b 10');
    bench.goOn(41);
    bench.many(40, 'a 10');

    expect(bench.shares(40)).toEqual({ a: 20, b: 20 });
  });

  it('have no credit though they come and go one by one', () => {
    const bench = busy();
    bench.many(99, 'b 10');
    let mine = 0;
    for (let n = 0; n < 40; n++) {
      if (!bench.service.toJSON().queuedBy.some(({ tenant }) => tenant === 'a')) bench.call('a 10');
      if (bench.goOn() === 'a') mine += 1;
    }

    expect(mine).toBe(20);
  });

  it('cannot get ahead of one that waits by being many', () => {
    const bench = busy();
    bench.many(3, 'a 10');
    bench.many(30, 'b 10');
    bench.goOn(2);
    let others = 0;
    // A new tenant with each turn.
    for (let n = 0; bench.started.filter((tenant) => tenant === 'a').length < 3; n++) {
      bench.call(`${String.fromCharCode(65 + n)} 10`);
      if (!'ab'.includes(bench.goOn())) others += 1;
      expect(n).toBeLessThan(20);
    }

    expect(others).toBeLessThanOrEqual(6);
  });

  it('share within a priority: a higher one goes first, whoever it is of', () => {
    const bench = busy();
    bench.many(4, 'a 10 1');
    bench.many(4, 'b 10 0');
    bench.many(2, 'c 10 1');

    expect(bench.goOn(10)).toBe('acacaabbbb');
  });

  it('have each their own share of every priority', () => {
    const bench = busy();
    bench.many(4, 'a 10 1');
    bench.many(4, 'a 10 0');
    bench.many(4, 'b 10 0');

    expect(bench.goOn(12)).toBe('aaaa' + 'abababab');
  });

  describe('that cancel', () => {
    it('are not charged for what was queued', () => {
      const bench = busy();
      const leaving = Array.from({ length: 30 }, () => bench.call$('a 1000').subscribe());
      bench.many(20, 'a 10');
      bench.many(20, 'b 10');
      for (const call of leaving) call.unsubscribe();

      expect(bench.shares(20)).toEqual({ a: 10, b: 10 });
    });

    it('are not charged for what one signal cancels, some in flight and some queued', () => {
      const time = new VirtualTime();
      const bench = busy(undefined, { scheduler: time });
      const controller = new AbortController();
      const { signal } = controller;
      bench.goOn();
      for (let n = 0; n < 5; n++) bench.call('a 100', { signal });
      bench.many(20, 'a 10');
      bench.many(20, 'b 10');
      controller.abort();
      time.advance(0);

      // What was in flight was let out before there was anybody to share with.
      expect(bench.shares(20)).toEqual({ a: 10, b: 10 });
    });

    it('do not charge others either', () => {
      const bench = busy();
      bench.many(20, 'a 10');
      const leaving = Array.from({ length: 5 }, () => bench.call$('b 500').subscribe());
      bench.many(20, 'c 10');
      for (const call of leaving) call.unsubscribe();

      expect(bench.shares(20)).toEqual({ a: 10, c: 10 });
    });

    it('are not charged for what was refused by a timeout or a full queue', () => {
      const time = new VirtualTime();
      const bench = busy(undefined, { scheduler: time, queueLimit: 45 });
      for (let n = 0; n < 5; n++) bench.call('a 900', { timeout: 5 });
      bench.many(20, 'a 10');
      bench.many(20, 'b 10');
      bench.many(9, 'a 700');
      time.advanceTo(5);

      expect(bench.service.toJSON()).toMatchObject({ queued: 40, throughput: { failed: 14 } });
      expect(bench.shares(20)).toEqual({ a: 10, b: 10 });
    });

    it('keep the others going when the last of theirs leaves', () => {
      const bench = busy();
      const leaving = bench.call$('a 10').subscribe();
      bench.many(3, 'b 10');
      leaving.unsubscribe();
      expect(bench.goOn(4)).toBe('bbb');

      expect(bench.service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
    });
  });

  it('keep their order when one of their calls is tried again at once', () => {
    const started: string[] = [];
    const work$ = new Subject<never>();
    const service = Service.of<string, string>({
      ...{ modelName: 'm', maxConcurrentJobs: 1, scheduler: new VirtualTime() },
      retry: { random: () => 0, share: Infinity },
      process: (request, { attempt }) => {
        started.push(`${request}${attempt}`);
        if (request === 'first') return work$;
        return request === 'a' && attempt === 1 ? fails() : of(request);
      },
    });
    endsOf(service.call('first'));
    for (const tenant of 'aabb') endsOf(service.call(tenant, { tenant }));
    work$.complete();

    expect(started).toHaveLength(7);
    expect(started.filter((one) => one.startsWith('a'))).toEqual(['a1', 'a2', 'a1', 'a2']);
  });

  it('are told in events$ and in state$', () => {
    const bench = busy();
    const events: ServiceEvent[] = [];
    bench.service.events$.subscribe((event) => events.push(event));
    bench.many(2, 'a 10');
    bench.many(1, 'b 10 3');

    expect(events.map(({ tenant, priority }) => [tenant, priority])).toEqual([['a', 0], ['a', 0], ['b', 3]]); // prettier-ignore
    expect(bench.service.toJSON().queuedBy).toEqual(
      expect.arrayContaining([
        { priority: 0, tenant: 'a', queued: 2 },
        { priority: 3, tenant: 'b', queued: 1 },
      ]),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\u0000', '💬'])(
    'may have any name: %j weighs 1 like any other, unless it is named',
    (tenant) => {
      const bench = busy({ other: 4 });
      const order: (string | undefined)[] = [];
      Object.assign(bench.service, { process: (request: string) => (order.push(request), of('')) });
      for (let n = 0; n < 6; n++) {
        bench.call('x 10', { tenant });
        bench.call('y 10', { tenant: 'y' });
      }
      bench.goOn();

      expect(order.map((request) => request?.[0]).join('')).toBe('xyxyxyxyxyxy');
      expect(bench.service.toJSON()).toMatchObject(EMPTY_STATE);
    },
  );

  it.each(['__proto__', 'constructor'])('may be named %j in the record', (tenant) => {
    const weights = JSON.parse(`{ "${tenant}": 3 }`) as Record<string, number>;
    const bench = busy(weights);
    for (let n = 0; n < 20; n++) {
      bench.call('x 10', { tenant });
      bench.call('y 10', { tenant: 'y' });
    }

    expect(bench.shares(16)).toEqual({ x: 12, y: 4 });
  });

  it.each([5, null, {}, ['a']])('is a text, and not %j', (tenant) => {
    const bench = new Bench();
    const call = () => bench.service.call('a 1', { tenant: tenant as string });
    expect(errorOf(call)).toMatchObject({ code: 'INVALID_OPTION', option: 'call.tenant' });
  });
});

describe('Service, weights that are none', () => {
  const make = (tenantWeights: unknown) => () =>
    Service.of({ modelName: 'm', tenantWeights: tenantWeights as Weights, process: () => NEVER });

  it.each([0, -1, NaN, Infinity, '3', null, undefined])('in a record: %p is told', (weight) => {
    expect(errorOf(make({ a: 1, b: weight }))).toMatchObject({
      code: 'INVALID_OPTION',
      option: expect.stringMatching(/^tenantWeights/),
    });
  });

  it.each(['__proto__', 'constructor', 'toString'])('in a record, of a tenant named %s', (name) => {
    const weights: unknown = JSON.parse(`{ "a": 1, "${name}": -1 }`);
    expect(errorOf(make(weights))).toMatchObject({ code: 'INVALID_OPTION' });
  });

  it.each<[string, unknown]>([
    ['a map', new Map([['a', 3]])],
    ['a list', [1, 2]],
    ['a number', 3],
    ['null', null],
  ])('%s is told', (_what, weights) => {
    expect(errorOf(make(weights))).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'tenantWeights',
    });
  });

  describe.each([0, -1, NaN, Infinity, '3', undefined])('of a function: %p', (weight) => {
    const weights = (tenant: string | undefined) => (tenant === 'bad' ? weight : 1) as number;

    it('is told to that caller alone, and leaves nothing behind', async () => {
      const time = new VirtualTime();
      const bench = busy(weights, { scheduler: time });
      const good = bench.call('good 1');
      const told = { code: 'INVALID_OPTION', option: 'tenantWeights(tenant)' };
      expect(bench.call('bad 1', { timeout: 50, deadline: 50 })).toMatchObject([told]);
      const answer = bench.service.callAsync('bad 1', { tenant: 'bad', timeout: 50 });
      await expect(answer).rejects.toMatchObject(told);

      expect(bench.service.toJSON()).toMatchObject({ queued: 1, inFlight: 1 });
      expect(time.timers).toBe(0);
      bench.goOn(2);
      expect(good).toEqual(['|']);
    });
  });

  it('of a function that throws: is told to that caller alone', () => {
    const bench = busy((tenant) => {
      if (tenant === 'bad') throw new Error('no such tenant');
      return 1;
    });

    expect(bench.call('bad 1')).toEqual([new Error('no such tenant')]);
    expect(bench.service.toJSON()).toMatchObject({ queued: 0, inFlight: 1 });
  });

  // A table by tenant has no entry for calls without one.
  describe('of a function that knows nothing of calls without a tenant', () => {
    const table: Record<string, number> = { a: 3 };
    const weights = ((tenant: string) => table[tenant]) as Weights;
    const told = { code: 'INVALID_OPTION', option: 'tenantWeights(tenant)' };

    it('is told to callers of call, which leave nothing behind', () => {
      const time = new VirtualTime();
      const bench = new Bench({ scheduler: time, tenantWeights: weights });
      const ends = endsOf(bench.service.call('- 1', { timeout: 50 }));

      expect(ends).toMatchObject([told]);
      expect(bench.service.toJSON()).toMatchObject(EMPTY_STATE);
      expect(time.timers).toBe(0);
    });

    it('is told to callers of callAsync, which leave nothing behind', async () => {
      const time = new VirtualTime();
      const bench = new Bench({ scheduler: time, tenantWeights: weights });
      const events: string[] = [];
      bench.service.events$.subscribe(({ type, at }) => events.push(`${at} ${type}`));
      await expect(bench.service.callAsync('- 1', { timeout: 50 })).rejects.toMatchObject(told);
      expect(time.timers).toBe(0);
      time.advanceTo(100);

      // Each event of a call is told once, when it happens: 'queued' never without an end.
      expect(events.filter((event) => event.endsWith('queued'))).toHaveLength(
        events.filter((event) => event.startsWith('0 failed')).length,
      );
    });

    it('is told as a failure, not as a cancellation', () => {
      const bench = new Bench({ tenantWeights: weights });
      endsOf(bench.service.call('- 1'));

      expect(bench.service.toJSON().throughput.cancelled).toBe(0);
    });
  });

  // Weights may change, and a table may forget a tenant while its call is in flight.
  it.each([
    ['at once', 0],
    ['after a wait', 1],
  ])(
    'of a function that fails when a call is to be tried again %s: it ends, and its permit is free',
    (_when, random) => {
      const time = new VirtualTime();
      let isKnown = true;
      const service = Service.of<string, string>({
        ...{ modelName: 'm', maxConcurrentJobs: 1, scheduler: time },
        retry: { random: () => random, baseMs: 4, share: Infinity },
        tenantWeights: () => (isKnown ? 1 : NaN),
        process: (request) => (request === 'bad' ? fails(timer(1, time)) : of(request)),
      });
      const ends = endsOf(service.call('bad', { tenant: 't' }));
      isKnown = false;
      for (const until of [1, 5, 50]) errorOf(() => time.advanceTo(until));
      isKnown = true;
      const next = endsOf(service.call('next', { tenant: 't' }));
      time.advanceTo(99);

      expect(next).toEqual(['next', '|']);
      expect(ends).toHaveLength(1);
      expect(service.toJSON()).toMatchObject(EMPTY_STATE);
    },
  );
});

/** Fails with an error that may pass. */
function fails(after$: Observable<unknown> = of(0)): Observable<never> {
  return after$.pipe(mergeMap(() => throwError(() => BROKEN)));
}

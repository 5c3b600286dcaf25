import { concat, from, map, mergeMap, NEVER, of, Subject, take, throwError, timer } from 'rxjs';
import {
  type CallOptions,
  InMemoryRateTracker,
  type LLMService,
  type LLMServiceOptions,
  QueueFullError,
  rateLimit,
  type RateLimitOptions,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';
import { marbles } from './support/marbles.js';
import { BROKEN, endsOf, playing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const ALL = ['a', 'b', 'c', 'd', 'e'];

const refused = (limit: number) => new QueueFullError(limit);
const dropped = (limit: number) => new QueueFullError(limit, true);

/** Holds all until it is resumed, then one at a time; notes what was started. */
class Held {
  readonly started: string[] = [];
  readonly ends: Record<string, unknown[]> = {};
  readonly service: LLMService<string, string>;

  constructor(options: Partial<LLMServiceOptions>) {
    const process: Process = (request) => {
      this.started.push(request);
      return of(request);
    };
    this.service = serviceOf(process, { scheduler: new VirtualTime(), ...options });
    this.service.pause();
  }

  call(request: string, options: CallOptions = {}): void {
    this.ends[request] = endsOf(this.service.call(request, options));
  }

  /** The error of each that has one. */
  get errors(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.ends).filter(([, ends]) => ends.length === 1));
  }
}

describe('Service, a queue that is full', () => {
  it.each([0, 1, 3])('of %d refuses the new call and leaves the others: refuse', (queueLimit) => {
    const held = new Held({ queueLimit });
    for (const request of ALL) held.call(request);
    const inside = ALL.slice(0, queueLimit);
    const outside = ALL.slice(queueLimit);

    expect(held.errors).toEqual(
      Object.fromEntries(outside.map((request) => [request, [refused(queueLimit)]])),
    );
    held.service.resume();
    expect(held.started).toEqual(inside);
  });

  it('refuses the new one whatever its priority: refuse', () => {
    const held = new Held({ queueLimit: 1, whenQueueFull: 'refuse' });
    held.call('a');
    held.call('b', { priority: 9 });

    expect(held.errors).toEqual({ b: [refused(1)] });
  });

  it('drops the oldest for the new one: drop-oldest', () => {
    const held = new Held({ queueLimit: 2, whenQueueFull: 'drop-oldest' });
    for (const request of ALL) held.call(request);

    expect(held.errors).toEqual({ a: [dropped(2)], b: [dropped(2)], c: [dropped(2)] });
    held.service.resume();
    expect(held.started).toEqual(['d', 'e']);
  });

  it('drops the oldest of the lowest priority, whoever is the oldest of all', () => {
    const held = new Held({ queueLimit: 3, whenQueueFull: 'drop-oldest' });
    held.call('high', { priority: 2 });
    held.call('low 1', { priority: -1 });
    held.call('low 2', { priority: -1 });
    held.call('new', { priority: 1 });

    expect(held.errors).toEqual({ 'low 1': [dropped(3)] });
    held.service.resume();
    expect(held.started).toEqual(['high', 'new', 'low 2']);
  });

  it('refuses the new one when that is the lowest itself', () => {
    const held = new Held({ queueLimit: 2, whenQueueFull: 'drop-oldest' });
    held.call('a', { priority: 1 });
    held.call('b', { priority: 1 });
    held.call('new', { priority: 0 });

    expect(held.errors).toEqual({ new: [refused(2)] });
    expect((held.ends['new']![0] as QueueFullError).wasDropped).toBe(false);
  });

  it('refuses the new one when the queue may hold none', () => {
    const held = new Held({ queueLimit: 0, whenQueueFull: 'drop-oldest' });
    held.call('a');

    expect(held.errors).toEqual({ a: [refused(0)] });
  });

  it('drops the oldest whatever its tenant', () => {
    const held = new Held({ queueLimit: 3, whenQueueFull: 'drop-oldest' });
    held.call('x1', { tenant: 'x' });
    held.call('y1', { tenant: 'y' });
    held.call('y2', { tenant: 'y' });
    held.call('y3', { tenant: 'y' });
    held.call('z1', { tenant: 'z' });

    expect(Object.keys(held.errors)).toEqual(['x1', 'y1']);
  });

  it('finds the lowest again when priorities come and go', () => {
    const held = new Held({ queueLimit: 2, whenQueueFull: 'drop-oldest' });
    const low = held.service.call('low', { priority: -5 }).subscribe({ error: () => {} });
    held.call('a', { priority: 3 });
    held.call('b', { priority: 2 }); // drops low
    low.unsubscribe();
    held.call('c', { priority: 3 }); // drops b
    held.call('d', { priority: 4 }); // drops a
    held.service.resume();
    held.service.pause();
    for (const [request, priority] of [['e', 0], ['f', -1], ['g', 0]] as const) held.call(request, { priority }); // prettier-ignore

    expect(Object.keys(held.errors)).toEqual(['a', 'b', 'f']);
    expect(held.started).toEqual(['d', 'c']);
  });

  it('tells the dropped one what happened and what to do', () => {
    expect(dropped(5)).toMatchObject({ code: 'QUEUE_FULL', queueLimit: 5, wasDropped: true });
    expect(dropped(5).message).toMatch(/5 calls.*dropped for a newer one/);
    expect(refused(5).message).not.toMatch(/dropped/);
    expect(refused(5)).toMatchObject({ code: 'QUEUE_FULL', queueLimit: 5, wasDropped: false });
  });

  it('tells in events$ that it failed, and takes its timers along', () => {
    const time = new VirtualTime();
    const held = new Held({ scheduler: time, queueLimit: 1, whenQueueFull: 'drop-oldest' });
    const steps = stepsOf(held.service);
    held.call('a', { timeout: 9, deadline: 9 });
    held.call('b');

    expect(steps).toEqual(['0: 1 queued', '0: 2 queued', '0: 1 failed 1']);
    expect([time.timers, held.service.toJSON().throughput.failed]).toEqual([0, 1]);
  });

  it('does not count those in flight, nor those between two tries', () => {
    const time = new VirtualTime();
    const process: Process = (request) => (request === 'fails' ? throwError(() => BROKEN) : NEVER);
    const service = serviceOf(process, { scheduler: time, maxConcurrentJobs: 2, queueLimit: 1 });
    const ends = ['fails', 'a', 'b', 'c', 'd'].map((request) => endsOf(service.call(request)));

    expect(service.toJSON()).toMatchObject({ queued: 1, inFlight: 2, retrying: 1 });
    expect(ends).toEqual([[], [], [], [], [refused(1)]]);
  });

  it('is full until one starts, and takes one more then', () =>
    marbles(({ cold, expectObservable }) => {
      const service = playing(cold, { maxConcurrentJobs: 1, queueLimit: 1 });
      const callAt = (at: number) => timer(at).pipe(mergeMap(() => service.call('---|')));
      expectObservable(callAt(0)).toBe('---|');
      expectObservable(callAt(0)).toBe('------|');
      expectObservable(callAt(2)).toBe('--#', undefined, refused(1));
      expectObservable(callAt(4)).toBe('---------|');
    }));

  it('drops one that waits for its next try when it is the oldest', () =>
    marbles(({ cold, expectObservable }) => {
      const options = {
        maxConcurrentJobs: 1,
        queueLimit: 1,
        whenQueueFull: 'drop-oldest' as const,
      };
      const service = playing(cold, options);
      const callAt = (at: number, marble: string) =>
        timer(at).pipe(mergeMap(() => service.call(marble)));
      // Fails at 2, comes back at 6, and waits behind b until 12.
      expectObservable(callAt(0, '--# a|')).toBe('-------#', undefined, dropped(1));
      expectObservable(callAt(1, '----------b|')).toBe('------------b|');
      expectObservable(callAt(7, 'c|')).toBe('-------------c|');
    }));

  describe('as calls arrive while others are let out', () => {
    it('knows only then which must wait: none is refused that can start', () => {
      const held = new Held({ queueLimit: 1 });
      held.service.call('outer').subscribe(() => {
        for (const request of 'abc') held.call(request);
      });
      held.service.resume();

      expect(held.errors).toEqual({});
      expect(held.started).toEqual(['outer', 'a', 'b', 'c']);
    });

    it.each<['refuse' | 'drop-oldest', string[], Record<string, unknown>]>([
      ['refuse', ['a', 'b'], { c: [refused(1)], d: [refused(1)] }],
      ['drop-oldest', ['a', 'd'], { b: [refused(1)], c: [refused(1)] }],
    ])('bounds those that must wait: %s', (whenQueueFull, started, errors) => {
      const work$ = new Subject<string>();
      const held = new Held({ queueLimit: 1, whenQueueFull, maxConcurrentJobs: 1 });
      const process = (request: string) => {
        held.started.push(request);
        if (request === 'outer') for (const inner of 'abcd') held.call(inner);
        return request === 'a' ? work$ : of(request);
      };
      Object.assign(held.service, { process });
      endsOf(held.service.call('outer'));
      held.service.resume();
      expect(held.service.toJSON()).toMatchObject({ queued: 1, inFlight: 1 });
      work$.complete();

      expect(held.started).toEqual(['outer', ...started]);
      // Those that came in the same turn were never queued for a newer one to drop.
      expect(held.errors).toMatchObject({ ...errors });
    });

    it('drops as many as have come, and no more', () => {
      const held = new Held({ queueLimit: 3, whenQueueFull: 'drop-oldest', maxConcurrentJobs: 1 });
      const process = (request: string) => {
        held.started.push(request);
        if (request === 'first') for (const inner of ['x', 'y']) held.call(inner);
        return request === 'first' ? NEVER : of(request);
      };
      Object.assign(held.service, { process });
      endsOf(held.service.call('first', { priority: 1 }));
      for (const request of 'ab') held.call(request);
      held.service.resume();

      expect(held.errors).toEqual({ a: [dropped(3)] });
      expect(held.service.toJSON().queued).toBe(3);
    });

    it.each(['refuse', 'drop-oldest'] as const)(
      'lets whoever hears of it call again a few times: %s',
      (whenQueueFull) => {
        const held = new Held({ queueLimit: 2, whenQueueFull });
        let tries = 0;
        const again = () => {
          tries += 1;
          held.service.call(`again ${tries}`).subscribe({ error: () => tries < 5 && again() });
        };
        for (const request of 'abc') {
          held.service.call(request).subscribe({ error: () => again() });
        }

        expect(held.service.toJSON().queued).toBe(2);
        held.service.resume();
        expect(held.started).toHaveLength(2);
        expect(held.service.toJSON()).toMatchObject({ queued: 0, inFlight: 0 });
      },
    );
  });

  it.each([-1, 1.5, NaN, '5'])('may not be of %p', (queueLimit) => {
    const make = () => serviceOf(() => of('a'), { queueLimit: queueLimit as number });
    expect(errorOf(make)).toMatchObject({ code: 'INVALID_OPTION', option: 'queueLimit' });
  });

  it('may not do anything else when it is full', () => {
    const make = () => serviceOf(() => of('a'), { whenQueueFull: 'drop-newest' as 'refuse' });
    expect(errorOf(make)).toMatchObject({
      option: 'whenQueueFull',
      value: "'drop-newest'",
      allowed: "'refuse', 'drop-oldest'",
    });
  });
});

describe('rateLimit, a queue that is full', () => {
  const limits = (options: Partial<RateLimitOptions<string>>): RateLimitOptions<string> => ({
    tracker: new InMemoryRateTracker({ quotas: [] }),
    released$: NEVER,
    maxConcurrent: 1,
    ...options,
  });

  it.each<['refuse' | 'drop-oldest', string, string[]]>([
    ['refuse', 'abc', ['d refused', 'e refused']],
    ['drop-oldest', 'ade', ['b dropped', 'c dropped']],
  ])('tells whom it turns away: %s', (whenQueueFull, through, told) =>
    marbles(({ cold, expectObservable, flush }) => {
      const turnedAway: string[] = [];
      const released$ = new Subject<unknown>();
      timer(8, 2).pipe(take(2)).subscribe(released$);
      const options = limits({
        queueLimit: 2,
        whenQueueFull,
        released$,
        onRefused: (value, error) => {
          const { wasDropped } = error as QueueFullError;
          turnedAway.push(`${value} ${wasDropped ? 'dropped' : 'refused'}`);
        },
      });
      const [one, two, three] = through;
      expectObservable(cold('abcde').pipe(rateLimit(options)), '^-----------!').toBe(
        `${one}-------${two}-${three}`,
      );
      flush();
      expect(turnedAway).toEqual(told);
    }),
  );

  it('errors where nobody hears of it, with what the value would get', () =>
    marbles(({ cold, expectObservable }) => {
      const drop = limits({ queueLimit: 1, whenQueueFull: 'drop-oldest' });
      expectObservable(cold('abc').pipe(rateLimit(drop))).toBe('a-#', undefined, dropped(1));
      const refuse = limits({ queueLimit: 1 });
      expectObservable(cold('abc').pipe(rateLimit(refuse))).toBe('a-#', undefined, refused(1));
    }));

  it('may drop in a source that emits all at once, and complete after the last', () => {
    const turnedAway: string[] = [];
    const released$ = new Subject<void>();
    const passed: string[] = [];
    from([...ALL, 'f', 'g', 'h'])
      .pipe(
        rateLimit(
          limits({
            queueLimit: 2,
            whenQueueFull: 'drop-oldest',
            released$,
            onRefused: (value) => turnedAway.push(value),
          }),
        ),
      )
      .subscribe({ next: (value) => passed.push(value), complete: () => passed.push('|') });
    expect(passed).toEqual(['a']);
    released$.next();
    released$.next();

    expect(turnedAway.join('')).toBe('bcdef');
    expect(passed).toEqual(['a', 'g', 'h', '|']);
  });

  it('bounds those that its own output brings about', () => {
    const source$ = new Subject<string>();
    const turnedAway: string[] = [];
    const passed: string[] = [];
    const limited$ = source$.pipe(
      rateLimit(
        limits({
          queueLimit: 1,
          whenQueueFull: 'drop-oldest',
          onRefused: (value) => turnedAway.push(value),
        }),
      ),
    );
    limited$.subscribe((value) => {
      passed.push(value);
      if (value === 'a') for (const inner of 'bcd') source$.next(inner);
    });
    source$.next('a');

    expect([passed, turnedAway]).toEqual([['a'], ['b', 'c']]);
  });

  it('may not do anything else when it is full', () => {
    const options = limits({ whenQueueFull: 'drop' as 'refuse' });
    expect(errorOf(() => rateLimit(options))).toMatchObject({ option: 'whenQueueFull' });
  });

  it('keeps its values for each subscription', () => {
    const turnedAway: string[] = [];
    const limited$ = concat(of('a', 'b', 'c'), NEVER).pipe(
      rateLimit(
        limits({
          queueLimit: 1,
          whenQueueFull: 'drop-oldest',
          onRefused: (value) => turnedAway.push(value),
        }),
      ),
      map((value) => value),
    );
    for (let n = 0; n < 2; n++) limited$.subscribe();

    expect(turnedAway).toEqual(['b', 'b']);
  });
});

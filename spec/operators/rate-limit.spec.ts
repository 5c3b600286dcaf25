import {
  catchError,
  EMPTY,
  ignoreElements,
  map,
  NEVER,
  of,
  range,
  repeat,
  Subject,
  take,
  tap,
  throwError,
} from 'rxjs';
import { quota, rateLimit, type RateLimitOptions, type Usage } from '../../src/index.js';
import { FakeReservation, FakeTracker } from '../support/fake-tracker.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

const requests = (limit: number, windowMs = 6) =>
  quota({ unit: 'requests', limit, windowMs, marginMs: 0 });
const tokens = (limit: number, windowMs = 6) =>
  quota({ unit: 'tokens', limit, windowMs, marginMs: 0 });

describe('rateLimit', () => {
  // prettier-ignore
  it.each([
    // what,                                source,          subscription,   expected (2 per 6 ms)
    ['lets two through at once',            'ab|',           '^-!',          'ab|'],
    ['holds the third until it fits',       'abc|',          '^--!',         'ab----(c|)'],
    ['holds as many as come',               '(abcdef|)',     '(^!)',         '(ab)--(cd)--(ef|)'],
    ['holds each as long as it must',       'a--bc-d-e|',    '^--------!',   'a--b--c--d--(e|)'],
    ['meets the edge of a window exactly',  'ab----cd|',     '^-------!',    'ab----cd|'],
    ['waits to the edge when before it',    'ab---c--|',     '^-------!',    'ab----c-|'],
    ['is empty when its source is',         '|',             '(^!)',         '|'],
    ['is empty later when its source is',   '---|',          '^--!',         '---|'],
    ['is never when its source is',         '---',           '^--',          '---'],
    ['errors when its source does',         '#',             '(^!)',         '#'],
    ['errors at once while values wait',    'abc-#',         '^---!',        'ab--#'],
    ['completes when the last has left',    'abcd-|',        '^----!',       'ab----c(d|)'],
  ])('%s', (_what, source, subscription, expected) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source);

      expectObservable(source$.pipe(rateLimit({ quotas: [requests(2)] }))).toBe(expected);
      expectSubscriptions(source$.subscriptions).toBe(subscription);
    }));

  it('forgets what waits when it is unsubscribed from', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('   abc------|');
      const unsubscribed = '   ^---!';
      const expected = '       ab---';

      expectObservable(source$.pipe(rateLimit({ quotas: [requests(2)] })), unsubscribed).toBe(
        expected,
      );
      expectSubscriptions(source$.subscriptions).toBe(unsubscribed);
    }));

  it('sets one timer while values wait, and none once unsubscribed from', () => {
    const time = new VirtualTime();
    const subscription = range(0, 50)
      .pipe(rateLimit({ quotas: [requests(2)], scheduler: time }))
      .subscribe();
    expect(time.timers).toBe(1);
    subscription.unsubscribe();

    expect(time.timers).toBe(0);
  });

  it('sets no timer while nothing waits, though the source goes on', () => {
    const time = new VirtualTime();
    const source$ = new Subject<number>();
    source$.pipe(rateLimit({ quotas: [requests(2)], scheduler: time })).subscribe();
    for (const value of [1, 2, 3]) source$.next(value);
    time.flush();

    expect([time.frame, time.timers]).toEqual([6, 0]);
  });

  it('counts what all its subscriptions let out together, also one after the other', () =>
    marbles(({ cold, expectObservable }) => {
      const limited$ = cold('ab|').pipe(rateLimit({ quotas: [requests(1)] }));

      expectObservable(limited$, '  ^').toBe('  a-----(b|)');
      expectObservable(limited$, '  --^').toBe('------------a-----(b|)');
      const again$ = cold('a|').pipe(rateLimit({ quotas: [requests(1)] }), repeat(3));
      expectObservable(again$).toBe('         a-----a-----(a|)');
    }));

  it('hears of a live limit again when it is subscribed to again', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const limit = cold<number>('     5----', { 5: 5 });
      const once$ = cold('a|').pipe(
        rateLimit({ quotas: [{ unit: 'requests', limit, windowMs: 6 }] }),
      );

      expectObservable(once$.pipe(repeat(2))).toBe('aa|');
      expectSubscriptions(limit.subscriptions).toBe(['^!', '-^!']);
    }));

  it('can be waited for through several quotas at once', () =>
    marbles(({ cold, expectObservable }) => {
      const quotas = [requests(2, 5), requests(3, 10)];

      expectObservable(cold('(abcd|)').pipe(rateLimit({ quotas }))).toBe('(ab)-c----(d|)');
    }));

  it('charges what a value costs, and keeps the order', () =>
    marbles(({ cold, expectObservable }) => {
      const source = '  abcd|';
      const expected = 'a-----b-----(cd|)'; // 10 per 6 ms
      const costs: Record<string, number> = { a: 6, b: 6, c: 5, d: 1 };
      const limited$ = cold(source).pipe(
        rateLimit({ quotas: [tokens(10)], costOf: (name) => costs[name]! }),
      );

      expectObservable(limited$).toBe(expected);
    }));

  it('costs one request each by default', () => {
    const tracker = new FakeTracker(() => [new FakeReservation()]);
    of('a', 'b').pipe(rateLimit({ tracker })).subscribe();

    expect(tracker.asked).toEqual([{ requests: 1 }, { requests: 1 }]);
  });

  it('gives its project the value and its reservation, to settle it', () =>
    marbles(({ cold, expectObservable }) => {
      const limited$ = cold('  abc|').pipe(
        rateLimit({ quotas: [tokens(10)], costOf: () => 10 }, (name, reservation) => {
          reservation.settle({ tokens: name === 'b' ? 1 : 0 });
          return name.toUpperCase();
        }),
      );

      expectObservable(limited$).toBe('AB-----(C|)');
    }));

  it('gives back its reservation when its project throws, and errors with that', () => {
    const reservation = new FakeReservation();
    const error = new Error('of the project');
    const errors: unknown[] = [];
    of(1)
      .pipe(
        rateLimit({ tracker: new FakeTracker(() => [reservation]) }, () => {
          throw error;
        }),
      )
      .subscribe({ error: (reason: unknown) => errors.push(reason) });

    expect([reservation.givenBack, errors]).toEqual([1, [error]]);
  });

  describe('with a cost that is wrong', () => {
    const rows: [string, unknown, Record<string, unknown>][] = [
      ['NaN', NaN, { option: 'costOf(value)', value: 'NaN' }],
      ['negative', -1, { option: 'costOf(value)', value: '-1' }],
      ['infinite', Infinity, { option: 'costOf(value)', value: 'Infinity' }],
      ['a text', '5', { option: 'costOf(value)' }],
      ['missing', undefined, { option: 'costOf(value)' }],
      ['a promise', Promise.resolve(5), { option: 'costOf(value)' }],
      ['NaN in a unit', { tokens: NaN }, { option: 'costOf(value).tokens', value: 'NaN' }],
      ['negative in a unit', { tokens: -1 }, { option: 'costOf(value).tokens', value: '-1' }],
      ['a text in a unit', { tokens: '5' }, { option: 'costOf(value).tokens', value: 'a text' }],
    ];

    it.each(rows)('errors when it is %s, and names it', (_what, cost, data) => {
      const seen: unknown[] = [];
      const costOf = () => cost as Usage;
      of('a')
        .pipe(rateLimit({ quotas: [tokens(10)], costOf }))
        .subscribe({
          next: (value) => seen.push(value),
          error: (error: unknown) => seen.push(error),
        });

      expect(seen).toEqual([expect.objectContaining({ code: 'INVALID_OPTION', ...data })]);
    });

    it('hands it to onRefused, and lets through those behind', () => {
      const costs: Record<string, unknown> = { a: NaN, b: 1, c: '5', d: -1, e: 2, f: 11 };
      const refused: [string, unknown][] = [];
      const seen: string[] = [];
      of('a', 'b', 'c', 'd', 'e', 'f', 'throws', 'g')
        .pipe(
          rateLimit({
            quotas: [tokens(10)],
            costOf: (name) => {
              if (name === 'throws') throw new Error('of costOf');
              return (costs[name] ?? 1) as number;
            },
            onRefused: (value, error) => refused.push([value, (error as { code?: string }).code]),
          }),
        )
        .subscribe((value) => seen.push(value));

      expect(seen).toEqual(['b', 'e', 'g']);
      expect(refused).toEqual([
        ['a', 'INVALID_OPTION'],
        ['c', 'INVALID_OPTION'],
        ['d', 'INVALID_OPTION'],
        ['f', 'QUOTA_EXCEEDED'],
        ['throws', undefined],
      ]);
    });

    it('errors with what costOf throws', () => {
      const error = new Error('of costOf');
      const errors: unknown[] = [];
      const costOf = () => {
        throw error;
      };
      of('a')
        .pipe(rateLimit({ quotas: [], costOf }))
        .subscribe({ error: (reason: unknown) => errors.push(reason) });

      expect(errors).toEqual([error]);
    });

    it('errors at once for one that no window can hold, though others wait before it', () =>
      marbles(({ cold, expectObservable }) => {
        const costs: Record<string, number> = { a: 10, b: 10, c: 11 };
        const options = { quotas: [tokens(10)], costOf: (name: string) => costs[name]! };

        expectObservable(cold('abc').pipe(rateLimit(options))).toBe(
          'a-#',
          undefined,
          expect.objectContaining({ code: 'QUOTA_EXCEEDED', unit: 'tokens', cost: 11, limit: 10 }),
        );
      }));

    it('errors at once for the first that no window can hold', () =>
      marbles(({ cold, expectObservable }) => {
        const options = { quotas: [tokens(10)], costOf: () => 11 };

        expectObservable(cold('-a').pipe(rateLimit(options))).toBe(
          '-#',
          undefined,
          expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
        );
      }));
  });

  describe('with values that come in one turn', () => {
    const SO_MANY = 100_000;

    it.each<[string, RateLimitOptions<number>]>([
      ['no quotas', { quotas: [] }],
      ['a quota that holds them all', { quotas: [requests(SO_MANY)] }],
      ['a quota that holds half of them', { quotas: [requests(SO_MANY / 2)] }],
    ])('lets a hundred thousand through in order, with %s', (_what, options) => {
      const time = new VirtualTime();
      let next = 0;
      let completed = false;
      range(0, SO_MANY)
        .pipe(rateLimit({ ...options, scheduler: time }))
        .subscribe({
          next: (value) => (next = value === next ? next + 1 : NaN),
          complete: () => (completed = true),
        });
      time.flush();

      expect([next, completed]).toEqual([SO_MANY, true]);
    });

    it('does not grow the stack when each feeds the source with the next', () => {
      const source$ = new Subject<number>();
      let last = -1;
      source$.pipe(rateLimit({ quotas: [] })).subscribe((value) => {
        last = value;
        if (value < SO_MANY) source$.next(value + 1);
      });
      source$.next(0);

      expect(last).toBe(SO_MANY);
    });

    it('does not grow the stack when each releases its permit at once', () => {
      const released$ = new Subject<void>();
      let count = 0;
      range(0, SO_MANY)
        .pipe(rateLimit({ quotas: [], maxConcurrent: 1, released$ }))
        .subscribe(() => {
          count += 1;
          released$.next();
        });

      expect(count).toBe(SO_MANY);
    });

    it('does not grow the stack when a permit lets a hundred thousand go', () => {
      const released$ = new Subject<void>();
      const max$ = new Subject<number>();
      let count = 0;
      range(0, SO_MANY)
        .pipe(rateLimit({ quotas: [], maxConcurrent: max$, released$ }))
        .subscribe(() => {
          count += 1;
          released$.next();
        });
      expect(count).toBe(0);
      max$.next(1);

      expect(count).toBe(SO_MANY);
    });

    it('keeps the order when downstream feeds the source while others wait', () => {
      const source$ = new Subject<string>();
      const seen: string[] = [];
      source$.pipe(rateLimit({ quotas: [] })).subscribe((value) => {
        if (value === 'a') for (const next of ['b', 'c']) source$.next(next);
        seen.push(value);
      });
      source$.next('a');
      source$.next('d');

      expect(seen).toEqual(['a', 'b', 'c', 'd']);
    });

    it('asks a synchronous source for no more once downstream has enough', () => {
      // The source may be endless, and would never hear that nobody listens.
      let pulled = 0;
      const seen: number[] = [];
      range(0, 1_000)
        .pipe(
          tap(() => (pulled += 1)),
          rateLimit({ quotas: [] }),
          take(2),
        )
        .subscribe((value) => seen.push(value));

      expect([seen, pulled]).toEqual([[0, 1], 2]);
    });

    it('asks a synchronous source for no more once it has errored', () => {
      let pulled = 0;
      range(0, 1_000)
        .pipe(
          tap(() => (pulled += 1)),
          rateLimit({ quotas: [], queueLimit: 0, maxConcurrent: 2, released$: NEVER }),
        )
        .subscribe({ error: () => {} });

      expect(pulled).toBe(3);
    });
  });

  describe('with a limit that changes', () => {
    it('lets nothing out until it is known, then follows it', () =>
      marbles(({ cold, expectObservable }) => {
        const source$ = cold('abcdef|');
        const limit$ = cold(' ---1-3----', { 1: 1, 3: 3 });
        const limited$ = source$.pipe(
          rateLimit({
            quotas: [quota({ unit: 'requests', limit: limit$, windowMs: 6, marginMs: 0 })],
          }),
        );

        expectObservable(limited$).toBe('---a-(bc)d-(ef|)');
      }));

    it.each([
      [
        'is not allowed',
        of(-5),
        expect.objectContaining({ option: 'quotas[0].limit', value: '-5' }),
      ],
      ['errors', throwError(() => new Error('lost')), new Error('lost')],
    ])('errors when it %s', (_what, limit, error) =>
      marbles(({ cold, expectObservable }) => {
        const source$ = cold('a|');
        const limited$ = source$.pipe(
          rateLimit({ quotas: [quota({ unit: 'requests', limit, windowMs: 6 })] }),
        );

        expectObservable(limited$).toBe('#', undefined, error);
      }),
    );

    it('does not subscribe to its source when the first limit is not allowed', () =>
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold('a|');
        const limit = of(-5);
        const limited$ = source$.pipe(
          rateLimit({ quotas: [quota({ unit: 'requests', limit, windowMs: 6 })] }),
          ignoreElements(),
          catchError(() => EMPTY),
        );

        expectObservable(limited$).toBe('|');
        expectSubscriptions(source$.subscriptions).toBe([]);
      }));

    it('is unsubscribed from when it ends', () =>
      marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const limit$ = hot('      1---------', { 1: 1 });
        const source$ = cold('    -ab|');
        const limited$ = source$.pipe(
          map((name) => name),
          rateLimit({
            quotas: [quota({ unit: 'requests', limit: limit$, windowMs: 6, marginMs: 0 })],
          }),
        );

        expectObservable(limited$).toBe('-a-----(b|)');
        expectSubscriptions(limit$.subscriptions).toBe('^------!');
      }));
  });
});

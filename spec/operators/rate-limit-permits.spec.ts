import { BehaviorSubject, type Observable, of, Subject } from 'rxjs';
import { quota, rateLimit } from '../../src/index.js';
import { asLeaving } from '../../src/leaving.js';
import { FakeReservation, FakeTracker } from '../support/fake-tracker.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

const INFINITE = 9;
const permits = { 0: 0, 1: 1, 2: 2, 3: 3, [INFINITE]: Infinity };

describe('rateLimit with maxConcurrent', () => {
  // prettier-ignore
  it.each([
    // what,                                 source,     max,              released,        expected
    ['lets out as many as are permitted',    'abcd|',    '2',              '-',             'ab'],
    ['lets the next out when one ends',      'abcd|',    '2',              '----xx',        'ab--c(d|)'],
    ['keeps a permit that nobody waits for', 'ab---cd|', '2',              '--x-----x',     'ab---c--(d|)'],
    ['lets out as many as end at once',      'abcd|',    '2',              '----(xx)',      'ab--(cd|)'],
    ['holds all while nothing is permitted', 'abc|',     '0',              '-',             '---'],
    ['holds all until it is known',          'abc|',     '---2',           '-------x',      '---(ab)(c|)'],
    ['lets more out when it is raised',      'abcd|',    '1---3',          '-',             'a---(bc)'],
    ['lets no more out when it is lowered',  'abcd|',    '2-1',            '---x-x',        'ab---c'],
    ['holds while it is 0, then goes on',    'abcd|',    '10---2',         '--x',           'a----(bc)'],
    ['lets all out when it is infinite',     'abcd|',    '1---9',          '-',             'a---(bcd|)'],
    ['goes on with the last when it ends',   'abc|',     '1|',             '----x-x',       'a---b-(c|)'],
  ])('%s', (_what, source, max, released, expected) =>
    marbles(({ cold, hot, expectObservable }) => {
      const maxConcurrent = hot(max, permits) as Observable<number>;
      const options = { quotas: [], maxConcurrent, released$: hot(released) };

      expectObservable(cold(source).pipe(rateLimit(options))).toBe(expected);
    }));

  it('may be a number', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const options = { quotas: [], maxConcurrent: 1, released$: hot('---x-x') };

      expectObservable(cold('abc|').pipe(rateLimit(options))).toBe('a--b-(c|)');
    }));

  it('waits for a permit first and for its quota then, so that no reservation grows stale', () =>
    marbles(({ cold, hot, expectObservable, flush }) => {
      const tracker = new FakeTracker(() => [new FakeReservation()]);
      const options = { tracker, maxConcurrent: 1, released$: hot('-----x') };

      expectObservable(cold('ab|').pipe(rateLimit(options))).toBe('a----(b|)');
      cold('   ----x').subscribe(() => expect(tracker.asked).toHaveLength(1));
      flush();
      expect(tracker.asked).toHaveLength(2);
    }));

  it('waits for quota though a permit is free', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const quotas = [quota({ unit: 'requests', limit: 1, windowMs: 6, marginMs: 0 })];
      const options = { quotas, maxConcurrent: 1, released$: hot('--x') };

      expectObservable(cold('abc|').pipe(rateLimit(options))).toBe('a-----b');
    }));

  it('withdraws its question to the tracker when its permit is taken away, and asks again', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const reservation = new FakeReservation();
      const answer$ = hot('         --------r', { r: reservation });
      const options = {
        tracker: new FakeTracker(() => answer$),
        maxConcurrent: hot('        1--0--1----', permits) as Observable<number>,
        released$: hot('            -----------'),
      };

      expectObservable(cold('       -a|').pipe(rateLimit(options))).toBe('--------(a|)');
      expectSubscriptions(answer$.subscriptions).toBe(['-^-!', '------^-!']);
    }));

  it('frees nothing when something ends that was never let out', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const options = { quotas: [], maxConcurrent: 1, released$: hot('xx--x') };

      expectObservable(cold('--abc|').pipe(rateLimit(options))).toBe('--a-b');
    }));

  it.each([
    ['is not allowed', of(1.5), expect.objectContaining({ option: 'maxConcurrent', value: '1.5' })],
    ['is negative', new BehaviorSubject(-1), expect.objectContaining({ option: 'maxConcurrent' })],
  ])('errors when it %s', (_what, maxConcurrent, error) => {
    const errors: unknown[] = [];
    of('a')
      .pipe(rateLimit({ quotas: [], maxConcurrent, released$: new Subject() }))
      .subscribe({ error: (reason: unknown) => errors.push(reason) });

    expect(errors).toEqual([error]);
  });

  // prettier-ignore
  it.each([
    // what errors,   maxConcurrent, released$, cancelled$
    ['maxConcurrent', '1-#',         '---',     '---'],
    ['released$',     '1--',         '--#',     '---'],
    ['cancelled$',    '1--',         '---',     '--#'],
  ])('errors when %s does', (_what, max, released, cancelled) =>
    marbles(({ cold, hot, expectObservable }) => {
      const options = {
        quotas: [],
        maxConcurrent: hot(max, permits) as Observable<number>,
        released$: hot(released),
        cancelled$: hot(cancelled),
      };

      expectObservable(cold('ab---').pipe(rateLimit(options))).toBe('a-#');
    }));

  it('lets nobody out any more when it is unsubscribed from in the turn in which a caller leaves', () => {
    const scheduler = new VirtualTime();
    const released$ = new Subject<void>();
    const options = { quotas: [], maxConcurrent: 1, released$, scheduler };
    const out: string[] = [];
    const limiting = of('a', 'b')
      .pipe(rateLimit(options))
      .subscribe((value) => out.push(value));
    asLeaving(() => released$.next());
    expect(scheduler.timers).toBe(1);
    limiting.unsubscribe();

    expect([out, scheduler.timers]).toEqual([['a'], 0]);
  });

  it('unsubscribes from all that it listens to when it ends', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const [max$, released$, cancelled$] = [hot('1', permits), hot('-'), hot('-')];
      const options = {
        quotas: [],
        maxConcurrent: max$ as Observable<number>,
        released$,
        cancelled$: cancelled$,
      };

      expectObservable(cold('a--|').pipe(rateLimit(options))).toBe('a--|');
      for (const { subscriptions } of [max$, released$, cancelled$])
        expectSubscriptions(subscriptions).toBe('^--!');
    }));
});

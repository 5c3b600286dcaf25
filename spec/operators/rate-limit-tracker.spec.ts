import {
  BehaviorSubject,
  concat,
  config,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  type ObservableInput,
  of,
  Subject,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import {
  InMemoryRateTracker,
  quota,
  Queueable,
  rateLimit,
  type Reservation,
} from '../../src/index.js';
import { FakeReservation, FakeTracker } from '../support/fake-tracker.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

async function* yielded(reservation: Reservation) {
  yield reservation;
}

/** Lets promises that have settled be heard. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

class Letter extends Queueable {
  constructor(
    readonly name: string,
    override priority = 0,
  ) {
    super();
  }
}

describe('rateLimit over a tracker', () => {
  it.each<[string, (reservation: Reservation) => ObservableInput<Reservation>]>([
    ['an array', (reservation) => [reservation]],
    ['an Observable', (reservation) => of(reservation)],
    ['an Observable that goes on', (reservation) => concat(of(reservation), NEVER)],
    ['a promise', (reservation) => Promise.resolve(reservation)],
    ['an async iterable', (reservation) => yielded(reservation)],
  ])('takes an answer by %s', async (_how, answer) => {
    const granted: Reservation[] = [];
    const tracker = new FakeTracker((cost) => answer(new FakeReservation(cost)));
    const seen: string[] = [];
    of('a', 'b')
      .pipe(
        rateLimit({ tracker }, (name, reservation) => {
          granted.push(reservation);
          return name;
        }),
      )
      .subscribe({ next: (name) => seen.push(name), complete: () => seen.push('complete') });
    await settled();

    expect(seen).toEqual(['a', 'b', 'complete']);
    expect(granted).toEqual([expect.any(FakeReservation), expect.any(FakeReservation)]);
  });

  it('asks for the first in its queue only, and for the next when that is granted', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = '      abc|';
      const answer = '      ---(r|)';
      const answer$ = cold(answer, { r: new FakeReservation() });
      const asked = ['^--!', '---^--!', '------^--!'];
      const expected = '    ---a--b--(c|)';

      expectObservable(
        cold(source).pipe(rateLimit({ tracker: new FakeTracker(() => answer$) })),
      ).toBe(expected);
      expectSubscriptions(answer$.subscriptions).toBe(asked);
    }));

  it('withdraws its question when it is unsubscribed from', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer$ = cold('----r', { r: new FakeReservation() });
      const unsubscribed = '^--!';

      expectObservable(
        cold('a').pipe(rateLimit({ tracker: new FakeTracker(() => answer$) })),
        unsubscribed,
      ).toBe('');
      expectSubscriptions(answer$.subscriptions).toBe(unsubscribed);
    }));

  it.each<[string, (answer$: Observable<Reservation>) => Observable<Reservation>]>([
    ['at once', (answer$) => answer$],
    ['later', (answer$) => timer(1).pipe(switchMap(() => answer$))],
  ])('listens no longer to an answer that has come %s', (_when, delayed) =>
    marbles(({ cold, expectObservable, flush }) => {
      let listening = 0;
      const answer$ = new Observable<Reservation>((subscriber) => {
        listening += 1;
        subscriber.next(new FakeReservation());
        return () => (listening -= 1);
      });
      const tracker = new FakeTracker(() => delayed(answer$));
      expectObservable(cold('ab---').pipe(rateLimit({ tracker }), ignoreElements())).toBe('-----');
      flush();

      expect([tracker.asked.length, listening]).toEqual([2, 0]);
    }),
  );

  it('withdraws its question when a higher priority comes, and asks for that one', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: new Letter('a'), b: new Letter('b', 5) };
      const answer$ = cold('---(r|)', { r: new FakeReservation() });
      const limited$ = cold('a-b|', values).pipe(
        rateLimit({ tracker: new FakeTracker(() => answer$) }),
        map(({ name }) => name),
      );

      expectObservable(limited$).toBe('-----b--(a|)');
      expectSubscriptions(answer$.subscriptions).toBe(['^-!', '--^--!', '-----^--!']);
    }));

  it.each<[string, (reservation: Reservation) => ObservableInput<Reservation>]>([
    ['a promise', (reservation) => Promise.resolve(reservation)],
    ['an async iterable', (reservation) => yielded(reservation)],
  ])('gives back what %s brings after nobody waits for it', async (_how, answer) => {
    // A promise cannot be unsubscribed from: its store has charged, and only we can say that it was in vain.
    const reservation = new FakeReservation();
    const tracker = new FakeTracker(() => answer(reservation));
    of('a').pipe(rateLimit({ tracker })).subscribe().unsubscribe();
    await settled();

    expect(reservation.givenBack).toBe(1);
  });

  it('gives back what a tracker grants beyond the one that was asked for', () => {
    const reservations = [new FakeReservation(), new FakeReservation(), new FakeReservation()];
    concat(of('a'), NEVER)
      .pipe(rateLimit({ tracker: new FakeTracker(() => of(...reservations)) }))
      .subscribe();

    expect(reservations.map(({ givenBack }) => givenBack)).toEqual([0, 1, 1]);
  });

  it.each<[string, () => ObservableInput<Reservation>, unknown]>([
    ['errors', () => throwError(() => new Error('lost')), new Error('lost')],
    [
      'rejects',
      () => Promise.reject(new Error('lost')),
      expect.objectContaining({ message: 'lost' }),
    ],
    [
      'throws',
      () => {
        throw new Error('lost');
      },
      expect.objectContaining({ message: 'lost' }),
    ],
    ['completes empty', () => EMPTY, expect.objectContaining({ code: 'NO_RESERVATION' })],
    ['answers with an empty list', () => [], expect.objectContaining({ code: 'NO_RESERVATION' })],
    ['answers with nothing', () => undefined as never, expect.any(Error)],
    ['answers with a value that is no answer', () => 5 as never, expect.any(Error)],
  ])('errors when its tracker %s', async (_how, answer, error) => {
    const seen: unknown[] = [];
    of('a', 'b')
      .pipe(rateLimit({ tracker: new FakeTracker(answer) }))
      .subscribe({
        next: (name) => seen.push(name),
        error: (reason: unknown) => seen.push(reason),
      });
    await settled();

    expect(seen).toEqual([error]);
  });

  it('hands each value to onRefused that its tracker fails for, and goes on', async () => {
    const answers: (() => ObservableInput<Reservation>)[] = [
      () => throwError(() => new Error('lost')),
      () => [new FakeReservation()],
      () => EMPTY,
      () => Promise.reject(new Error('rejected')),
      () => of(new FakeReservation()),
      () => undefined as never,
      () => [],
      () => [new FakeReservation()],
    ];
    const seen: string[] = [];
    const refused: string[] = [];
    from('abcdefgh')
      .pipe(
        rateLimit({
          tracker: new FakeTracker(() => answers.shift()!()),
          onRefused: (name) => refused.push(name),
        }),
      )
      .subscribe({ next: (name) => seen.push(name), complete: () => seen.push('complete') });
    await settled();

    expect([seen, refused]).toEqual([
      ['b', 'e', 'h', 'complete'],
      ['a', 'c', 'd', 'f', 'g'],
    ]);
  });

  it('is closed by who made it: by the operator where that made it, otherwise not', () => {
    const tracker = new FakeTracker(() => [new FakeReservation()]);
    of('a').pipe(rateLimit({ tracker })).subscribe();
    NEVER.pipe(rateLimit({ tracker })).subscribe().unsubscribe();

    expect(tracker.closed).toBe(0);
  });

  it('is not ended by the faults of a tracker, which are told to whoever made it', () => {
    class FaultyTracker extends FakeTracker {
      override readonly faults$ = of(new Error('a limit of NaN')) as never;
    }
    const seen: unknown[] = [];
    of('a')
      .pipe(rateLimit({ tracker: new FaultyTracker(() => [new FakeReservation()]) }))
      .subscribe({ next: (name) => seen.push(name), error: (error: unknown) => seen.push(error) });

    expect(seen).toEqual(['a']);
  });

  it('keeps its question while a permit is left, however many there are', () => {
    const maxConcurrent = new BehaviorSubject(1);
    const tracker = new FakeTracker(() => NEVER);
    of('a')
      .pipe(rateLimit({ tracker, maxConcurrent, released$: NEVER }))
      .subscribe();
    for (const permits of [5, 2, 1]) maxConcurrent.next(permits);

    expect(tracker.asked.length).toBe(1);
  });

  it.each<[string, () => Promise<Reservation>]>([
    ['an error', () => Promise.reject(new Error('too late'))],
    ['nothing', () => Promise.resolve(undefined as never)],
  ])(
    'throws nothing at anybody when %s comes for what has been cancelled',
    async (_what, answer) => {
      const thrown: unknown[] = [];
      const { onUnhandledError } = config;
      config.onUnhandledError = (error) => thrown.push(error);
      const cancelled$ = new Subject<Letter>();
      const letter = new Letter('a');
      of(letter)
        .pipe(rateLimit({ tracker: new FakeTracker(answer), cancelled$ }))
        .subscribe({ error: (error: unknown) => thrown.push(error) });
      cancelled$.next(letter);
      await settled();
      await lastValueFrom(timer(2)); // after RxJS would have thrown it
      config.onUnhandledError = onUnhandledError;

      expect(thrown).toEqual([]);
    },
  );

  it('hears no error of a question that it has taken back', async () => {
    const answers = [
      Promise.reject(new Error('of the question taken back')),
      Promise.resolve()
        .then(settled)
        .then(() => new FakeReservation()),
    ];
    const maxConcurrent = new BehaviorSubject(1);
    const seen: unknown[] = [];
    of('a')
      .pipe(
        rateLimit({
          tracker: new FakeTracker(() => answers.shift()!),
          maxConcurrent,
          released$: NEVER,
        }),
      )
      .subscribe({ next: (name) => seen.push(name), error: (error: unknown) => seen.push(error) });
    for (const permits of [0, 1]) maxConcurrent.next(permits);
    await settled();
    await settled();

    expect(seen).toEqual(['a']);
  });

  it('lets a value out once, though its store acts when it is heard no longer', () => {
    const answer$ = new Subject<Reservation>();
    const maxConcurrent = new BehaviorSubject(9);
    const tracker = new FakeTracker(() => answer$.pipe(finalize(() => maxConcurrent.next(9))));
    const seen: string[] = [];
    of('a')
      .pipe(rateLimit({ tracker, maxConcurrent, released$: NEVER }))
      .subscribe((name) => seen.push(name));
    for (const reservation of [new FakeReservation(), new FakeReservation()])
      answer$.next(reservation);

    expect([seen, tracker.asked.length]).toEqual([['a'], 1]);
  });

  describe('whose answer makes somebody act in the same turn', () => {
    // Who draws quotas$ hears of a charge before its call has been let out.
    const make = () =>
      new InMemoryRateTracker({
        quotas: [quota({ unit: 'requests', limit: 9, windowMs: 3, marginMs: 0 })],
        scheduler: new VirtualTime(),
      });
    const onCharge = (tracker: InMemoryRateTracker, act: () => void) => {
      tracker.quotas$.subscribe(([state]) => {
        if (state!.used === 1) act();
      });
    };

    it('gives back what was reserved when it is unsubscribed from then', () => {
      const tracker = make();
      const source$ = new Subject<string>();
      const seen: string[] = [];
      const subscription = source$
        .pipe(rateLimit({ tracker }))
        .subscribe((name) => seen.push(name));
      onCharge(tracker, () => {
        subscription.unsubscribe();
      });
      source$.next('a');

      expect([seen, tracker.quotas[0]!.used]).toEqual([[], 0]);
    });

    it('lets nothing out that is cancelled then, and gives back what was reserved', () => {
      const tracker = make();
      const source$ = new Subject<Letter>();
      const cancelled$ = new Subject<Letter>();
      const seen: string[] = [];
      source$.pipe(rateLimit({ tracker, cancelled$ })).subscribe(({ name }) => seen.push(name));
      const [a, b] = [new Letter('a'), new Letter('b')];
      onCharge(tracker, () => {
        cancelled$.next(a);
      });
      source$.next(a);
      expect([seen, tracker.quotas[0]!.used]).toEqual([[], 0]);
      source$.next(b);

      expect(seen).toEqual(['b']);
    });

    it('lets nothing out whose permit is taken away then, and gives back what was reserved', () => {
      const tracker = make();
      const source$ = new Subject<string>();
      const maxConcurrent = new BehaviorSubject(1);
      const seen: string[] = [];
      source$
        .pipe(rateLimit({ tracker, maxConcurrent, released$: NEVER }))
        .subscribe((name) => seen.push(name));
      onCharge(tracker, () => {
        maxConcurrent.next(0);
      });
      source$.next('a');

      expect([seen, tracker.quotas[0]!.used]).toEqual([[], 0]);
    });
  });

  describe('that another operator shares', () => {
    const shared = () =>
      new InMemoryRateTracker({
        quotas: [quota({ unit: 'requests', limit: 1, windowMs: 3, marginMs: 0 })],
      });

    it('takes turns with it', () =>
      marbles(({ cold, expectObservable }) => {
        const tracker = shared();
        const one = '  (abc|)';
        const other = '(xyz|)';

        expectObservable(cold(one).pipe(rateLimit({ tracker }))).toBe('  a--b-----(c|)');
        expectObservable(cold(other).pipe(rateLimit({ tracker }))).toBe('------x-----y--(z|)');
      }));

    it('is not held by it: what it does not take is free', () =>
      marbles(({ cold, hot, expectObservable }) => {
        const tracker = shared();
        const held = { tracker, maxConcurrent: 1, released$: hot('-') };

        expectObservable(cold('(ab)').pipe(rateLimit(held))).toBe('a');
        expectObservable(cold('(xyz|)').pipe(rateLimit({ tracker }))).toBe('---x--y--(z|)');
      }));

    it('lets it move up when it is unsubscribed from', () =>
      marbles(({ cold, expectObservable }) => {
        const tracker = shared();

        expectObservable(cold('(abc)').pipe(rateLimit({ tracker })), '^-!').toBe('a');
        expectObservable(cold('(xyz|)').pipe(rateLimit({ tracker }))).toBe('---x--y--(z|)');
      }));

    it('sets one timer for both', () => {
      const time = new VirtualTime();
      const tracker = new InMemoryRateTracker({
        quotas: [quota({ unit: 'requests', limit: 1, windowMs: 3 })],
        scheduler: time,
      });
      for (const names of ['abc', 'xyz'])
        from(names)
          .pipe(rateLimit({ tracker, scheduler: time }))
          .subscribe();
      expect(time.timers).toBe(1);
      time.flush();

      expect(time.timers).toBe(0);
    });
  });
});

import { BehaviorSubject, concat, map, NEVER, of, Subject } from 'rxjs';
import { CallQueue } from '../../src/queue/call-queue.js';
import { quota, Queueable, rateLimit } from '../../src/index.js';
import { FakeReservation, FakeTracker } from '../support/fake-tracker.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';

class Letter extends Queueable {
  constructor(
    readonly name: string,
    override priority = 0,
  ) {
    super();
  }
}

const oneIn = (windowMs: number) => [quota({ unit: 'requests', limit: 1, windowMs, marginMs: 0 })];
const nameOf = map(({ name }: Letter) => name);

/** Letters by name; the digit behind is the priority. */
function letters(...names: string[]): Record<string, Letter> {
  return Object.fromEntries(
    names.map((name) => [name[0]!, new Letter(name[0]!, Number(name.slice(1)))]),
  );
}

describe('rateLimit', () => {
  describe('with cancelled$', () => {
    // prettier-ignore
    it.each([
      // what,                                      source,    cancelled,    expected (1 per 4 ms)
      ['lets those behind move up',                 'abcd|',   '--b',        'a---c---(d|)'],
      ['asks for the next when the first leaves',   'abcd|',   '---b',       'a---c---(d|)'],
      ['forgets one from the middle',               'abcd|',   '---c',       'a---b---(d|)'],
      ['does nothing to one that has been let out', 'abc|',    '-a',         'a---b---(c|)'],
      ['does nothing for one told twice',           'abc|',    '--bb',       'a---(c|)'],
      ['does nothing to one that never came',       'abc|',    '--z',        'a---b---(c|)'],
      ['completes when the last that waited left',  'ab|',     '---b',       'a--|'],
      ['goes on when all that waited have left',    'ab---c|', '---b',       'a----c|'],
    ])('%s', (_what, source, cancelled, expected) =>
      marbles(({ cold, hot, expectObservable }) => {
        const values = letters('a0', 'b0', 'c0', 'd0', 'z0');
        const cancelled$ = hot(cancelled, values);
        const limited$ = cold(source, values).pipe(rateLimit({ quotas: oneIn(4), cancelled$ }), nameOf);

        expectObservable(limited$).toBe(expected);
      }));

    it('holds no timer once all that waited have left', () => {
      const time = new VirtualTime();
      const values = ['a', 'b', 'c'].map((name) => new Letter(name));
      const cancelled$ = new Subject<Letter>();
      const source$ = new Subject<Letter>();
      source$.pipe(rateLimit({ quotas: oneIn(4), cancelled$, scheduler: time })).subscribe();
      for (const value of values) source$.next(value);
      expect(time.timers).toBe(1);
      for (const value of values) cancelled$.next(value);

      expect(time.timers).toBe(0);
    });

    it('leaves alone what waits in another operator', () =>
      marbles(({ cold, hot, expectObservable }) => {
        // Both hear of all that is cancelled, each of what waits in the other too.
        const values = letters('a0', 'b0', 'c0');
        const others = letters('a0', 'b0', 'c0');
        const cancelled$ = hot('--b', others);
        const options = { quotas: oneIn(4), cancelled$ };
        const one$ = cold('abc|', values).pipe(rateLimit(options), nameOf);
        const other$ = cold('abc|', others).pipe(rateLimit(options), nameOf);

        expectObservable(one$).toBe('  a---b---(c|)');
        expectObservable(other$).toBe('a---(c|)');
      }));

    it('says nothing to values that cannot be queued by themselves', () =>
      marbles(({ cold, hot, expectObservable }) => {
        const options = { quotas: oneIn(4), cancelled$: hot('--b') };

        expectObservable(cold('abc|').pipe(rateLimit(options))).toBe('a---b---(c|)');
      }));

    it.each([null, undefined, 'b'])(
      'says nothing to %p, which cannot be queued by itself',
      (value) => {
        const source$ = of(value, value);
        const cancelled$ = new Subject<unknown>();
        const hears: unknown[] = [];
        const options = { quotas: oneIn(4), cancelled$, scheduler: new VirtualTime() };
        source$.pipe(rateLimit<unknown>(options)).subscribe({
          next: (one) => hears.push(one),
          error: (error: unknown) => hears.push(error),
        });
        cancelled$.next(value);

        expect(hears).toEqual([value]);
      },
    );

    it('completes when the last leaves that waited for a permit', () => {
      const cancelled$ = new Subject<Letter>();
      const { a, b } = letters('a0', 'b0');
      const hears: string[] = [];
      of(a!, b!)
        .pipe(rateLimit({ quotas: [], maxConcurrent: 1, released$: NEVER, cancelled$ }))
        .subscribe({ next: ({ name }) => hears.push(name), complete: () => hears.push('|') });
      cancelled$.next(b!);

      expect(hears).toEqual(['a', '|']);
    });

    it('may be heard while a value is let out', () => {
      const cancelled$ = new Subject<Letter>();
      const max$ = new Subject<number>();
      const { a, b, c } = letters('a0', 'b0', 'c0');
      const seen: string[] = [];
      of(a!, b!, c!)
        .pipe(rateLimit({ quotas: [], maxConcurrent: max$, released$: NEVER, cancelled$ }))
        .subscribe((letter) => {
          seen.push(letter.name);
          if (letter === a) cancelled$.next(b!);
        });
      max$.next(9);

      expect(seen).toEqual(['a', 'c']);
    });
  });

  it('lets the next out after the one before was heard, not within', () => {
    const released$ = new Subject<void>();
    const steps: string[] = [];
    of('a', 'b', 'c')
      .pipe(rateLimit({ quotas: [], maxConcurrent: 1, released$ }))
      .subscribe((name) => {
        steps.push(`${name} comes`);
        if (name === 'b') released$.next();
        steps.push(`${name} was heard`);
      });
    released$.next();

    expect(steps.join(', ')).toBe(
      'a comes, a was heard, b comes, b was heard, c comes, c was heard',
    );
  });

  it('takes tenants for equals again once nothing is queued, nor in flight', () => {
    const queue = new CallQueue<Queueable>();
    const rest = jest.spyOn(queue, 'rest');
    const released$ = new Subject<void>();
    const max$ = new BehaviorSubject(2);
    concat(of('a', 'b', 'c'), NEVER)
      .pipe(rateLimit({ quotas: [], queue, maxConcurrent: max$, released$ }))
      .subscribe();
    const restsAfter = (step: () => void) => {
      step();
      return rest.mock.calls.length;
    };

    expect([
      restsAfter(() => max$.next(0)), // a and b in flight, c queued
      restsAfter(() => released$.next()),
      restsAfter(() => released$.next()), // c queued
      restsAfter(() => max$.next(2)), // c in flight
      restsAfter(() => released$.next()),
    ]).toEqual([0, 0, 0, 0, 1]);
  });

  it('does not take tenants for equals while some are in flight, though none is queued', () => {
    const queue = new CallQueue<Queueable>();
    const rest = jest.spyOn(queue, 'rest');
    const released$ = new Subject<void>();
    concat(of('a', 'b'), NEVER)
      .pipe(rateLimit({ quotas: [], queue, maxConcurrent: 2, released$ }))
      .subscribe();
    released$.next();

    expect(rest).not.toHaveBeenCalled();
  });

  describe('with Queueable values', () => {
    it('lets the highest priority out first, and within one who came first', () =>
      marbles(({ cold, expectObservable }) => {
        const values = letters('a0', 'b0', 'c5', 'd5', 'e-1', 'f0');
        const source = '  (aebfcd|)';
        const expected = 'a---c---d---b---f---(e|)';

        expectObservable(cold(source, values).pipe(rateLimit({ quotas: oneIn(4) }), nameOf)).toBe(
          expected,
        );
      }));

    it('lets a higher priority overtake the one that waits for its quota', () =>
      marbles(({ cold, expectObservable }) => {
        const values = letters('a0', 'b0', 'c5');
        const source = '  ab-c|';
        const expected = 'a---c---(b|)';

        expectObservable(cold(source, values).pipe(rateLimit({ quotas: oneIn(4) }), nameOf)).toBe(
          expected,
        );
      }));

    it.each([
      // b waits with priority 0 from 1 ms; c comes so much later with priority 1
      ['59999ms', 'cb'],
      ['60001ms', 'bc'],
    ])('lets waiting weigh: a minute is one priority (%s later: %s)', (later, order) =>
      marbles(({ cold, expectObservable }) => {
        const values = letters('a0', 'b0', 'c1');
        const quotas = oneIn(200_000);
        const [second, third] = order;
        const limited$ = cold(`ab ${later} c`, values).pipe(rateLimit({ quotas }), nameOf);

        expectObservable(limited$, '^ 500s !').toBe(`a 199999ms ${second!} 199999ms ${third!}`);
      }),
    );

    it('asks each operator on their way for their cost anew, and again when they come again', () => {
      const asked: unknown[] = [];
      const tracker = (name: string) =>
        new FakeTracker((cost) => {
          asked.push([name, cost]);
          return [new FakeReservation()];
        });
      let tokens = 5;
      const costOf = () => ({ tokens });
      const letter = new Letter('a');
      const source$ = new Subject<Letter>();
      source$
        .pipe(
          rateLimit({ tracker: tracker('first'), costOf }),
          rateLimit({ tracker: tracker('second'), costOf: () => ({ tokens: 1 }) }),
        )
        .subscribe();
      source$.next(letter);
      tokens = 7;
      source$.next(letter);

      expect(asked).toEqual([
        ['first', { tokens: 5 }],
        ['second', { tokens: 1 }],
        ['first', { tokens: 7 }],
        ['second', { tokens: 1 }],
      ]);
    });

    it('takes them from a queue of its own or the one that is given', () => {
      const queue = new CallQueue<Queueable>();
      const { a, b, c } = letters('a0', 'b0', 'c5');
      of(a!, b!, c!)
        .pipe(rateLimit({ quotas: oneIn(4), queue, scheduler: new VirtualTime() }))
        .subscribe();

      expect(queue.size).toBe(2);
      expect(queue.first).toBe(c);
    });
  });

  describe('with queueLimit', () => {
    const refusal = (limit: number) => ({ code: 'QUEUE_FULL', queueLimit: limit });

    // prettier-ignore
    it.each([
      // queueLimit, source,    expected (1 per 4 ms), refused
      [0,         'a----b|',    'a----b|',             ''],
      [0,         'abc--d|',    'a----d|',             'bc'],
      [1,         'abcd|',      'a---(b|)',            'cd'],
      [1,         'abc--d|',    'a---b---(d|)',        'c'],
      [2,         '(abcde|)',   'a---b---(c|)',        'de'],
      [Infinity,  '(abcd|)',    'a---b---c---(d|)',    ''],
    ])('of %s lets %s through as %s and refuses "%s"', (queueLimit, source, expected, refused) => {
      const heard: [string, unknown][] = [];
      marbles(({ cold, expectObservable }) => {
        const onRefused = (value: string, error: unknown) => heard.push([value, error]);

        expectObservable(
          cold(source).pipe(rateLimit({ quotas: oneIn(4), queueLimit, onRefused })),
        ).toBe(expected);
      });

      expect(heard).toEqual(
        Array.from(refused, (value): unknown => [
          value,
          expect.objectContaining(refusal(queueLimit)),
        ]),
      );
    });

    // prettier-ignore
    it.each([
      // queueLimit, source, expected (1 per 4 ms)
      [0, 'abc|',     'a#'],
      [1, 'abc|',     'a-#'],
      [2, '(abcd|)',  '(a#)'],
      [2, 'abc|',     'a---b---(c|)'],
    ])('of %i errors past it unless somebody hears of the refused: %s', (queueLimit, source, expected) =>
      marbles(({ cold, expectObservable }) => {
        expectObservable(cold(source).pipe(rateLimit({ quotas: oneIn(4), queueLimit }))).toBe(
          expected,
          undefined,
          expect.objectContaining(refusal(queueLimit)),
        );
      }));

    it('refuses none that can go at once, though many come in one turn', () => {
      const seen: number[] = [];
      of(1, 2, 3, 4)
        .pipe(rateLimit({ quotas: [], queueLimit: 0 }))
        .subscribe((value) => seen.push(value));

      expect(seen).toEqual([1, 2, 3, 4]);
    });

    it('refuses none that can go at once, though it came while another was let out', () => {
      const source$ = new Subject<number>();
      const seen: number[] = [];
      source$.pipe(rateLimit({ quotas: [], queueLimit: 0 })).subscribe((value) => {
        seen.push(value);
        if (value === 1) for (const next of [2, 3, 4]) source$.next(next);
      });
      source$.next(1);

      expect(seen).toEqual([1, 2, 3, 4]);
    });

    it('refuses the latest, when several came while another was let out', () => {
      const source$ = new Subject<number>();
      const seen: number[] = [];
      const refused: number[] = [];
      source$
        .pipe(
          rateLimit({
            quotas: [],
            maxConcurrent: 1,
            released$: NEVER,
            queueLimit: 2,
            onRefused: (value) => refused.push(value),
          }),
        )
        .subscribe((value) => {
          seen.push(value);
          for (const next of [2, 3, 4, 5]) source$.next(next);
        });
      source$.next(1);

      expect([seen, refused.sort()]).toEqual([[1], [4, 5]]);
    });

    it('refuses the new one, not one that waits, whatever its priority', () => {
      const refused: string[] = [];
      const { a, b, c } = letters('a0', 'b0', 'c5');
      const onRefused = ({ name }: Letter) => refused.push(name);
      of(a!, b!, c!)
        .pipe(
          rateLimit({ quotas: oneIn(4), queueLimit: 1, onRefused, scheduler: new VirtualTime() }),
        )
        .subscribe();

      expect(refused).toEqual(['c']);
      expect(c).toMatchObject({ line: undefined, previous: undefined, next: undefined });
    });

    it('takes its question back when the one that was asked for is refused', () => {
      const time = new VirtualTime();
      const source$ = new Subject<number>();
      const refused: number[] = [];
      const onRefused = (value: number) => refused.push(value);
      const options = { quotas: oneIn(4), queueLimit: 0, onRefused, scheduler: time };
      source$.pipe(rateLimit(options)).subscribe();
      for (const value of [1, 2]) source$.next(value);

      expect([refused, time.timers]).toEqual([[2], 0]);
    });

    it('leaves alone the question for the one that waits before it', () => {
      const tracker = new FakeTracker(() => NEVER);
      const refused: string[] = [];
      const onRefused = (value: string) => refused.push(value);
      concat(of('a', 'b'), NEVER)
        .pipe(rateLimit({ tracker, queueLimit: 1, onRefused }))
        .subscribe();

      expect([refused, tracker.asked.length]).toEqual([['b'], 1]);
    });

    it('lets nothing out that was refused, though its answer comes in that turn', () => {
      const answer$ = new Subject<FakeReservation>();
      const reservation = new FakeReservation();
      const seen: string[] = [];
      concat(of('a'), NEVER)
        .pipe(
          rateLimit({
            tracker: new FakeTracker(() => answer$),
            queueLimit: 0,
            onRefused: () => answer$.next(reservation),
          }),
        )
        .subscribe((value) => seen.push(value));

      expect([seen, reservation.givenBack]).toEqual([[], 1]);
    });

    it('has room again when one that waited has left', () =>
      marbles(({ cold, hot, expectObservable }) => {
        const values = letters('a0', 'b0', 'c0');
        const source = '  ab-c|';
        const cancelled = '--b';
        const expected = 'a---(c|)';
        const options = { quotas: oneIn(4), queueLimit: 1, cancelled$: hot(cancelled, values) };

        expectObservable(cold(source, values).pipe(rateLimit(options), nameOf)).toBe(expected);
      }));

    it('drops one for each that comes, at most, though more were put back than may wait', () => {
      const max$ = new BehaviorSubject(3);
      const returned$ = new Subject<Letter>();
      const source$ = new Subject<Letter>();
      const dropped: string[] = [];
      const { a, b, c, d } = letters('a0', 'b0', 'c0', 'd0');
      source$
        .pipe(
          rateLimit({
            quotas: [],
            maxConcurrent: max$,
            released$: NEVER,
            returned$,
            queueLimit: 1,
            whenQueueFull: 'drop-oldest',
            onRefused: ({ name }) => dropped.push(name),
          }),
        )
        .subscribe();
      for (const letter of [a!, b!, c!]) source$.next(letter);
      max$.next(0);
      for (const letter of [a!, b!, c!]) returned$.next(letter);
      expect(dropped).toEqual([]);
      source$.next(d!);

      expect(dropped).toEqual(['a']);
    });

    it('drops none for the first that comes where none may wait: it is refused itself', () => {
      const errors: unknown[] = [];
      of('a')
        .pipe(
          rateLimit({
            quotas: [],
            maxConcurrent: new BehaviorSubject(0),
            released$: NEVER,
            queueLimit: 0,
            whenQueueFull: 'drop-oldest',
            onRefused: (_, error) => errors.push(error),
          }),
        )
        .subscribe();

      expect(errors).toMatchObject([{ code: 'QUEUE_FULL', wasDropped: false }]);
    });

    it('completes when the last was refused and nothing waits', () => {
      const seen: string[] = [];
      of('a')
        .pipe(
          rateLimit({
            quotas: [],
            maxConcurrent: of(0),
            released$: NEVER,
            queueLimit: 0,
            onRefused: () => seen.push('refused'),
          }),
        )
        .subscribe({ complete: () => seen.push('complete') });

      expect(seen).toEqual(['refused', 'complete']);
    });
  });

  describe('with onRefused', () => {
    it('may be fed anew by it', () => {
      const source$ = new Subject<number>();
      const seen: number[] = [];
      source$
        .pipe(
          rateLimit({
            quotas: [quota({ unit: 'tokens', limit: 10, windowMs: 6 })],
            costOf: (value) => value,
            onRefused: (value) => source$.next(value / 2),
          }),
        )
        .subscribe((value) => seen.push(value));
      source$.next(40);

      expect(seen).toEqual([10]);
    });

    it.each(['costs too much', 'finds the queue full'])(
      'errors with what it throws when a value %s, rather than stand still for ever',
      (why) => {
        const error = new Error('of onRefused');
        const errors: unknown[] = [];
        const source$ = new Subject<number>();
        source$
          .pipe(
            rateLimit({
              quotas: [quota({ unit: 'tokens', limit: 10, windowMs: 6 })],
              costOf: (value) => value,
              ...(why === 'costs too much' ? {} : { queueLimit: 0 }),
              scheduler: new VirtualTime(),
              onRefused: () => {
                throw error;
              },
            }),
          )
          .subscribe({ error: (reason: unknown) => errors.push(reason) });
        for (const value of why === 'costs too much' ? [11] : [10, 10]) source$.next(value);

        expect(errors).toEqual([error]);
      },
    );
  });
});

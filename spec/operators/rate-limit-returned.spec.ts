import fc from 'fast-check';
import { BehaviorSubject, map, NEVER, Subject } from 'rxjs';
import { CallQueue, quota, Queueable, rateLimit } from '../../src/index.js';
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

const AGEING_MS = 60_000;
const oneIn = (windowMs: number) => [quota({ unit: 'requests', limit: 1, windowMs, marginMs: 0 })];
const nameOf = map(({ name }: Letter) => name);

/** Letters by name; the digit behind is the priority. */
function letters(...names: string[]): Record<string, Letter> {
  return Object.fromEntries(
    names.map((name) => [name[0]!, new Letter(name[0]!, Number(name.slice(1)))]),
  );
}

describe('rateLimit with returned$', () => {
  // prettier-ignore
  it.each([
    // what,                                           source,    returned,   expected (1 per 4 ms)
    ['lets it out again, at the front',                'abc',     '-a',       'a---a---b---c'],
    ['lets it out again in the same turn if it fits',  'a',       '-----a',   'a----a'],
    ['lets several out in the order in which they came', 'abc',   '-----ba',  'a---b---a---b---c'],
    ['puts it before one that waits for its quota',    'ab',      '--a',      'a---a---b'],
    ['lets it come back again and again',              'ab',      '-a---a',   'a---a---a---b'],
    ['takes it once, though it is told twice',         'ab',      '-(aa)',    'a---a---b'],
    ['leaves alone what waits',                        'abc',     '---c',     'a---b---c'],
    ['puts a higher priority before all',              'adb',     '-----d',   'a---d---d---b'],
    ['puts a lower priority behind all',               'zab',     '-z',       'z---a---b---z'],
  ])('%s', (_what, source, returned, expected) =>
    marbles(({ cold, hot, expectObservable }) => {
      const values = letters('a0', 'b0', 'c0', 'd5', 'z-1');
      const options = { quotas: oneIn(4), returned$: hot(returned, values) };
      const source$ = cold(source, values);

      expectObservable(source$.pipe(rateLimit(options), nameOf), '^ 40ms !').toBe(expected);
    }));

  it('reserves again what it costs', () => {
    const tracker = new FakeTracker((cost) => [new FakeReservation(cost)]);
    const source$ = new Subject<Letter>();
    const returned$ = new Subject<Letter>();
    const granted: unknown[] = [];
    source$
      .pipe(rateLimit({ tracker, returned$, costOf: () => ({ tokens: 5 }) }, (_, own) => own))
      .subscribe((reservation) => granted.push(reservation));
    const { a } = letters('a0');
    source$.next(a!);
    returned$.next(a!);

    expect(tracker.asked).toEqual([{ tokens: 5 }, { tokens: 5 }]);
    expect(new Set(granted).size).toBe(2);
  });

  it('waits for a permit, which it gives up only when that is said', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const values = letters('a0', 'b0');
      const options = {
        quotas: [],
        maxConcurrent: 1,
        returned$: hot('-a', values),
        released$: hot('--x-x-x'),
      };

      expectObservable(cold('ab', values).pipe(rateLimit(options), nameOf)).toBe('a-a-b');
    }));

  it('may be cancelled again while it waits', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const values = letters('a0', 'b0');
      const [returned$, cancelled$] = [hot('-a', values), hot('--a', values)];
      const options = { quotas: oneIn(4), returned$, cancelled$ };

      expectObservable(cold('ab', values).pipe(rateLimit(options), nameOf)).toBe('a---b');
    }));

  it('is refused when it can never fit any more', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const values = letters('a0', 'b0');
      const limit = cold('9-1', { 9: 9, 1: 1 });
      const refused: string[] = [];
      const options = {
        quotas: [quota({ unit: 'tokens', limit, windowMs: 4, marginMs: 0 })],
        costOf: ({ name }: Letter) => (name === 'a' ? 5 : 1),
        onRefused: ({ name }: Letter) => refused.push(name),
        returned$: hot('---a', values),
      };

      expectObservable(cold('a---b', values).pipe(rateLimit(options), nameOf)).toBe('a---b');
      expectObservable(cold('-----x').pipe(map(() => refused))).toBe('-----a', { a: ['a'] });
    }));

  it.each([
    ['in a full queue', 'ab', '-(ab)'],
    ['in an empty one', 'a', '-a'],
  ])('is not refused by a queueLimit, %s', (_what, source, returned) =>
    marbles(({ cold, hot, flush }) => {
      const values = letters('a0', 'b0');
      const refused: string[] = [];
      const options = {
        quotas: oneIn(4),
        queueLimit: source.length - 1,
        onRefused: ({ name }: Letter) => refused.push(name),
        returned$: hot(returned, values),
      };
      cold(source, values).pipe(rateLimit(options)).subscribe();
      flush();

      expect(refused).toEqual([]);
    }),
  );

  // What came back in the turn in which it came had been taken for new, and refused.
  it.each([
    ['as it is let out', false],
    ['as another is let out', true],
  ])('is not refused by a queueLimit of 0 when it comes back %s', (_when, isNested) => {
    const source$ = new Subject<Letter>();
    const returned$ = new Subject<Letter>();
    const refused: string[] = [];
    const out: string[] = [];
    const { a, b } = letters('a0', 'b0');
    const maxConcurrent = new BehaviorSubject(isNested ? 2 : 1);
    source$
      .pipe(
        rateLimit({
          quotas: [],
          queueLimit: 0,
          maxConcurrent,
          released$: NEVER,
          returned$,
          onRefused: ({ name }) => refused.push(name),
        }),
      )
      .subscribe((letter) => {
        out.push(letter.name);
        if (isNested && letter === b) source$.next(a!);
        else if (out.length === (isNested ? 2 : 1)) returned$.next(a!);
      });
    source$.next(isNested ? b! : a!);
    expect([out, refused]).toEqual([isNested ? ['b', 'a'] : ['a'], []]);
    maxConcurrent.next(9);

    expect(out).toEqual(isNested ? ['b', 'a', 'a'] : ['a', 'a']);
    expect(refused).toEqual([]);
  });

  it('refuses one that is new though it was let out, and came back, before', () => {
    const source$ = new Subject<Letter>();
    const returned$ = new Subject<Letter>();
    const cancelled$ = new Subject<Letter>();
    const refused: string[] = [];
    const maxConcurrent = new BehaviorSubject(1);
    source$
      .pipe(
        rateLimit({
          quotas: [],
          queueLimit: 0,
          maxConcurrent,
          released$: NEVER,
          returned$,
          cancelled$,
          onRefused: ({ name }) => refused.push(name),
        }),
      )
      .subscribe();
    const { a } = letters('a0');
    source$.next(a!);
    returned$.next(a!);
    cancelled$.next(a!);
    source$.next(a!);

    expect(refused).toEqual(['a']);
  });

  it('says nothing to values that cannot be queued by themselves', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const options = { quotas: oneIn(4), returned$: hot('--a') };

      expectObservable(cold('ab|').pipe(rateLimit(options))).toBe('a---(b|)');
    }));

  it('completes when its queue is empty, and hears of none then', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const values = letters('a0', 'b0');
      const returned$ = hot('-a-------a', values);
      const options = { quotas: oneIn(4), returned$ };

      expectObservable(cold('ab|', values).pipe(rateLimit(options), nameOf)).toBe('a---a---(b|)');
      expectSubscriptions(returned$.subscriptions).toBe('^-------!');
    }));

  it('errors when it does', () =>
    marbles(({ cold, hot, expectObservable }) => {
      const options = { quotas: oneIn(4), returned$: hot<Letter>('--#') };

      expectObservable(cold('a---', letters('a0')).pipe(rateLimit(options), nameOf)).toBe('a-#');
    }));

  it('does not grow the stack when each comes back at once', () => {
    const returned$ = new Subject<Letter>();
    const source$ = new Subject<Letter>();
    let count = 0;
    source$.pipe(rateLimit({ quotas: [], returned$ })).subscribe((letter) => {
      count += 1;
      if (count < 100_000) returned$.next(letter);
    });
    source$.next(new Letter('a'));

    expect(count).toBe(100_000);
  });

  describe('in the same order as a list that is searched anew', () => {
    type Command =
      | { arrive: number }
      | { giveBack: number }
      | { release: true }
      | { cancel: number }
      | { permits: number }
      | { after: number };

    /** What the operator must agree with: all that wait, and how many permits are left. */
    class Naive {
      readonly out: number[] = [];
      private waiting: { id: number; letter: Letter; at: number }[] = [];
      private readonly arrived = new Map<Letter, { id: number; at: number }>();
      permits = 1;
      inFlight = 0;

      arrive(letter: Letter, at: number): void {
        this.arrived.set(letter, { id: this.arrived.size, at });
        this.comeBack(letter);
      }

      comeBack(letter: Letter): void {
        const entry = this.arrived.get(letter);
        if (!entry || this.waiting.some((one) => one.letter === letter)) return;
        this.waiting.push({ ...entry, letter });
        this.letOut();
      }

      cancel(letter: Letter): void {
        this.waiting = this.waiting.filter((one) => one.letter !== letter);
      }

      letOut(): void {
        while (this.inFlight < this.permits && this.waiting.length > 0) {
          // Of each priority who came first; of those who has waited longest, a priority weighing a minute.
          const firsts = this.waiting.filter(
            (one) =>
              !this.waiting.some(
                (other) => other.letter.priority === one.letter.priority && other.id < one.id,
              ),
          );
          const key = ({ at, letter }: (typeof firsts)[0]) => at - letter.priority * AGEING_MS;
          firsts.sort((one, other) => key(one) - key(other) || other.letter.priority - one.letter.priority); // prettier-ignore
          const [next] = firsts;
          this.waiting = this.waiting.filter((one) => one !== next);
          this.inFlight += 1;
          this.out.push(next!.id);
        }
      }
    }

    const command: fc.Arbitrary<Command> = fc.oneof<fc.Arbitrary<Command>[]>(
      fc.record({ arrive: fc.integer({ min: -2, max: 2 }) }),
      fc.record({ arrive: fc.constant(0) }),
      fc.record({ giveBack: fc.nat() }),
      fc.record({ giveBack: fc.nat() }),
      fc.record({ release: fc.constant<true>(true) }),
      fc.record({ cancel: fc.nat() }),
      fc.record({ permits: fc.nat(3) }),
      fc.record({ after: fc.constantFrom(1, 59_999, 60_000, 60_001, 130_000) }),
    );

    it.each(['one by one', 'of its own queue'])('whatever comes and goes, %s', (how) => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 80, size: '+1' }), (commands) => {
          const naive = new Naive();
          const time = new VirtualTime();
          const subjects = {
            source$: new Subject<Letter>(),
            released$: new Subject<void>(),
            returned$: new Subject<Letter>(),
            cancelled$: new Subject<Letter>(),
            maxConcurrent: new BehaviorSubject(1),
          };
          const { source$, released$, returned$, cancelled$, maxConcurrent } = subjects;
          const all: Letter[] = [];
          const out: number[] = [];
          const queue = new CallQueue<Queueable>();
          source$
            .pipe(
              rateLimit({
                quotas: [],
                released$,
                returned$,
                cancelled$,
                maxConcurrent,
                scheduler: time,
                ...(how === 'of its own queue' && { queue }),
              }),
            )
            .subscribe(({ name }) => out.push(Number(name)));
          const pick = (number: number) => all[number % (all.length || 1)];
          for (const one of commands) {
            if ('arrive' in one) {
              const letter = new Letter(String(all.length), one.arrive);
              all.push(letter);
              naive.arrive(letter, time.now());
              source$.next(letter);
            } else if ('after' in one) time.advance(one.after);
            else if ('permits' in one) {
              naive.permits = one.permits;
              naive.letOut();
              maxConcurrent.next(one.permits);
            } else if ('release' in one) {
              naive.inFlight = Math.max(0, naive.inFlight - 1);
              naive.letOut();
              released$.next();
            } else if ('cancel' in one) {
              const letter = pick(one.cancel);
              if (letter) naive.cancel(letter);
              if (letter) cancelled$.next(letter);
            } else {
              const letter = pick(one.giveBack);
              if (letter) naive.comeBack(letter);
              if (letter) returned$.next(letter);
            }
            expect(out).toEqual(naive.out);
          }
        }),
        { numRuns: 200 },
      );
    });
  });
});

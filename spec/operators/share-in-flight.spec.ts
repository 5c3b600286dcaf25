import { concat, defer, EMPTY, finalize, NEVER, Observable, of, Subject, take, tap } from 'rxjs';
import { InvalidOptionError, NoResponseError } from '../../src/errors.js';
import { LLMService } from '../../src/llm-service.js';
import type { Callable } from '../../src/operators/callable.js';
import { shareInFlight } from '../../src/operators/share-in-flight.js';
import { quota } from '../../src/usage/quota.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { FakeCallable, heard, NOT_CALLABLES } from './fake-callable.js';

const keyOf = (request: unknown) => request;
const error = new Error('of the call');

describe('shareInFlight', () => {
  // prettier-ignore
  it.each([
    // what,                               source,      first,      hears,      second,      hears,       calls
    ['shares a call that is not over',     '--a|',      '^---',     '--a|',     '-^--',      '--a|',      ['^--!']],
    ['shares in the same frame',           '--a|',      '^---',     '--a|',     '^---',      '--a|',      ['^--!']],
    ['replays to who comes late',          'a---b|',    '^-----',   'a---b|',   '--^---',    '--a-b|',    ['^----!']],
    ['replays all of it, in order',        '(ab)--c|',  '^-------', '(ab)--c|', '-^------',  '-(ab)-c|',  ['^------!']],
    ['shares an error',                    '--a-#',     '^----',    '--a-#',    '---^-',     '---a#',     ['^---!']],
    ['lets the second leave',              'a---b-c|',  '^-------', 'a---b-c|', '--^--!',    '--a-b',     ['^------!']],
    ['lets the first leave',               'a---b-c|',  '^--!',     'a---',     '-^------',  '-a--b-c|',  ['^------!']],
    ['cancels when the last leaves',       'a---b-c|',  '^--!',     'a---',     '-^---!',    '-a--b',     ['^----!']],
    ['is empty for both',                  '---|',      '^---',     '---|',     '-^--',      '---|',      ['^--!']],
    ['is never for both',                  '----',      '^---',     '----',     '-^--',      '----',      ['^---']],
    ['replays to who comes just in time',  'a-|',       '^--',      'a-|',      '--^',       '--(a|)',    ['^-!']],
    ['calls again when it has completed',  'a|',        '^-',       'a|',       '--^-',      '--a|',      ['^!', '--^!']],
    ['calls again when it has failed',     'a#',        '^-',       'a#',       '--^-',      '--a#',      ['^!', '--^!']],
    ['calls again when all have left',     'a-b|',      '^!',       'a',        '--^---',    '--a-b|',    ['^!', '--^--!']],
  ])('%s', (_what, source, first, firstHears, second, secondHears, calls) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source);
      const shared = shareInFlight(new FakeCallable(source$), { keyOf });

      expectObservable(shared.call('x'), first).toBe(firstHears);
      expectObservable(shared.call('x'), second).toBe(secondHears);
      expectSubscriptions(source$.subscriptions).toBe(calls);
    }));

  it('shares by key, one call each', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const calls: Record<string, ReturnType<typeof cold<string>>> = {
        a: cold(' --a|'),
        b: cold(' ----b|'),
      };
      const shared = shareInFlight(new FakeCallable((request) => calls[request]!), { keyOf });

      expectObservable(shared.call('a')).toBe('       --a|');
      expectObservable(shared.call('b'), '-^').toBe(' -----b|');
      expectObservable(shared.call('a'), '-^').toBe(' --a|');
      expectObservable(shared.call('b'), '----^').toBe('-----b|');
      expectSubscriptions(calls['a']!.subscriptions).toBe('^--!');
      expectSubscriptions(calls['b']!.subscriptions).toBe('-^----!');
    }));

  it('calls nobody until somebody subscribes', () => {
    const inner = new FakeCallable(NEVER);
    const asked: string[] = [];
    shareInFlight(inner, { keyOf: (request) => asked.push(request) }).call('a');

    expect([inner.requests, asked]).toEqual([[], []]);
  });

  it.each([
    ['objects that are the same', [NOT_CALLABLES, NOT_CALLABLES], 1],
    ['objects that look the same', [{}, {}], 2],
    ['NaN', [NaN, NaN], 1],
    ['zeros', [0, -0], 1],
    ['undefined', [undefined, undefined], 1],
    ['a number and its text', [1, '1'], 2],
  ])('compares keys as a Map does: %s', (_what, keys, calls) => {
    const inner = new FakeCallable(NEVER);
    const shared = shareInFlight(inner, { keyOf: (request) => keys[Number(request)] });
    shared.call('0').subscribe();
    shared.call('1').subscribe();

    expect(inner.requests).toHaveLength(calls);
  });

  it('gives a throw of keyOf to that caller alone', () => {
    const response$ = new Subject<string>();
    const shared = shareInFlight(new FakeCallable(response$), {
      keyOf: (request) => {
        if (request === 'b') throw error;
        return 'same';
      },
    });
    const first: unknown[] = [];
    shared.call('a').subscribe((response) => first.push(response));

    expect(heard(shared.call('b'))).toEqual([error]);
    response$.next('still here');
    expect(first).toEqual(['still here']);
  });

  it('calls each time what completes at once, and what fails at once', () => {
    const inner = new FakeCallable((request) => {
      if (request === 'throws') throw error;
      return of(request, 'b');
    });
    const shared = shareInFlight(inner, { keyOf });

    expect(heard(shared.call('a'))).toEqual(['a', 'b', '|']);
    expect(heard(shared.call('a'))).toEqual(['a', 'b', '|']);
    expect(heard(shared.call('throws'))).toEqual([error]);
    expect(heard(shared.call('throws'))).toEqual([error]);
    expect(inner.requests).toEqual(['a', 'a', 'throws', 'throws']);
  });

  it('cancels at once what goes on when its only caller has heard enough', () => {
    const sent: number[] = [];
    const endless$ = new Observable<number>((subscriber) => {
      for (let i = 0; i < 5 && !subscriber.closed; i++) subscriber.next(sent.push(i));
    });
    const shared = shareInFlight(new FakeCallable(endless$), { keyOf });

    expect(heard(shared.call('a').pipe(take(2)))).toEqual([1, 2, '|']);
    expect(sent).toEqual([0, 1]);
  });

  describe('when its caller calls the same again', () => {
    const again = (shared: Callable<string, unknown>, into: unknown[]) => {
      into.push(heard(shared.call('a')));
    };

    it('joins it to the call that responds, with this response', () => {
      const inner = new FakeCallable(concat(of('a', 'b'), NEVER));
      const shared = shareInFlight(inner, { keyOf });
      const seen: unknown[] = [];
      const joined = tap((response) => {
        if (response === 'a') again(shared, seen);
      });
      shared.call('a').pipe(joined).subscribe();

      expect([inner.requests, seen]).toEqual([['a'], [['a', 'b']]]);
    });

    it('joins it to the call that is only being made', () => {
      const seen: unknown[] = [];
      const inner: FakeCallable = new FakeCallable(() => {
        if (inner.requests.length < 2) again(shared, seen);
        return of('a');
      });
      const shared = shareInFlight(inner, { keyOf });

      expect(heard(shared.call('a'))).toEqual(['a', '|']);
      expect([inner.requests, seen]).toEqual([['a'], [['a', '|']]]);
    });

    it.each(['complete', 'error'] as const)('makes a new call, on %s', (ending) => {
      const response$ = [new Subject<string>(), new Subject<string>()];
      const inner: FakeCallable = new FakeCallable(() => response$[inner.requests.length - 1]!);
      const shared = shareInFlight(inner, { keyOf: () => 'same' });
      const seen: unknown[] = [];
      const callAgain = () => shared.call('second').subscribe((response) => seen.push(response));
      shared.call('first').subscribe({ [ending]: callAgain });
      response$[0]![ending](error);
      shared.call('third').subscribe((response) => seen.push(response));
      response$[1]!.next('new');

      expect([inner.requests, seen]).toEqual([
        ['first', 'second'],
        ['new', 'new'],
      ]);
    });

    it('makes a new call while the old one is torn down, and shares that', () => {
      const tornDown: string[] = [];
      const callAgain = () => shared.call('second').subscribe();
      const tearDown = (request: string) => {
        tornDown.push(request);
        if (request === 'first') callAgain();
      };
      const inner: FakeCallable = new FakeCallable((request) =>
        NEVER.pipe(finalize(() => tearDown(request))),
      );
      const shared = shareInFlight(inner, { keyOf: () => 'same' });
      shared.call('first').subscribe().unsubscribe();
      shared.call('third').subscribe();

      expect([inner.requests, tornDown]).toEqual([['first', 'second'], ['first']]);
    });
  });

  it('makes the call with the options of the first, but for its signal', () => {
    const inner = new FakeCallable(NEVER);
    const shared = shareInFlight(inner, { keyOf });
    const { signal } = new AbortController();
    shared.call('a', { priority: 5, label: 'first', signal }).subscribe();
    shared.call('a', { priority: 9, label: 'second' }).subscribe();
    shared.call('b').subscribe();

    expect(inner.options).toEqual([{ priority: 5, label: 'first' }, undefined]);
    expect(inner.options[0]?.signal).toBeUndefined();
  });

  describe('with a signal', () => {
    it('ends only the subscription of the caller whose it is', () => {
      const response$ = new Subject<string>();
      const shared = shareInFlight(new FakeCallable(response$), { keyOf });
      const [first, second] = [new AbortController(), new AbortController()];
      const firstHears = heard(shared.call('a', { signal: first.signal }));
      const secondHears = heard(shared.call('a', { signal: second.signal }));
      first.abort(error);
      response$.next('a');

      expect([firstHears, secondHears]).toEqual([[error], ['a']]);
      expect(response$.observed).toBe(true);
      second.abort(error);
      expect(secondHears).toEqual(['a', error]);
      expect(response$.observed).toBe(false);
    });

    it('begins nothing when it has fired before', () => {
      const inner = new FakeCallable(NEVER);
      const asked: string[] = [];
      const shared = shareInFlight(inner, { keyOf: (request) => asked.push(request) });

      expect(heard(shared.call('a', { signal: AbortSignal.abort(error) }))).toEqual([error]);
      expect([inner.requests, asked]).toEqual([[], []]);
    });

    it('listens to it no longer than the subscription lasts', () => {
      const { signal } = new AbortController();
      const listening = [
        jest.spyOn(signal, 'addEventListener'),
        jest.spyOn(signal, 'removeEventListener'),
      ];
      const shared = shareInFlight(new FakeCallable(NEVER), { keyOf });
      shared.call('a', { signal }).subscribe().unsubscribe();

      expect(listening.map((spy) => spy.mock.calls.length)).toEqual([1, 1]);
    });
  });

  describe('callAsync', () => {
    it('shares too, and resolves each to the last response', async () => {
      const response$ = new Subject<string>();
      const inner = new FakeCallable(response$);
      const shared = shareInFlight(inner, { keyOf });
      const answers = [shared.callAsync('a'), shared.callAsync('a')];
      response$.next('a');
      response$.next('b');
      response$.complete();

      expect(await Promise.all(answers)).toEqual(['b', 'b']);
      expect(inner.requests).toEqual(['a']);
    });

    it('rejects without a response, and names what was called', async () => {
      const shared = shareInFlight(new FakeCallable(EMPTY, 0, 'echo'), { keyOf });

      await expect(shared.callAsync('a')).rejects.toThrow(NoResponseError);
      await expect(shared.callAsync('a')).rejects.toMatchObject({ service: 'shareInFlight(echo)' });
    });

    it('rejects with what the call fails with, and for options that are wrong', async () => {
      const shared = shareInFlight(new FakeCallable(throwing), { keyOf });

      await expect(shared.callAsync('a')).rejects.toBe(error);
      await expect(shared.callAsync('a', { priority: 0.5 })).rejects.toThrow(InvalidOptionError);
    });

    it("rejects with its signal's reason", async () => {
      const shared = shareInFlight(new FakeCallable(NEVER), { keyOf });
      const signal = AbortSignal.abort(error);

      await expect(shared.callAsync('a', { signal })).rejects.toBe(error);
    });
  });

  it('is expected to wait 0 ms for what is in flight, else as long as what it is made of', () => {
    const inner = new FakeCallable(NEVER, 250);
    const shared = shareInFlight(inner, { keyOf });
    const options = { priority: 5 };

    expect(shared.expectedWait('a', options)).toBe(250);
    const subscription = shared.call('a').subscribe();
    expect([shared.expectedWait('a'), shared.expectedWait('b')]).toEqual([0, 250]);
    subscription.unsubscribe();
    expect(shared.expectedWait('a')).toBe(250);
    expect(inner.asked[0]).toEqual(['a', options]);
  });

  it('keeps its calls apart from those of another', () => {
    const inner = new FakeCallable(NEVER);
    for (const shared of [shareInFlight(inner, { keyOf }), shareInFlight(inner, { keyOf })])
      shared.call('a').subscribe();

    expect(inner.requests).toEqual(['a', 'a']);
  });

  it('is named after what it is made of', () => {
    expect(shareInFlight(new FakeCallable(NEVER, 0, 'echo'), { keyOf }).name).toBe(
      'shareInFlight(echo)',
    );
  });

  describe('at the door', () => {
    const make = shareInFlight as (...given: unknown[]) => Callable<string, string>;
    const inner = new FakeCallable(EMPTY);

    it.each(NOT_CALLABLES.map((given) => [given]))('takes only what can be called: %p', (given) => {
      expect(errorOf(() => make(given, { keyOf }))).toMatchObject({
        code: 'INVALID_OPTION',
        option: 'callable',
      });
    });

    it.each([
      [{}, 'keyOf'],
      [{ keyOf: 'id' }, 'keyOf'],
      [{ keyOf, key: 5 }, 'key'],
      [undefined, 'options'],
      [null, 'options'],
    ])('refuses %j, and names %s', (options, option) => {
      expect(errorOf(() => make(inner, options))).toMatchObject({ code: 'INVALID_OPTION', option });
    });

    it('refuses the options of a call when it is made', () => {
      const shared = shareInFlight(inner, { keyOf });

      expect(errorOf(() => shared.call('a', { priority: 0.5 }))).toMatchObject({
        code: 'INVALID_OPTION',
        option: 'call.priority',
      });
    });
  });

  it('makes one call of a service, queued or in flight, and cancels it with the last caller', () =>
    marbles(({ expectObservable, cold }) => {
      const service = LLMService.of({
        modelName: 'm',
        quotas: [quota({ unit: 'requests', limit: 1, windowMs: 6, marginMs: 0 })],
        process: (request: string) => cold('--a|', { a: request }),
      });
      const shared = shareInFlight(service, { keyOf });

      expectObservable(shared.call('a')).toBe('               --a|');
      expectObservable(shared.call('a'), '-^').toBe('         --a|');
      expectObservable(shared.call('b'), '-^-!').toBe('       ----');
      expectObservable(shared.call('b'), '--^!').toBe('       ----');
      expectObservable(shared.call('c'), '--^').toBe('        --------c|');
    }));
});

const throwing = () =>
  defer((): Observable<string> => {
    throw error;
  });

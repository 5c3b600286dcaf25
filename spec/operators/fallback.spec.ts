import { concat, EMPTY, finalize, NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { InvalidOptionError, NoResponseError, QuotaExceededError } from '../../src/errors.js';
import { LLMService } from '../../src/llm-service.js';
import { balance } from '../../src/operators/balance.js';
import type { Callable } from '../../src/operators/callable.js';
import { fallback } from '../../src/operators/fallback.js';
import { budget } from '../../src/usage/quota.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { FakeCallable, heard, NOT_CALLABLES } from './fake-callable.js';

const error = new Error('of the call');
const failing = (reason: unknown) => new FakeCallable(throwError(() => reason));
const answering = (answer: string) => new FakeCallable(of(answer));

describe('fallback', () => {
  // prettier-ignore
  it.each([
    // what,                                     first,   calls,    second,  calls,     unsubscribed, expected
    ['hears the first while it is well',         '-a-b|', '^---!',  '--c|',  [],        '^---------', '-a-b|'],
    ['calls the second when the first fails',    '--#',   '^-!',    '--c-d|', '--^----!', '^-------', '----c-d|'],
    ['calls the second at once',                 '#',     '(^!)',   '--c|',  '^--!',    '^---------', '--c|'],
    ['passes the error of the last',             '--#',   '^-!',    '-#',    '--^!',    '^---------', '---#'],
    ['passes an error after a response',         '-a-#',  '^--!',   '--c|',  [],        '^---------', '-a-#'],
    ['passes it when both came in one frame',    '(a#)',  '(^!)',   '--c|',  [],        '^---------', '(a#)'],
    ['passes it when the second had one',        '--#',   '^-!',    '-c-#',  '--^--!',  '^---------', '---c-#'],
    ['takes no response for an answer',          '--|',   '^-!',    '--c|',  [],        '^---------', '--|'],
    ['cancels the first',                        '----a', '^-!',    '--c|',  [],        '^-!',        '---'],
    ['cancels the second',                       '-#',    '^!',     '----c', '-^-!',    '^--!',       '----'],
    ['is never when the first is',               '---',   '^',      '--c|',  [],        '^',          '---'],
  ])('%s', (_what, first, firstCalls, second, secondCalls, unsubscribed, expected) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [first$, second$] = [cold(first), cold(second)];
      const both = fallback([new FakeCallable(first$), new FakeCallable(second$)]);

      expectObservable(both.call('x'), unsubscribed).toBe(expected);
      expectSubscriptions(first$.subscriptions).toBe(firstCalls);
      expectSubscriptions(second$.subscriptions).toBe(secondCalls);
    }));

  it('goes on to the third, and no further than the first that is well', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const calls = [cold('-#'), cold(' --#'), cold('---c|'), cold('d|')];
      const expected = '                      ------c|';
      const all = fallback(calls.map((call$) => new FakeCallable(call$)));

      expectObservable(all.call('x')).toBe(expected);
      expectSubscriptions(calls[2]!.subscriptions).toBe('---^---!');
      expectSubscriptions(calls[3]!.subscriptions).toBe([]);
    }));

  it('begins with the first for each subscription', () => {
    const [first, second] = [failing(error), answering('b')];
    const call$ = fallback([first, second]).call('x');

    expect([heard(call$), heard(call$)]).toEqual([
      ['b', '|'],
      ['b', '|'],
    ]);
    expect([first.requests, second.requests]).toEqual([
      ['x', 'x'],
      ['x', 'x'],
    ]);
  });

  it('calls nobody until somebody subscribes', () => {
    const first = failing(error);
    fallback([first, first]).call('x');

    expect(first.requests).toEqual([]);
  });

  it('calls the next with the same request and options', () => {
    const [first, second] = [failing(error), answering('b')];
    const options = { priority: 5, signal: new AbortController().signal };
    fallback([first, second]).call('x', options).subscribe();

    expect([first.requests, second.requests]).toEqual([['x'], ['x']]);
    expect([first.options, second.options]).toEqual([[options], [options]]);
  });

  it('calls the next also where the options of a call have no signal', () => {
    const options = { priority: 5 };

    expect(heard(fallback([failing(error), answering('b')]).call('x', options))).toEqual([
      'b',
      '|',
    ]);
  });

  it('tears the first down before it calls the next', () => {
    const steps: string[] = [];
    const first$ = concat(throwError(() => error)).pipe(finalize(() => steps.push('torn down')));
    const second = new FakeCallable(() => {
      steps.push('called');
      return EMPTY;
    });
    fallback([new FakeCallable(first$), second])
      .call('x')
      .subscribe();

    expect(steps).toEqual(['torn down', 'called']);
  });

  it('takes what is thrown for an error', () => {
    const throwing = new FakeCallable(() => {
      throw error;
    });

    expect(heard(fallback([throwing, answering('b')]).call('x'))).toEqual(['b', '|']);
    expect(heard(fallback([throwing, throwing]).call('x'))).toEqual([error]);
  });

  it('passes errors of the only one', () => {
    expect(heard(fallback([failing(error)]).call('x'))).toEqual([error]);
  });

  describe('when', () => {
    it('says which errors go on to the next', () => {
      const when = (reason: unknown) => reason instanceof QuotaExceededError;
      const spent = new QuotaExceededError('usd', 1, 1);

      expect(heard(fallback([failing(spent), answering('b')], { when }).call('x'))).toEqual([
        'b',
        '|',
      ]);
      expect(heard(fallback([failing(error), answering('b')], { when }).call('x'))).toEqual([
        error,
      ]);
    });

    it('is asked once for each error but the last', () => {
      const asked: unknown[] = [];
      const when = (reason: unknown) => asked.push(reason) > 0;
      const errors = ['1', '2', '3'].map((text) => new Error(text));
      const all = fallback(errors.map(failing), { when });

      expect(heard(all.call('x'))).toEqual([errors[2]]);
      expect(asked).toEqual(errors.slice(0, 2));
    });

    it('is not asked after a response', () => {
      const when = jest.fn(() => true);
      const first = new FakeCallable(
        concat(
          of('a'),
          throwError(() => error),
        ),
      );

      expect(heard(fallback([first, answering('b')], { when }).call('x'))).toEqual(['a', error]);
      expect(when).not.toHaveBeenCalled();
    });

    it('gives its own throw to the caller', () => {
      const fault = new Error('of when');
      const when = () => {
        throw fault;
      };
      const second = answering('b');

      expect(heard(fallback([failing(error), second], { when }).call('x'))).toEqual([fault]);
      expect(second.requests).toEqual([]);
    });

    it('is by default: every error but InvalidOptionError', () => {
      const invalid = new InvalidOptionError('costOf(request)', 'NaN', 'a number');

      expect(heard(fallback([failing('text'), answering('b')]).call('x'))).toEqual(['b', '|']);
      expect(heard(fallback([failing(invalid), answering('b')]).call('x'))).toEqual([invalid]);
    });
  });

  describe('with a signal', () => {
    /** Fails by itself when the signal fires. */
    const listening = new FakeCallable((_request, options) => {
      const failed$ = new Subject<string>();
      options?.signal?.addEventListener('abort', () => failed$.error(error));
      return failed$;
    });

    it.each([
      ['a call that listens to it', listening],
      ['a call that does not', new FakeCallable(NEVER)],
    ])('errors with its reason and calls nobody else, with %s', (_what, first) => {
      const second = answering('b');
      const controller = new AbortController();
      const reason = new Error('of the signal');
      const when = jest.fn(() => true);
      const { signal } = controller;
      const hears = heard(fallback([first, second], { when }).call('x', { signal }));
      controller.abort(reason);

      expect(hears).toEqual([reason]);
      expect([second.requests, when.mock.calls]).toEqual([[], []]);
    });

    it('calls nobody else when a call fails by it before this one hears of it', () => {
      const controller = new AbortController();
      const failed$ = new Subject<string>();
      controller.signal.addEventListener('abort', () => {
        failed$.error(error);
      });
      const [first, second] = [new FakeCallable(failed$), answering('b')];
      const when = jest.fn(() => true);
      const { signal } = controller;
      const hears = heard(fallback([first, second], { when }).call('x', { signal }));
      controller.abort();

      expect(hears).toEqual([error]);
      expect([second.requests, when.mock.calls]).toEqual([[], []]);
    });

    it('calls nobody when it has fired before', () => {
      const first = answering('a');
      const signal = AbortSignal.abort(error);

      expect(heard(fallback([first, first]).call('x', { signal }))).toEqual([error]);
      expect(first.requests).toEqual([]);
    });
  });

  it('is expected to wait as long as the first', () => {
    const [first, second] = [new FakeCallable(NEVER, 250), new FakeCallable(NEVER, 0)];
    const options = { priority: 5 };

    expect(fallback([first, second]).expectedWait('x', options)).toBe(250);
    expect([first.asked, second.asked]).toEqual([[['x', options]], []]);
  });

  it('resolves to the last response, and names what was called when there is none', async () => {
    const both = (second$: Observable<string>) =>
      fallback([
        new FakeCallable(
          throwError(() => error),
          0,
          'a',
        ),
        new FakeCallable(second$, 0, 'b'),
      ]);

    expect(await both(of('1', '2')).callAsync('x')).toBe('2');
    const refused = both(EMPTY).callAsync('x');
    await expect(refused).rejects.toThrow(NoResponseError);
    await expect(refused).rejects.toMatchObject({ service: 'fallback(a, b)' });
  });

  it('falls back from several that are balanced', () =>
    marbles(({ cold, expectObservable }) => {
      const east = new FakeCallable(cold(' --#'), 5, 'east');
      const west = new FakeCallable(cold(' -#'), 9, 'west');
      const local = new FakeCallable(cold('-c|'), 0, 'local');
      const model = fallback([balance([east, west]), local]);

      expect([model.name, model.expectedWait('x')]).toEqual([
        'fallback(balance(east, west), local)',
        5,
      ]);
      expectObservable(model.call('x')).toBe('---c|');
    }));

  it('keeps to the list as it was given', () => {
    const list = [failing(error), answering('b')];
    const both = fallback(list);
    list.length = 0;

    expect(heard(both.call('x'))).toEqual(['b', '|']);
  });

  it('goes on to another service when the budget of one is spent', () => {
    const cloud = LLMService.of({
      modelName: 'cloud',
      quotas: [budget({ unit: 'requests', limit: 1 })],
      process: (request: string) => of(`cloud ${request}`),
    });
    const local = LLMService.of({
      modelName: 'local',
      process: (request: string) => of(`local ${request}`),
    });
    const model = fallback([cloud, local]);

    expect(heard(model.call('x'))).toEqual(['cloud x', '|']);
    expect(heard(model.call('y'))).toEqual(['local y', '|']);
  });

  describe('at the door', () => {
    const make = fallback as (...given: unknown[]) => Callable<string, string>;
    const first = answering('a');

    it.each([[], undefined, null, 5, first].map((given) => [given]))(
      'takes only a list of one or more: %j',
      (given) => {
        expect(errorOf(() => make(given))).toMatchObject({
          code: 'INVALID_OPTION',
          option: 'callables',
          allowed: 'a list of one or more that can be called',
        });
      },
    );

    it.each(NOT_CALLABLES.map((given) => [given]))('takes only what can be called: %p', (given) => {
      expect(errorOf(() => make([first, given]))).toMatchObject({
        code: 'INVALID_OPTION',
        option: 'callables[1]',
      });
    });

    it.each([
      [{ when: 'always' }, 'when'],
      [{ where: 5 }, 'where'],
      [null, 'options'],
    ])('refuses %j, and names %s', (options, option) => {
      expect(errorOf(() => make([first], options))).toMatchObject({
        code: 'INVALID_OPTION',
        option,
      });
    });

    it('refuses the options of a call when it is made', () => {
      expect(errorOf(() => make([first]).call('x', { priority: 0.5 }))).toBeInstanceOf(
        InvalidOptionError,
      );
    });
  });
});

describe('fallback with maxWaitMs', () => {
  it('passes over one that would start the call later, but not the last', () => {
    const calls: string[] = [];
    const station = (name: string, waitMs: number): Callable<string, string> => ({
      name,
      call: () => {
        calls.push(name);
        return of(name);
      },
      callAsync: () => Promise.resolve(name),
      expectedWait: () => waitMs,
    });
    const lists = [[station('a', 2_001), station('b', 2_000)], [station('c', 2_001), station('d', 9e9)]]; // prettier-ignore
    for (const list of lists) fallback(list, { maxWaitMs: 2_000 }).call('x').subscribe();

    expect(calls).toEqual(['b', 'd']);
  });

  it.each([0, 1_999, 2_000])('calls the first that starts the call in time: in %i ms', (waitMs) => {
    const first = new FakeCallable(of('a'), waitMs);
    const both = fallback([first, answering('b')], { maxWaitMs: 2_000 });

    expect(heard(both.call('x'))).toEqual(['a', '|']);
  });

  it.each([{}, { maxWaitMs: Infinity }])(
    'asks nobody how long a call would wait, with %j',
    (options) => {
      const first = new FakeCallable(of('a'), new Error('cannot tell'));

      expect(heard(fallback([first, answering('b')], options).call('x'))).toEqual(['a', '|']);
      expect(first.asked).toEqual([]);
    },
  );
});

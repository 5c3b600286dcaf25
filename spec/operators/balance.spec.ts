import { EMPTY, mergeMap, NEVER, of, throwError } from 'rxjs';
import { InvalidOptionError, ServiceClosedError } from '../../src/errors.js';
import { LLMService } from '../../src/llm-service.js';
import { balance } from '../../src/operators/balance.js';
import type { Callable } from '../../src/operators/callable.js';
import { shareInFlight } from '../../src/operators/share-in-flight.js';
import { quota } from '../../src/usage/quota.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { FakeCallable, heard, NOT_CALLABLES } from './fake-callable.js';

const error = new Error('of the call');

/** Who is called, of several with these waits, by so many calls. */
function called(waits: readonly (number | Error)[], calls: number): string {
  const names = waits.map((wait, index) => {
    const name = 'abcd'.charAt(index);
    return new FakeCallable(of(name), wait, name);
  });
  const all = balance(names);
  return Array.from({ length: calls }, () => heard(all.call('x'))[0]).join('');
}

describe('balance', () => {
  // prettier-ignore
  it.each([
    // what,                                            waits of a, b, …               called
    ['calls the one with the least expected wait',      [30, 10, 20],                  'bbb'],
    ['calls the only one',                              [30],                          'aaa'],
    ['takes turns where all are equal',                 [0, 0, 0],                     'abcabca'],
    ['takes turns where the least are equal',           [0, 9, 0],                     'acacac'],
    ['takes turns where these are the last',            [9, 5, 5],                     'bcbcbc'],
    ['takes turns though all are Infinity',             [Infinity, Infinity],          'abab'],
    ['calls any rather than one at Infinity',           [Infinity, 1e12],              'bbb'],
    ['takes one that throws for Infinity',              [error, 1e12],                 'bbb'],
    ['takes NaN for Infinity',                          [NaN, 1e12, NaN],              'bbb'],
    ['takes turns though all throw, or are NaN',        [error, NaN, Infinity],        'abcabc'],
  ])('%s', (_what, waits, expected) => {
    expect(called(waits, expected.length)).toBe(expected);
  });

  it('asks at each subscription, with the request and its options', () => {
    const [a, b] = [new FakeCallable(of('a'), 0), new FakeCallable(of('b'), 10)];
    const options = { priority: 5 };
    const call$ = balance([a, b]).call('x', options);
    expect([a.asked, b.asked]).toEqual([[], []]);

    const before = heard(call$);
    a.wait = 20;
    expect([before, heard(call$)]).toEqual([
      ['a', '|'],
      ['b', '|'],
    ]);
    expect(a.asked).toEqual([
      ['x', options],
      ['x', options],
    ]);
    expect([a.requests, a.options, b.options]).toEqual([['x'], [options], [options]]);
  });

  it('goes on with the turns where a call was sent for another reason', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new FakeCallable(of(name)));
    const all = balance([a!, b!, c!]);
    const first = heard(all.call('x'))[0];
    b!.wait = 10;
    const second = heard(all.call('x'))[0];
    b!.wait = 0;

    expect([first, second, heard(all.call('x'))[0]]).toEqual(['a', 'c', 'a']);
  });

  it('alternates also for calls that are made while one is being made', () => {
    const seen: unknown[] = [];
    const [a, b]: FakeCallable[] = ['a', 'b'].map(
      (name) =>
        new FakeCallable((request) => {
          seen.push(name);
          if (request === 'outer') all.call('inner').subscribe();
          return of(name);
        }),
    );
    const all = balance([a!, b!]);
    all.call('outer').subscribe();

    expect(seen).toEqual(['a', 'b']);
  });

  it('has turns of its own', () => {
    const both = [new FakeCallable(of('a')), new FakeCallable(of('b'))];

    expect([balance(both), balance(both)].map((one) => heard(one.call('x'))[0])).toEqual([
      'a',
      'a',
    ]);
  });

  it('hands on responses and errors, and calls nobody else', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [cold('-a-#'), cold('-b-c|')];
      const all = balance([new FakeCallable(a, 0), new FakeCallable(b, 5)]);

      expectObservable(all.call('x')).toBe('-a-#');
      expectSubscriptions(a.subscriptions).toBe('^--!');
      expectSubscriptions(b.subscriptions).toBe([]);
    }));

  it('errors with what is thrown by the one that it calls', () => {
    const throwing = new FakeCallable(() => {
      throw error;
    });

    expect(heard(balance([throwing]).call('x'))).toEqual([error]);
  });

  it('cancels the call that it has made', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const a = cold('       ---a|');
      const unsubscribed = ' ^-!';

      expectObservable(balance([new FakeCallable(a)]).call('x'), unsubscribed).toBe('---');
      expectSubscriptions(a.subscriptions).toBe(unsubscribed);
    }));

  it("errors with the reason of the caller's signal, and asks nobody when that has fired before", () => {
    const a = new FakeCallable(NEVER);
    const controller = new AbortController();
    const { signal } = controller;
    const hears = heard(balance([a]).call('x', { signal }));
    controller.abort(error);

    expect([hears, heard(balance([a]).call('x', { signal }))]).toEqual([[error], [error]]);
    expect([a.asked, a.requests]).toEqual([[['x', { signal }]], ['x']]);
  });

  // prettier-ignore
  it.each([
    [[30, 10, 20],            10],
    [[Infinity, 10],          10],
    [[error, NaN, 10],        10],
    [[error, NaN],            Infinity],
  ])('of %p is expected to wait %d ms', (waits, expected) => {
    const all = balance(waits.map((wait) => new FakeCallable(NEVER, wait)));

    expect(all.expectedWait('x')).toBe(expected);
  });

  it('takes no turn when only its expected wait is asked for', () => {
    const all = balance([new FakeCallable(of('a')), new FakeCallable(of('b'))]);
    all.expectedWait('x');

    expect([heard(all.call('x'))[0], heard(all.call('x'))[0]]).toEqual(['a', 'b']);
  });

  it('resolves to the last response, and names what was called when there is none', async () => {
    const all = (...responses: string[]) => {
      const a = new FakeCallable(of(...responses), 0, 'a');
      return balance([a, new FakeCallable(EMPTY, 1, 'b')]);
    };

    expect(await all('1', '2').callAsync('x')).toBe('2');
    await expect(all().callAsync('x')).rejects.toMatchObject({
      code: 'NO_RESPONSE',
      service: 'balance(a, b)',
    });
  });

  it('goes to a key that is in flight already', () => {
    const [a, b] = [new FakeCallable(NEVER, 5), new FakeCallable(NEVER, 0)];
    const options = { keyOf: (request: string) => request };
    const all = balance([shareInFlight(a, options), shareInFlight(b, options)]);
    all.call('x').subscribe();
    b.wait = 10;
    all.call('x').subscribe();

    expect([a.requests, b.requests]).toEqual([[], ['x']]);
  });

  it('keeps to the list as it was given', () => {
    const list = [new FakeCallable(of('a'))];
    const all = balance(list);
    list.length = 0;

    expect(heard(all.call('x'))).toEqual(['a', '|']);
  });

  describe('of services', () => {
    const station = (modelName: string) =>
      LLMService.of({
        modelName,
        quotas: [quota({ unit: 'requests', limit: 1, windowMs: 6, marginMs: 0 })],
        process: (request: string) => of(`${modelName} ${request}`),
      });
    const values = { a: 'east 1', b: 'west 2', c: 'east 3', d: 'west 4', e: 'west 1', f: 'west 2' };

    it('fills the windows of all', () =>
      marbles(({ cold, expectObservable }) => {
        const all = balance([station('east'), station('west')]);
        const answers$ = cold('              1-23-4|').pipe(
          mergeMap((request) => all.call(request)),
        );

        expectObservable(answers$).toBe('    a-b---c-(d|)', values);
      }));

    it('calls none that is closed while another is not', () =>
      marbles(({ cold, expectObservable }) => {
        const [east, west] = [station('east'), station('west')];
        void east.close();
        const all = balance([east, west]);
        const answers$ = cold('          12|').pipe(mergeMap((request) => all.call(request)));

        expectObservable(answers$).toBe('e-----(f|)', values);
      }));

    it('tells why none can be called', () => {
      const east = station('east');
      void east.close();

      expect(heard(balance([east]).call('x'))).toEqual([expect.any(ServiceClosedError)]);
    });
  });

  describe('at the door', () => {
    const make = balance as (...given: unknown[]) => Callable<string, string>;
    const a = new FakeCallable(throwError(() => error));

    it.each([[], undefined, null, 5, a].map((given) => [given]))(
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
      expect(errorOf(() => make([a, given]))).toMatchObject({
        code: 'INVALID_OPTION',
        option: 'callables[1]',
      });
    });

    it('refuses the options of a call when it is made', () => {
      expect(errorOf(() => make([a]).call('x', { priority: 0.5 }))).toBeInstanceOf(
        InvalidOptionError,
      );
    });
  });
});

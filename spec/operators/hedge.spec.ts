import {
  EMPTY,
  finalize,
  map,
  NEVER,
  of,
  type SchedulerLike,
  Subject,
  throwError,
  timer,
} from 'rxjs';
import { InvalidOptionError } from '../../src/errors.js';
import { LLMService } from '../../src/llm-service.js';
import type { Callable } from '../../src/operators/callable.js';
import { hedge } from '../../src/operators/hedge.js';
import { shareInFlight } from '../../src/operators/share-in-flight.js';
import { errorOf } from '../support/error-of.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';
import { FakeCallable, heard, NOT_CALLABLES } from './fake-callable.js';

const error = new Error('of the call');
const DELAY_MS = 3;

describe('hedge', () => {
  // prettier-ignore
  it.each([
    // what,                                      first,       its call,    second,    its call,    expected
    ['calls once when the first responds',        '-a--b-c|',  ['^------!'], '--d|',   [],          '-a--b-c|'],
    ['calls once when it is empty in time',       '--|',       ['^-!'],      '--d|',   [],          '--|'],
    ['calls once when it fails in time',          '--#',       ['^-!'],      '--d|',   [],          '--#'],
    ['hears the second when that is first',       '-----a|',   ['^---!'],    '-d-e|',  ['---^---!'], '----d-e|'],
    ['hears the second at once',                  '-----a|',   ['^--!'],     'd|',     ['---^!'],   '---d|'],
    ['hears the first when it is first after all','----a-b|',  ['^------!'], '--d|',   ['---^!'],   '----a-b|'],
    ['hears one when both respond together',      '-----a|',   ['^-----!'],  '--d|',   ['---^-!'],  '-----a|'],
    ['takes an empty second for a response',      '------a|',  ['^----!'],   '--|',    ['---^-!'],  '-----|'],
    ['takes an empty first for a response',       '-----|',    ['^----!'],   '----d|', ['---^-!'],  '-----|'],
    ['keeps back the error of the first',         '----#',     ['^---!'],    '---d-e|', ['---^-----!'], '------d-e|'],
    ['keeps back the error of the second',        '------a-b|', ['^--------!'], '-#',  ['---^!'],   '------a-b|'],
    ['is empty when the first was well enough',   '------|',   ['^-----!'],  '-#',     ['---^!'],   '------|'],
    ['is empty when the second was well enough',  '----#',     ['^---!'],    '---|',   ['---^--!'], '------|'],
    ['passes an error of the first that won',     '----a-#',   ['^-----!'],  '---d|',  ['---^!'],   '----a-#'],
    ['passes its error though the other failed',  '-----a-#',  ['^------!'], '-#',     ['---^!'],   '-----a-#'],
    ['passes an error of the second that won',    '-------a|', ['^---!'],    '-d-#',   ['---^--!'], '----d-#'],
    ['passes its error though the other failed',  '----#',     ['^---!'],    '--d-#',  ['---^---!'], '-----d-#'],
    ['is never when both are',                    '----',      ['^'],        '----',   ['---^'],    '----'],
  ])('%s', (_what, first, firstCalls, second, secondCalls, expected) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [first$, second$] = [cold(first), cold(second)];
      const options = { delayMs: DELAY_MS, to: new FakeCallable(second$) };

      expectObservable(hedge(new FakeCallable(first$), options).call('x')).toBe(expected);
      expectSubscriptions(first$.subscriptions).toBe(firstCalls);
      expectSubscriptions(second$.subscriptions).toBe(secondCalls);
    }));

  // prettier-ignore
  it.each([
    // what,                                      first,    second,  expected
    ['when the first fails first',                '----#',  '--#',   '-----1'],
    ['when the second fails first',               '------#', '-#',   '------1'],
    ['when the second fails at once',             '------#', '#',    '------1'],
    ['when both fail together',                   '-----#', '--#',   '-----1'],
  ])('errors with what the first failed with, %s', (_what, first, second, expected) =>
    marbles(({ cold, expectObservable }) => {
      const [one, two] = [new Error('first'), new Error('second')];
      const to = new FakeCallable(cold(second, undefined, two));
      const both = hedge(new FakeCallable(cold(first, undefined, one)), { delayMs: DELAY_MS, to });

      expectObservable(both.call('x')).toBe(expected.replace('1', '#'), undefined, one);
    }));

  // prettier-ignore
  it.each([
    // what,                                   first,     its call,  second,  its call,   unsubscribed, expected
    ['before the delay, without a second',     '------a', '^-!',     '--d|',  [],         '^-!',        '---'],
    ['while both run',                         '------a', '^---!',   '--d|',  ['---^!'],  '^---!',      '-----'],
    ['when the first has failed',              '----#',   '^---!',   '---d|', ['---^!'],  '^---!',      '-----'],
    ['when the second has failed',             '-------a', '^----!', '-#',    ['---^!'],  '^----!',     '------'],
    ['when the first has won',                 '-a----b', '^----!',  '--d|',  [],         '^----!',     '-a----'],
    ['when the second has won',                '------a', '^---!',   '-d--e', ['---^-!'], '^----!',     '----d-'],
  ])('cancels what runs when it is unsubscribed from %s', (_what, first, firstCalls, second, secondCalls, unsubscribed, expected) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [first$, second$] = [cold(first), cold(second)];
      const options = { delayMs: DELAY_MS, to: new FakeCallable(second$) };
      const both = hedge(new FakeCallable(first$), options);

      expectObservable(both.call('x'), unsubscribed).toBe(expected);
      expectSubscriptions(first$.subscriptions).toBe(firstCalls);
      expectSubscriptions(second$.subscriptions).toBe(secondCalls);
    }));

  it('makes the second call of the same when there is no other, with the same request and options', () =>
    marbles(({ cold, expectObservable, flush }) => {
      const calls = [cold('------a|'), cold('-b|')];
      const inner: FakeCallable = new FakeCallable(() => calls[inner.requests.length - 1]!);
      const options = { priority: 5, signal: new AbortController().signal };

      expectObservable(hedge(inner, { delayMs: DELAY_MS }).call('x', options)).toBe('----b|');
      flush();
      expect(inner.requests).toEqual(['x', 'x']);
      expect(inner.options).toEqual([options, options]);
    }));

  it('makes the second call in the next turn where the delay is 0', () => {
    const time = new VirtualTime();
    const [slow, fast, other] = [NEVER, of('a'), NEVER].map((call$) => new FakeCallable(call$));
    const options = { delayMs: 0, to: other!, scheduler: time };
    hedge(slow!, options).call('slow').subscribe();
    hedge(fast!, options).call('fast').subscribe();
    expect(other!.requests).toEqual([]);
    time.flush();

    expect(other!.requests).toEqual(['slow']);
  });

  it('calls nobody until somebody subscribes, and anew for each who does', () => {
    const inner = new FakeCallable(of('a'));
    const call$ = hedge(inner, { delayMs: DELAY_MS }).call('x');
    expect(inner.requests).toEqual([]);

    expect([heard(call$), heard(call$)]).toEqual([
      ['a', '|'],
      ['a', '|'],
    ]);
    expect(inner.requests).toEqual(['x', 'x']);
  });

  describe('sets one timer by its scheduler', () => {
    const times = (call$: FakeCallable, to = new FakeCallable(NEVER)) => {
      const time = new VirtualTime();
      const hears: unknown[] = [];
      const hedged = hedge(call$, { delayMs: 1_000, to, scheduler: time });
      const subscription = hedged.call('x').subscribe({
        next: (response) => hears.push(response),
        error: (reason: unknown) => hears.push(reason),
      });
      return { time, hears, to, subscription };
    };

    it('and lets it go when it has fired', () => {
      const { time, to } = times(new FakeCallable(NEVER));
      expect(time.timers).toBe(1);
      time.advanceTo(999);
      expect([time.timers, to.requests]).toEqual([1, []]);
      time.advanceTo(1_000);

      expect([time.timers, to.requests]).toEqual([0, ['x']]);
    });

    it('and lets it go when it is unsubscribed from', () => {
      const { time, subscription } = times(new FakeCallable(NEVER));
      subscription.unsubscribe();

      expect(time.timers).toBe(0);
    });

    it('and none when the first responds, completes or fails in the same turn', () => {
      const calls = [of('a'), EMPTY, throwError(() => error)];

      expect(calls.map((call$) => times(new FakeCallable(call$)).time.timers)).toEqual([0, 0, 0]);
    });

    it('and lets it go when the first has responded, though it goes on', () => {
      const answer$ = new Subject<string>();
      const { time, hears } = times(new FakeCallable(answer$));
      const before = time.timers;
      answer$.next('a');

      expect([before, hears, time.timers]).toEqual([1, ['a'], 0]);
    });

    it('that is longer than a timer of the platform can be', () => {
      const time = new VirtualTime();
      const delays: number[] = [];
      const schedule = ((work: () => void, delay: number) => {
        delays.push(delay);
        return time.schedule(work, delay);
      }) as SchedulerLike['schedule'];
      const scheduler = { now: () => time.now(), schedule };
      const to = new FakeCallable(NEVER);
      const delayMs = 2 ** 32;
      hedge(new FakeCallable(NEVER), { delayMs, to, scheduler }).call('x').subscribe();
      time.advanceTo(delayMs - 1);
      const before = [...to.requests];
      time.advanceTo(delayMs);

      expect([before, to.requests]).toEqual([[], ['x']]);
      expect(Math.max(...delays)).toBeLessThan(2 ** 31);
    });
  });

  it('takes what is thrown for an error', () => {
    const time = new VirtualTime();
    const throwing = new FakeCallable(() => {
      throw error;
    });
    const options = { delayMs: 5, scheduler: time };
    const first = heard(hedge(throwing, { ...options, to: new FakeCallable(of('b')) }).call('x'));
    const kept = heard(hedge(new FakeCallable(NEVER), { ...options, to: throwing }).call('x'));
    time.flush();

    expect([first, kept]).toEqual([[error], []]);
  });

  it('cancels the other before the response is heard', () => {
    const time = new VirtualTime();
    const steps: string[] = [];
    const slow$ = NEVER.pipe(finalize(() => steps.push('cancelled')));
    const to = new FakeCallable(of('b'));
    hedge(new FakeCallable(slow$), { delayMs: 5, to, scheduler: time })
      .call('x')
      .subscribe((response) => steps.push(response));
    time.flush();

    expect(steps).toEqual(['cancelled', 'b']);
  });

  it('tears down what failed while the other goes on', () => {
    const time = new VirtualTime();
    const steps: string[] = [];
    const failing$ = throwError(() => error).pipe(finalize(() => steps.push('torn down')));
    const options = { delayMs: 5, to: new FakeCallable(failing$), scheduler: time };
    hedge(new FakeCallable(NEVER), options).call('x').subscribe();
    time.flush();

    expect(steps).toEqual(['torn down']);
  });

  describe('with a signal', () => {
    it('errors with its reason and cancels both, whatever has failed before', () => {
      const time = new VirtualTime();
      const torn: string[] = [];
      const inner = (name: string) =>
        new FakeCallable(NEVER.pipe(finalize(() => torn.push(name))), 0, name);
      const controller = new AbortController();
      const options = { delayMs: 5, to: inner('second'), scheduler: time };
      const hears = heard(hedge(inner('first'), options).call('x', { signal: controller.signal }));
      time.flush();
      controller.abort(error);

      expect(hears).toEqual([error]);
      expect(torn.sort()).toEqual(['first', 'second']);
    });

    it('sets no timer when it has fired before', () => {
      const time = new VirtualTime();
      const inner = new FakeCallable(NEVER);
      const hedged = hedge(inner, { delayMs: 5, scheduler: time });

      expect(heard(hedged.call('x', { signal: AbortSignal.abort(error) }))).toEqual([error]);
      expect([inner.requests, time.timers]).toEqual([[], 0]);
    });
  });

  it('is expected to wait as long as the first', () => {
    const [first, to] = [new FakeCallable(NEVER, 250), new FakeCallable(NEVER, 0)];
    const options = { priority: 5 };

    expect(hedge(first, { delayMs: 5, to }).expectedWait('x', options)).toBe(250);
    expect([first.asked, to.asked]).toEqual([[['x', options]], []]);
  });

  it('resolves to the last response, and names what was called when there is none', async () => {
    const first = (...responses: string[]) => new FakeCallable(of(...responses), 0, 'a');
    const to = new FakeCallable(NEVER, 0, 'b');

    expect(await hedge(first('1', '2'), { delayMs: 5, to }).callAsync('x')).toBe('2');
    await expect(hedge(first(), { delayMs: 5, to }).callAsync('x')).rejects.toMatchObject({
      code: 'NO_RESPONSE',
      service: 'hedge(a, b)',
    });
    await expect(hedge(first(), { delayMs: 5 }).callAsync('x')).rejects.toMatchObject({
      service: 'hedge(a)',
    });
  });

  it('is shared when it is in flight', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const calls = [cold('---------a|'), cold('-b|')];
      const inner: FakeCallable = new FakeCallable(() => calls[inner.requests.length - 1]!);
      const model = shareInFlight(hedge(inner, { delayMs: DELAY_MS }), { keyOf: (x) => x });

      expect(model.name).toBe('shareInFlight(hedge(fake))');
      expectObservable(model.call('x')).toBe('      ----b|');
      expectObservable(model.call('x'), '--^').toBe('----b|');
      expectSubscriptions(calls[0]!.subscriptions).toBe('^---!');
      expectSubscriptions(calls[1]!.subscriptions).toBe('---^-!');
    }));

  it('cancels the slow call of a service, whose permit is free then', () =>
    marbles(({ expectObservable }) => {
      const [slow, fast] = [9, 2].map((ms) =>
        LLMService.of({
          modelName: `${ms}ms`,
          maxConcurrentJobs: 1,
          process: (request: string) => timer(ms).pipe(map(() => `${request} after ${ms}`)),
        }),
      );
      const model = hedge(slow!, { delayMs: DELAY_MS, to: fast! });

      expectObservable(model.call('x')).toBe('          -----(a|)', { a: 'x after 2' });
      expectObservable(slow!.call('y'), '------^').toBe('---------------(b|)', { b: 'y after 9' });
    }));

  describe('at the door', () => {
    const make = hedge as (...given: unknown[]) => Callable<string, string>;
    const first = new FakeCallable(EMPTY);
    const schedulers = [null, 5, {}, 'async'];

    it.each(NOT_CALLABLES.map((given) => [given]))('takes only what can be called: %p', (given) => {
      expect(errorOf(() => make(given, { delayMs: 5 }))).toMatchObject({ option: 'callable' });
      if (given === undefined) return;
      expect(errorOf(() => make(first, { delayMs: 5, to: given }))).toMatchObject({ option: 'to' });
    });

    it.each<[unknown, string]>([
      ...[-1, NaN, Infinity, '5', null, undefined].map((delayMs): [unknown, string] => [
        { delayMs },
        'delayMs',
      ]),
      ...schedulers.map((scheduler): [unknown, string] => [{ delayMs: 5, scheduler }, 'scheduler']),
      [{}, 'delayMs'],
      [{ delayMs: 5, delay: 5 }, 'delay'],
      [undefined, 'options'],
      [null, 'options'],
    ])('refuses %p, and names %s', (options, option) => {
      expect(errorOf(() => make(first, options))).toMatchObject({ code: 'INVALID_OPTION', option });
    });

    it('refuses the options of a call when it is made', () => {
      expect(
        errorOf(() => hedge(first, { delayMs: 5 }).call('x', { priority: 0.5 })),
      ).toBeInstanceOf(InvalidOptionError);
    });
  });
});

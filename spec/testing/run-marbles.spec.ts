import { interval, map, mergeMap, of, switchMap, throwError, timer } from 'rxjs';
import { fallback, LLMService, type LLMServiceOptions, quota } from '../../src/index.js';
import {
  FakeService,
  type MarbleHelpers,
  providerError,
  runMarbles,
  type RunMarblesOptions,
} from '../../src/testing/index.js';
import { errorOf } from '../support/error-of.js';

const perWindow = (limit: number, windowMs: number) =>
  quota({ unit: 'requests', limit, windowMs, marginMs: 0 });

function real(options: Partial<LLMServiceOptions> = {}): LLMService<string, string> {
  return LLMService.of({
    modelName: 'm',
    process: (question: string) => timer(3).pipe(map(() => question.toUpperCase())),
    ...options,
  });
}

/** What a test that fails says. */
function complaintOf(test: (helpers: MarbleHelpers) => void): string {
  return String(errorOf(() => runMarbles(test)));
}

describe('runMarbles', () => {
  it('is virtual in all of it: queue, quotas, answers', () => {
    runMarbles(({ hot, expectObservable, expectStarts }) => {
      const service = real({ quotas: [perWindow(2, 58_003)] });
      const questions$ = hot('a-b---c|      ');
      const starts = '        a-b 58s c     ';
      const answers = '       ---A-B 58s (C|)';
      const answers$ = questions$.pipe(mergeMap((label) => service.call(label, { label })));

      expectStarts(service).toBe(starts);
      expectObservable(answers$).toBe(answers);
    });
  });

  it.each([
    ['a timeout', 2, '--#'],
    ['a timeout that is long enough', 4, '---(A|)'],
  ])('is virtual in %s', (_, timeout, answers) => {
    runMarbles(({ expectObservable }) => {
      const error = expect.objectContaining({ code: 'CALL_TIMEOUT' }) as Error;

      expectObservable(real().call('a', { timeout })).toBe(answers, undefined, error);
    });
  });

  it('is virtual in a gate that a provider closes for hours', () => {
    runMarbles(({ expectObservable }) => {
      const service = new FakeService({
        answers: ['-#', '-a|'],
        error: providerError(429, { 'retry-after': '7200' }),
        retry: { maxRetryAfterMs: Infinity },
      });

      expectObservable(service.call('a')).toBe('- 7200s -a|');
    });
  });

  it('is a TestScheduler for whoever wants one', () => {
    runMarbles(({ scheduler, expectObservable, time, cold, expectSubscriptions }) => {
      const service = real({ scheduler });
      const source$ = cold('a----b|');
      expectObservable(source$.pipe(switchMap((a) => service.call(a))), '^----!').toBe('---A-');
      expectSubscriptions(source$.subscriptions).toBe('^----!');
      expect(time('--|')).toBe(2);
      expect(scheduler.now()).toBe(0);
    });
  });

  it('checks what is expected at each flush, and what was expected before only once', () => {
    runMarbles(({ expectStarts, flush }) => {
      const service = new FakeService({ answers: '-a|' });
      service.call('a').subscribe();
      expectStarts(service).toBe('a');
      flush();
      service.call('b').subscribe();
      expectStarts(service).toBe('a-b');
    });
  });

  describe('draws chance from a seed', () => {
    function secondTryAfter(options?: RunMarblesOptions): number {
      let waitMs = 0;
      runMarbles(() => {
        const process = () => throwError(() => providerError(500));
        const service = LLMService.of({ modelName: 'm', process });
        service.events$.subscribe((event) => {
          if (event.type === 'started' && event.attempt === 2) waitMs = event.waitMs;
        });
        service.call('a').subscribe({ error: () => {} });
      }, options);
      return waitMs;
    }

    it('so that jitter is the same each time, and another with another seed', () => {
      expect(secondTryAfter()).toBeGreaterThan(0);
      expect(secondTryAfter()).toBe(secondTryAfter({ seed: 1 }));
      expect(secondTryAfter({ seed: 2 })).not.toBe(secondTryAfter({ seed: 1 }));
    });

    it('and leaves Math.random as it was, though the test throws', () => {
      const { random } = Math;
      const fail = () => {
        throw new Error('of the test');
      };

      expect(() => runMarbles(fail)).toThrow('of the test');
      expect(Math.random).toBe(random);
    });
  });

  it('refuses a test that is asynchronous, as nothing in it would be checked', () => {
    const test = async () => {
      await Promise.resolve();
      throw new Error('too late');
    };

    expect(complaintOf(test as () => void)).toMatch(/runMarbles\(test\) is asynchronous/);
  });

  it('ends a run that would not end, and says so', () => {
    const complaint = complaintOf(({ expectObservable }) => {
      expectObservable(interval(10)).toBe('a');
    });

    expect(complaint).toMatch(
      /^EndlessRunError: rxllm: virtual time .*: 500000 timers have fired, .* take\(\)/,
    );
  });

  it('ends a run in which there are more and more timers', () => {
    const grow = () => {
      timer(1).subscribe(() => {
        grow();
        grow();
      });
    };

    expect(complaintOf(grow)).toMatch(
      /^EndlessRunError: .*: [1-9]\d+ timers have fired, and 1000\d are set, at 14 ms/,
    );
  });

  it('takes thousands of timers', () => {
    runMarbles(({ expectStarts }) => {
      const service = new FakeService({ answers: '-----a|' });
      const starts = Array.from({ length: 2_000 }, () => ['a', 0] as const);
      for (const [name] of starts) service.call(name).subscribe();
      expectStarts(service).toEqual(starts);
    });
  });

  it('is no place for another run, and goes on after somebody has tried', () => {
    runMarbles(({ expectObservable }) => {
      expect(complaintOf(() => {})).toMatch(/inside of another runMarbles/);
      expectObservable(real().call('a')).toBe('---(A|)');
    });
  });

  it.each([NaN, Infinity, 'one'])('refuses a seed of %s', (seed) => {
    expect(() => runMarbles(() => {}, { seed: seed as number })).toThrow(/option seed is/);
  });

  it.each<[string, (helpers: MarbleHelpers) => void]>([
    ['expectObservable', ({ expectObservable }) => void expectObservable(of(1))],
    ['expectSubscriptions', ({ expectSubscriptions }) => void expectSubscriptions([])],
    ['expectStarts', ({ expectStarts }) => void expectStarts(real())],
  ])('refuses %s without what is expected', (name, test) => {
    expect(complaintOf(test)).toMatch(new RegExp(`${name}\\(.*\\) is without an end`));
  });

  it('says where what an Observable has not emitted was expected', () => {
    const first = ({ expectObservable }: MarbleHelpers) => expectObservable(of(1)).toBe('(a|)', { a: 1 }); // prettier-ignore
    const second = ({ expectObservable }: MarbleHelpers) => expectObservable(of(1)).toBe('a');
    const { stack } = errorOf(() =>
      runMarbles((helpers) => {
        first(helpers);
        helpers.flush();
        first(helpers);
        second(helpers);
      }),
    ) as Error;

    expect(stack).toMatch(/ at second /);
    expect(stack).not.toMatch(/ at first /);
  });

  it('names the place in two values that look the same, or are long', () => {
    const answer = (tokens: number) => ({ text: 'a text of some length, of which there is more', usage: { tokens } }); // prettier-ignore
    const complaint = complaintOf(({ expectObservable }) => {
      expectObservable(of(answer(2))).toBe('(a|)', { a: answer(3) });
    });

    expect(complaint).toMatch(/at 0 ms, in usage\.tokens\n {2}expected {2}3\n {2}actual {4}2\n/);
  });

  it('shows an error in full', () => {
    const message = 'a reason that is longer than fits into the cell of a table';
    const complaint = complaintOf(({ expectObservable }) => {
      expectObservable(throwError(() => new Error(message))).toBe('#');
    });

    expect(complaint).toContain(`Error: ${message}`);
  });

  it('shows a matcher by its words', () => {
    const complaint = complaintOf(({ expectObservable }) => {
      expectObservable(of('a')).toBe('(a|)', { a: expect.any(Number) as number });
    });

    expect(complaint).toMatch(/expected {2}Any<Number> \|/);
  });

  it('cuts what happens at one instant, and prompts', () => {
    const complaint = complaintOf(({ expectStarts }) => {
      const service = new FakeService({ answers: '-a|' });
      service.call('a long prompt\nof several lines, as prompts are').subscribe();
      for (let call = 0; call < 60; call++) service.call('x').subscribe();
      expectStarts(service).toEqual([]);
    });

    expect(complaint).toMatch(
      /^ {2}actual {4}a long prompt of several lines,… x x x x … 56 more$/m,
    );
  });

  it('has a hint where nothing has happened: there may be a promise', () => {
    const complaint = complaintOf(({ expectObservable }) => {
      const service = LLMService.of({ modelName: 'm', process: async (a: string) => a });
      expectObservable(service.call('a')).toBe('a');
    });

    expect(complaint).toMatch(/Nothing happened\. A promise is never virtual/);
  });

  it('shows both timelines, one under the other, when an Observable emits something else', () => {
    const complaint = complaintOf(({ hot, expectObservable }) => {
      const service = real({ quotas: [perWindow(2, 6)] });
      const answers$ = hot('abc|').pipe(mergeMap((question) => service.call(question)));
      expectObservable(answers$).toBe('---AB---(C|)');
    });

    expect(complaint)
      .toBe(`TimelineMismatchError: rxllm: an Observable has emitted other than expected

  expected  ---AB---(C|)
  actual    ---AB----(C|)

  ms        3  4  8    9
  expected  A  B  C |
  actual    A  B       C |
                  ^    ^
`);
  });

  it('shows when an Observable was subscribed to', () => {
    const complaint = complaintOf(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('--a|');
      expectObservable(source$).toBe('--a|');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });

    expect(complaint).toMatch(
      /subscribed to at other times[^]*expected {2}\^ {2}![^]*actual {4}\^ {5}!/,
    );
  });

  it.each<[string, unknown, unknown]>([
    ['errors by their message', new Error('a'), new Error('b')],
    ['values by their fields', { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }],
    ['values by their class', new Map([[1, 2]]), { 1: 2 }],
    ['values by all their fields', { a: 1 }, { a: 1, b: undefined }],
    ['dates', new Date(1), new Date(2)],
  ])('tells %s apart', (_, actual, expected) => {
    const emit = (value: unknown) => () =>
      runMarbles(({ cold, expectObservable }) => {
        expectObservable(cold('a', { a: actual })).toBe('a', { a: value });
      });

    expect(emit(actual)).not.toThrow();
    expect(emit(expected)).toThrow(/emitted other than expected/);
  });
});

describe('expectStarts', () => {
  const startTwo = (service: LLMService<string, string>) => {
    service.call('one', { label: 'first' }).subscribe();
    timer(2)
      .pipe(mergeMap(() => service.call('two')))
      .subscribe();
  };

  it('calls starts by their label, or else by the number of the call', () => {
    runMarbles(({ expectStarts }) => {
      const service = real();
      expectStarts(service).toBe('a-2', { a: 'first' });
      startTwo(service);
    });
  });

  it('calls those of a fake by its request, whenever it is said', () => {
    runMarbles(({ expectStarts }) => {
      const service = new FakeService({ answers: '-a|' });
      startTwo(service);
      expectStarts(service).toBe('a-b', { a: 'one', b: 'two' });
    });
  });

  it('takes a list where marbles cannot say it: two at one instant, and one right after', () => {
    runMarbles(({ expectStarts }) => {
      const service = new FakeService({ answers: '-a|' });
      for (const name of ['a', 'b']) service.call(name).subscribe();
      timer(1)
        .pipe(mergeMap(() => service.call('c')))
        .subscribe();
      expectStarts(service).toEqual([
        ['a', 0],
        ['b', 0],
        ['c', 1],
      ]);
    });
  });

  it('counts each try', () => {
    runMarbles(({ expectStarts }) => {
      const error = providerError(429, { 'retry-after': '2' });
      const service = new FakeService({ answers: ['-#', '-a|'], error });
      service.call('a').subscribe();
      expectStarts(service).toBe('a 2s a');
    });
  });

  it('shows both timelines, one under the other, with marks where they differ', () => {
    const complaint = complaintOf(({ hot, expectStarts }) => {
      const service = new FakeService({ answers: '-a|', quotas: [perWindow(2, 60_250)] });
      hot('ab----c')
        .pipe(mergeMap((question) => service.call(question)))
        .subscribe();
      expectStarts(service).toBe('ab 58s c');
    });

    expect(complaint)
      .toBe(`TimelineMismatchError: rxllm: FakeService-fake started its calls other than expected

  expected  ab 58s c
  actual    ab 60248ms c

  ms        0  1  58,002  60,250
  expected  a  b  c
  actual    a  b          c
                  ^       ^
`);
  });

  it('shows of a long timeline what is around the first difference', () => {
    const complaint = complaintOf(({ expectStarts }) => {
      const service = new FakeService({ answers: '-a|', quotas: [perWindow(1, 100)] });
      for (let call = 0; call < 60; call++) service.call('a').subscribe();
      const starts = Array.from(
        { length: 60 },
        (_, n) => ['a', n === 30 ? 3_001 : n * 100] as const,
      );
      expectStarts(service).toEqual(starts);
    });

    expect(complaint).toMatch(/^ {2}ms {8}… {2}2,700 {2}2,800 {2}2,900 {2}3,000 {2}3,001 .*…$/m);
    expect(Math.max(...complaint.split('\n').map((line) => line.length))).toBeLessThan(180);
  });

  it('needs no marbles where a name is longer than a character', () => {
    const complaint = complaintOf(({ expectStarts }) => {
      const service = new FakeService({ answers: '-a|' });
      service.call('first').subscribe();
      expectStarts(service).toEqual([['second', 0]]);
    });

    expect(complaint).toMatch(
      /^ {2}ms {8}0$\n^ {2}expected {2}second$\n^ {2}actual {4}first$\n^ {12}\^$/m,
    );
    expect(complaint).not.toMatch(/\?/);
  });

  it('says where it was expected, not where all had happened', () => {
    const hereItIs = ({ expectStarts }: MarbleHelpers) => expectStarts(real()).toBe('a');
    const { stack } = errorOf(() => runMarbles(hereItIs)) as Error;

    expect(stack).toMatch(/actual {4}\(nothing\)[^]* at hereItIs /);
  });

  it('shows that nothing started', () => {
    const complaint = complaintOf(({ expectStarts }) => {
      expectStarts(real()).toBe('a');
    });

    expect(complaint).toMatch(/actual {4}\(nothing\)/);
  });

  it.each<[string, (helpers: MarbleHelpers) => void, RegExp]>([
    [
      'an end',
      ({ expectStarts }) => expectStarts(real()).toBe('a|'),
      /'a\|'; allowed: a diagram without/,
    ],
    [
      'a service that has had calls',
      ({ expectStarts }) => {
        const service = real();
        startTwo(service);
        expectStarts(service).toBe('a');
      },
      /which has had 1 calls; allowed: a service that has had none/,
    ],
    ['no service', ({ expectStarts }) => expectStarts({} as never).toBe('a'), /allowed: a service/],
    [
      'what is made of several services',
      ({ expectStarts }) => expectStarts(fallback([real(), real()]) as never).toBe('a'),
      /expect the starts of each of them/,
    ],
    [
      'no diagram',
      ({ expectStarts }) => expectStarts(real()).toBe('a!'),
      /is 'a!' \(.*\); allowed: a marble/,
    ],
    ['hours', ({ expectStarts }) => expectStarts(real()).toBe('a 2h b'), /times are in ms, s or m/],
    ['nothing', ({ expectStarts }) => expectStarts(real()).toBe(undefined as never), /is missing/],
    [
      'another list',
      ({ expectStarts }) => expectStarts(real()).toEqual([['a']] as never),
      /of another form/,
    ],
  ])('refuses %s', (_, test, complaint) => {
    expect(complaintOf(test)).toMatch(complaint);
  });
});

import { firstValueFrom, toArray } from 'rxjs';
import { quota, type Usage } from '../../src/index.js';
import {
  FakeService,
  type FakeServiceOptions,
  networkError,
  providerError,
  runMarbles,
  VirtualTime,
} from '../../src/testing/index.js';
import { errorOf } from '../support/error-of.js';

type Options = FakeServiceOptions<string, string>;

describe('FakeService', () => {
  it.each<[string, Options, string]>([
    ['one answer to all', { answers: '--x|' }, '--x|'],
    ['an answer by the name of the request', { answers: { b: '#', a: '-a|' } }, '-a|'],
    ['a stream', { answers: '-a 10ms b--(c|)' }, '-a 10ms b--(c|)'],
    ['what is there at once', { answers: '(ab|)' }, '(ab|)'],
    ['an error', { answers: '-#' }, '-#'],
    ['nothing', { answers: '|' }, '|'],
    ['an answer that never ends', { answers: '-a-' }, '-a'],
    ['what a function of the request says', { answers: (request) => `-${request}|` }, '-a|'],
    ['what characters stand for', { answers: '-x|', values: { x: 'a' } }, '-a|'],
    [
      'one answer to all, with its own meaning',
      { answers: { marbles: '-x|', values: { x: 'a' } } },
      '-a|',
    ],
    [
      'characters that stand for themselves beside others',
      { answers: '-xa|', values: { x: 'b' } },
      '-ba|',
    ],
    ['its own meaning of them', { answers: { a: { marbles: '-x|', values: { x: 'a' } } } }, '-a|'],
  ])('answers with %s', (_, options, answer) => {
    runMarbles(({ expectObservable }) => {
      expectObservable(new FakeService(options).call('a')).toBe(answer);
    });
  });

  it('gives answers one after the other, and the last one from then on', () => {
    const seen: string[] = [];
    const service = new FakeService({ answers: { a: ['(1|)', '(2|)'], b: '(b|)' } });
    for (const request of ['a', 'b', 'a', 'a'])
      service.call(request).subscribe((answer) => seen.push(answer));

    expect(seen).toEqual(['1', 'b', '2', '2']);
  });

  it('gives a list of answers to all, one try after the other', () => {
    const seen: string[] = [];
    const service = new FakeService({ answers: ['(1|)', '(2|)'] });
    for (const request of ['a', 'b', 'a']) service.call(request).subscribe((one) => seen.push(one));

    expect(seen).toEqual(['1', '2', '2']);
  });

  it('is tried again as every service is, with jitter from a seed', () => {
    const starts = () => {
      const time = new VirtualTime();
      const service = new FakeService({
        answers: ['-#', '-#', '-a|'],
        error: providerError(503),
        scheduler: time,
      });
      service.call('a').subscribe();
      time.flush();
      return service.asked.map(({ startedAt }) => startedAt);
    };

    expect(starts()).toHaveLength(3);
    expect(starts()).toEqual(starts());
  });

  it('takes another error for one answer than for all others', () => {
    const errors: unknown[] = [];
    const one = networkError('ECONNRESET');
    const answers = { a: { marbles: '#', error: one }, b: '#' };
    const service = new FakeService({ answers, error: 'all', retry: { maxAttempts: 1 } });
    for (const request of ['a', 'b'])
      service.call(request).subscribe({ error: (error: unknown) => errors.push(error) });

    expect(errors).toEqual([one, 'all']);
  });

  it('fails with any error that it is given, and with none', () => {
    const errors: unknown[] = [];
    for (const error of [null, undefined, 0])
      new FakeService({ answers: '#', error })
        .call('a')
        .subscribe({ error: (told: unknown) => errors.push(told) });

    expect(errors).toEqual([null, undefined, 0]);
  });

  it('draws jitter from the seed of the run that it is made in', () => {
    const starts = (seed: number) => {
      let asked: FakeService['asked'] = [];
      runMarbles(
        () => {
          const service = new FakeService({ answers: '#', error: providerError(503) });
          service.call('a').subscribe({ error: () => {} });
          ({ asked } = service);
        },
        { seed },
      );
      return asked.map(({ startedAt }) => startedAt);
    };

    expect(starts(1)).toHaveLength(4);
    expect(starts(1)).toEqual(starts(1));
    expect(starts(1)).not.toEqual(starts(2));
  });

  it('writes down what was asked, when, and how it ended', () => {
    const time = new VirtualTime();
    const service = new FakeService({
      answers: { a: '--a|', b: '#', c: '-' },
      scheduler: time,
      maxConcurrentJobs: 2,
    });
    service.call('a', { label: 'first' }).subscribe();
    service.call('b').subscribe({ error: () => {} });
    const cancelled = service.call('c').subscribe();
    time.advance(10);
    cancelled.unsubscribe();
    service.call('c').subscribe();

    expect(service.asked).toEqual([
      { request: 'a', name: 'a', callId: 1, label: 'first', attempt: 1, startedAt: 0, endedAt: 3, end: 'completed' },
      { request: 'b', name: 'b', callId: 2, label: undefined, attempt: 1, startedAt: 0, endedAt: 0, end: 'failed' },
      { request: 'c', name: 'c', callId: 3, label: undefined, attempt: 1, startedAt: 0, endedAt: 10, end: 'cancelled' },
      { request: 'c', name: 'c', callId: 4, label: undefined, attempt: 1, startedAt: 10, endedAt: undefined, end: undefined },
    ]); // prettier-ignore
  });

  it('calls a request that is no text as it is told, or by its label, or by the number of its call', () => {
    const answers = '(a|)';
    const named = new FakeService<{ id: string }>({ answers, nameOf: ({ id }) => id });
    const unnamed = new FakeService<{ id: string }>({ answers });
    named.call({ id: 'x' }, { label: 'l' }).subscribe();
    unnamed.call({ id: 'x' }, { label: 'l' }).subscribe();
    unnamed.call({ id: 'x' }).subscribe();

    expect([...named.asked, ...unnamed.asked].map(({ name }) => name)).toEqual(['x', 'l', '2']);
  });

  it('reserves and settles as it is told', async () => {
    const settled: Usage[] = [];
    const service = new FakeService({
      answers: '(4|)',
      quotas: [quota({ unit: 'tokens', limit: 10, windowMs: 1_000 })],
      costOf: (request) => ({ tokens: request.length }),
      usageOf: (response) => ({ tokens: Number(response) }),
    });
    service.usage$.subscribe((usage) => settled.push(usage));
    service.call('eight888').subscribe();
    await service.close();

    expect(settled.map(({ tokens }) => tokens)).toEqual([0, 8, 4]);
  });

  it('works in real time too', async () => {
    const service = new FakeService({ answers: '-a-(b|)' });

    expect(await firstValueFrom(service.call('x').pipe(toArray()))).toEqual(['a', 'b']);
    expect(await service.callAsync('x')).toBe('b');
  });

  it('works under fake timers, promises and all', async () => {
    jest.useFakeTimers();
    try {
      const service = new FakeService({ answers: '- 1h a|'.replace('1h', '60m') });
      const answer = service.callAsync('x');
      await jest.advanceTimersByTimeAsync(3_600_010);

      expect(await answer).toBe('a');
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it.each<[string, object, RegExp]>([
    ['none', {}, /answers is missing; allowed: a marble diagram/],
    ['a misspelt one', { answer: '-a|' }, /answers is missing/],
    ['a number', { answers: 5 }, /answers is 5/],
    [
      'no diagram',
      { answers: { a: '-a!' } },
      /answers\['a'\] is '-a!' \(.*"!"\); allowed: a marble diagram/,
    ],
    ['no diagram later on', { answers: ['-a|', 7] }, /answers is 7/],
    ['an empty list', { answers: { a: [] } }, /answers\['a'\] is an empty list/],
    ['hours, which marbles do not have', { answers: '-a 2h b|' }, /times are in ms, s or m/],
    ['a time without a space after it', { answers: '5sa|' }, /times are in ms, s or m/],
    [
      'a cost that is no function',
      { answers: '-a|', costOf: 5 },
      /costOf is 5; allowed: a function/,
    ],
    ['another unknown option', { answers: '-a|', quota: [] }, /option quota is unknown/],
  ])('refuses, when it is made, %s', (_, options, complaint) => {
    expect(String(errorOf(() => new FakeService(options as Options)))).toMatch(complaint);
  });

  it('fails a call that it has no answer for, and says which it has', () => {
    const errors: unknown[] = [];
    const service = new FakeService({ answers: { a: '-a|', b: '-b|' } });
    for (const request of ['c', 'constructor'])
      service.call(request).subscribe({ error: (error: unknown) => errors.push(error) });

    expect(errors.map(String)).toEqual([
      "InvalidOptionError: rxllm: option answers is without an answer to 'c'; allowed: the names that it has ('a', 'b'), or a function of the request",
      expect.stringMatching(/to 'constructor'/),
    ]);
    expect(service.asked.map(({ end }) => end)).toEqual(['failed', 'failed']);
  });

  it('fails a call for which its function gives no diagram', () => {
    const errors: unknown[] = [];
    const service = new FakeService({ answers: () => undefined as unknown as string });
    service.call('a').subscribe({ error: (error: unknown) => errors.push(error) });

    expect(String(errors[0])).toMatch(/answers\(request\) is missing/);
  });
});

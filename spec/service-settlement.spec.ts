import {
  concat,
  from,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  type EndedEvent,
  type Failure,
  type FailureKind,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  quota,
  type Usage,
} from '../src/index.js';
import { FakeReservation, FakeTracker } from './support/fake-tracker.js';
import { marbles } from './support/marbles.js';
import { BROKEN, endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Functions<Response> = Partial<LLMServiceFunctions<string, Response>>;

const perWindow = (unit: string, limit: number, windowMs = 60_000) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

const COST = { requests: 1, tokens: 100, outputTokens: 60 };
const QUOTAS = [
  perWindow('requests', 1_000),
  perWindow('tokens', 10_000),
  perWindow('outputTokens', 10_000),
];

/** A service of calls that each cost 1 request, 100 tokens, 60 of them for the answer; tries once. */
function serviceOf<Response>(
  options: Functions<Response> & Partial<LLMServiceOptions>,
): LLMService<string, Response> {
  return LLMService.of<string, Response>({
    modelName: 'm',
    quotas: QUOTAS,
    costOf: () => COST,
    retry: { maxAttempts: 1 },
    process: () => NEVER,
    ...options,
  });
}

/** What is charged now: requests, tokens, tokens of answers. */
function usedOf(service: Pick<LLMService<string, unknown>, 'toJSON'>): number[] {
  return service.toJSON().quotas.map(({ used }) => used);
}

/** What is told of the ends of calls. */
function endedOf(service: Pick<LLMService<string, unknown>, 'events$'>): Partial<EndedEvent>[] {
  const ended: Partial<EndedEvent>[] = [];
  service.events$.subscribe((event) => {
    if (event.type !== 'completed' && event.type !== 'failed' && event.type !== 'cancelled') return;
    const { type, usage, isEstimated } = event;
    ended.push({
      type,
      ...(usage && { usage }),
      ...(isEstimated !== undefined && { isEstimated }),
    });
  });
  return ended;
}

describe('Service, settlement of calls that are answered', () => {
  // prettier-ignore
  it.each<[string, (Usage | number | undefined)[], number[], Usage, boolean]>([
    ['what its response says',               [{ tokens: 70 }],                                 [1, 70, 60],   { tokens: 70 },                           false],
    ['all that it says',                     [{ requests: 2, tokens: 7, outputTokens: 3 }],    [2, 7, 3],     { requests: 2, tokens: 7, outputTokens: 3 }, false],
    ['more than was reserved',               [{ tokens: 170 }],                                [1, 170, 60],  { tokens: 170 },                          false],
    ['the latest word on each unit',         [{ tokens: 1, outputTokens: 9 }, { tokens: 70 }], [1, 70, 9],    { tokens: 70, outputTokens: 9 },          false],
    ['what one of its responses says',       [undefined, { tokens: 70 }, undefined],           [1, 70, 60],   { tokens: 70 },                           false],
    ['units that no quota counts, unheeded', [{ euros: 3 }],                                   [1, 100, 60],  { euros: 3 },                             false],
    ['its estimate, where none says it',     [undefined, undefined],                           [1, 100, 60],  {},                                       true],
    ['its estimate, without a response',     [],                                               [1, 100, 60],  {},                                       true],
    ['its estimate, where it says nothing',  [{}],                                             [1, 100, 60],  {},                                       false],
  ])('settles to %s', (_what, said, used, usage, isEstimated) => {
    const service = serviceOf<Usage | number | undefined>({
      process: () => from(said),
      usageOf: (response) => response,
    });
    const ended = endedOf(service);
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual(used);
    expect(ended).toEqual([{ type: 'completed', usage: { ...COST, ...usage }, isEstimated }]);
  });

  it('reads a number where there is one quota', () => {
    const service = serviceOf({
      quotas: [perWindow('tokens', 1_000)],
      process: () => of('answer'),
      usageOf: (answer: string) => answer.length,
    });
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual([6]);
  });

  it('settles a stream when it ends, and not before', () =>
    marbles(({ cold, expectObservable }) => {
      const service = serviceOf<string>({
        process: () => cold('-1-2-|'),
        usageOf: (tokens) => ({ tokens: Number(tokens) }),
      });
      service.call('').subscribe();

      const charged$ = service.usage$.pipe(map(({ tokens }) => tokens));
      expectObservable(charged$, '^------!').toBe('a----b', { a: 100, b: 2 });
    }));

  // prettier-ignore
  it.each<[string, (context: CallContext) => void, number[], Usage, boolean]>([
    ['as told by the provider', (c) => { c.reportUsage({ tokens: 7 }); },                         [1, 7, 60],  { tokens: 7 },                  false],
    ['as counted here',         (c) => { c.reportUsage({ tokens: 7 }, { estimated: true }); },    [1, 7, 60],  { tokens: 7 },                  true],
    ['several times',           (c) => { c.reportUsage({ tokens: 7 }); c.reportUsage({ tokens: 8, outputTokens: 1 }); }, [1, 8, 1], { tokens: 8, outputTokens: 1 }, false],
    ['counted, then told',      (c) => { c.reportUsage({ tokens: 7 }, { estimated: true }); c.reportUsage({ tokens: 9 }); }, [1, 9, 60], { tokens: 9 }, false],
    ['with nothing in it',      (c) => { c.reportUsage({}); },                                    [1, 100, 60], {},                            false],
  ])('settles to what process reports: %s', (_how, report, used, usage, isEstimated) => {
    const service = serviceOf<string>({
      process: (_, context) => {
        report(context);
        return of('a');
      },
    });
    const ended = endedOf(service);
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual(used);
    expect(ended).toEqual([{ type: 'completed', usage: { ...COST, ...usage }, isEstimated }]);
  });

  it.each<[string, Usage | number, string]>([
    ['NaN', { tokens: NaN }, 'reportUsage(usage).tokens'],
    ['negative', { tokens: -1 }, 'reportUsage(usage).tokens'],
    ['a number for several quotas', 5, 'reportUsage(usage)'],
  ])('fails the one call that reports what is %s, and names it', (_what, usage, option) => {
    const service = serviceOf<string>({
      process: (request, context) => {
        if (request === 'bad') context.reportUsage(usage);
        return of(request);
      },
    });

    expect(endsOf(service.call('bad'))).toEqual([expect.objectContaining({ option })]);
    expect(endsOf(service.call('good'))).toEqual(['good', '|']);
  });

  it('has not yet settled when the last response arrives, and has when the end does', () => {
    const service = serviceOf<string>({ process: () => of('a'), usageOf: () => ({ tokens: 5 }) });
    const seen: number[] = [];
    service.call('').subscribe({
      next: () => seen.push(usedOf(service)[1]!),
      complete: () => seen.push(usedOf(service)[1]!),
    });

    expect(seen).toEqual([100, 5]);
  });
});

describe('Service, settlement of calls that fail', () => {
  const REFUSED: FailureKind[] = ['rate', 'concurrency', 'overloaded', 'quota-exhausted', 'too-large', 'rejected']; // prettier-ignore
  const KEPT: FailureKind[] = ['server', 'timeout', 'connection', 'unknown'];

  interface Row {
    readonly kind: FailureKind;
    readonly reported?: Usage;
    readonly used: number[];
    readonly usage?: Usage;
  }

  const NOTHING = { tokens: 0, outputTokens: 0 };
  const rows: Row[] = [
    { kind: 'not-sent', used: [0, 0, 0] },
    { kind: 'not-sent', reported: { tokens: 30 }, used: [1, 30, 60], usage: { tokens: 30 } },
    ...REFUSED.flatMap((kind): Row[] => [
      { kind, used: [1, 0, 0], usage: NOTHING },
      { kind, reported: { tokens: 30 }, used: [1, 30, 0], usage: { ...NOTHING, tokens: 30 } },
      { kind, reported: { requests: 0 }, used: [0, 0, 0], usage: { ...NOTHING, requests: 0 } },
    ]),
    ...KEPT.flatMap((kind): Row[] => [
      { kind, used: [1, 100, 60], usage: {} },
      { kind, reported: { tokens: 30 }, used: [1, 30, 60], usage: { tokens: 30 } },
      { kind, reported: COST, used: [1, 100, 60], usage: COST },
    ]),
  ];

  /** Fails with that kind after it has reported so much. */
  function failing({ kind, reported }: Row, options: Partial<LLMServiceOptions> = {}) {
    return serviceOf<string>({
      process: (_, context) => {
        if (reported) context.reportUsage(reported);
        return throwError(() => BROKEN);
      },
      failureOf: (): Failure => ({
        kind,
        limits: [],
        retryAfterMs: null,
        shouldPause: false,
        retryable: true,
      }),
      ...options,
    });
  }

  it.each(rows)('keeps $used of one that is $kind and has reported $reported', (row) => {
    const service = failing(row);
    const ended = endedOf(service);
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual(row.used);
    const told = row.usage && { usage: { ...COST, ...row.usage }, isEstimated: true };
    expect(ended).toEqual([{ type: 'failed', ...told }]);
  });

  it.each(rows)(
    'keeps as much of each try: $used of one that is $kind and has reported $reported',
    (row) => {
      const scheduler = new VirtualTime();
      const retry = { maxAttempts: 2, baseMs: 10, random: () => 1 };
      const service = failing(row, { scheduler, retry });
      endsOf(service.call(''));
      expect(service.toJSON()).toMatchObject({ retrying: 1, inFlight: 0 });
      expect(usedOf(service)).toEqual(row.used);
      scheduler.flush();

      expect(usedOf(service)).toEqual(row.used.map((used) => 2 * used));
    },
  );

  it('keeps one request of a refused call whose cost names none', () => {
    const service = serviceOf<string>({
      quotas: [perWindow('requests', 10), perWindow('tokens', 1_000)],
      costOf: () => ({ tokens: 100 }),
      process: () => throwError(() => Object.assign(new Error(), { status: 400 })),
    });
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual([1, 0]);
  });

  it('gives back a request that was never sent, though its cost names none', () => {
    const service = serviceOf<string>({
      quotas: [perWindow('requests', 10)],
      costOf: () => ({}),
      process: () => throwError(() => Object.assign(new Error(), { code: 'ECONNREFUSED' })),
    });
    endsOf(service.call(''));

    expect(usedOf(service)).toEqual([0]);
  });

  // prettier-ignore
  it.each<[string, Usage[], boolean, number[], Usage]>([
    ['what was counted',                       [{ outputTokens: 1 }, { outputTokens: 2 }], true,  [1, 100, 2],   { outputTokens: 2 }],
    ['what was told, as that was not the end', [{ tokens: 9 }],                            false, [1, 9, 60],    { tokens: 9 }],
    ['its estimate, where nothing was',        [],                                         true,  [1, 100, 60],  {}],
  ])('settles a stream that breaks to %s, whatever broke it', (_what, reports, estimated, used, usage) => {
    for (const status of [400, 429, 500]) {
      const broken = Object.assign(new Error(), { status });
      const service = serviceOf<string>({
        process: (_, context) =>
          concat(
            of('first'),
            from(reports).pipe(
              mergeMap((reported) => {
                context.reportUsage(reported, { estimated });
                return of('a');
              }),
            ),
            throwError(() => broken),
          ),
      });
      const ended = endedOf(service);
      expect(endsOf(service.call('')).at(-1)).toBe(broken);

      expect(usedOf(service)).toEqual(used);
      expect(ended).toEqual([{ type: 'failed', usage: { ...COST, ...usage }, isEstimated: true }]);
    }
  });
});

describe('Service, settlement of calls that are ended early', () => {
  // prettier-ignore
  it.each<[string, Usage | undefined, boolean, number[], Usage]>([
    ['what was counted until then',              { outputTokens: 7 }, true,  [1, 100, 7],  { outputTokens: 7 }],
    ['what was told, as that was not the end',   { outputTokens: 7 }, false, [1, 100, 7],  { outputTokens: 7 }],
    ['its estimate, where nothing was reported', undefined,           false, [1, 100, 60], {}],
  ])('settles one that is cancelled in flight to %s', (_what, reported, estimated, used, usage) => {
    const service = serviceOf<string>({
      process: (_, context) => {
        if (reported) context.reportUsage(reported, { estimated });
        return concat(of('a'), NEVER);
      },
    });
    const ended = endedOf(service);
    service.call('').pipe(take(1)).subscribe();

    expect(usedOf(service)).toEqual(used);
    expect(ended).toEqual([{ type: 'cancelled', usage: { ...COST, ...usage }, isEstimated: true }]);
  });

  it('takes nothing of one that was queued, and tells of no usage', () => {
    const service = serviceOf<string>({ maxConcurrentJobs: 1 });
    endsOf(service.call('working'));
    const ended = endedOf(service);
    service.call('queued').subscribe().unsubscribe();

    expect(usedOf(service)).toEqual([1, 100, 60]);
    expect(ended).toEqual([{ type: 'cancelled' }]);
  });

  it('gives back all of one that is cancelled as it starts', () => {
    const service = serviceOf<string>({});
    const ended = endedOf(service);
    const left$ = new Subject<void>();
    service.events$.subscribe(({ type }) => {
      if (type === 'started') left$.next();
    });
    service.call('').pipe(takeUntil(left$)).subscribe();

    expect(usedOf(service)).toEqual([0, 0, 0]);
    expect(ended).toEqual([{ type: 'cancelled' }]);
  });

  it('hears nothing of what is reported after the end', () => {
    const contexts: CallContext[] = [];
    const service = serviceOf<string>({
      process: (request, context) => {
        contexts.push(context);
        return request === 'failed' ? throwError(() => BROKEN) : of('a');
      },
    });
    for (const request of ['failed', 'answered']) endsOf(service.call(request));
    const before = usedOf(service);
    for (const context of contexts) context.reportUsage({ tokens: 5_000 });

    expect(usedOf(service)).toEqual(before);
  });

  it.each([
    ['less', 5],
    ['more', 500],
  ])('changes nothing by a settlement that comes late, to %s', (_what, tokens) => {
    const scheduler = new VirtualTime();
    const service = serviceOf<string>({
      scheduler,
      quotas: [perWindow('tokens', 1_000, 10)],
      process: () => timer(15, scheduler).pipe(map(() => 'a')),
      usageOf: () => ({ tokens }),
    });
    const seen: number[][] = [];
    endsOf(service.call(''));
    for (const at of [9, 10, 14, 15, 16, 40]) {
      scheduler.advanceTo(at);
      seen.push(usedOf(service));
    }

    expect(seen).toEqual([[100], [0], [0], [0], [0], [0]]);
  });

  it('charges what is settled at the time of the reservation', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf<string>({
      scheduler,
      quotas: [perWindow('tokens', 1_000, 10)],
      process: () => timer(8, scheduler).pipe(map(() => 'a')),
      usageOf: () => ({ tokens: 300 }),
    });
    endsOf(service.call(''));
    const seen = [7, 8, 9, 10].map((at) => {
      scheduler.advanceTo(at);
      return usedOf(service)[0];
    });

    expect(seen).toEqual([100, 300, 300, 0]);
  });
});

describe('Service, settlement: once', () => {
  type Play = (play: {
    readonly service: LLMService<string, string>;
    readonly call$: Observable<string>;
    readonly left$: Subject<void>;
  }) => void;
  type Work = LLMServiceFunctions<string, string>['process'];

  const later: { resolve: () => void; reject: () => void } = { resolve: no, reject: no };
  const thenable: Work = () =>
    ({
      then(resolve: (value: string) => void, reject: (error: unknown) => void) {
        later.resolve = () => resolve('a');
        later.reject = () => reject(BROKEN);
      },
    }) as unknown as PromiseLike<string>;
  const subscribe: Play = ({ call$ }) => void endsOf(call$);
  const both = (one: 'resolve' | 'reject', other: 'resolve' | 'reject'): Play => {
    return ({ call$ }) => {
      endsOf(call$);
      later[one]();
      later[other]();
    };
  };
  const onEvent = (...types: string[]): Play => {
    return ({ service, call$, left$ }) => {
      service.events$.subscribe(({ type }) => {
        if (!types.includes(type)) return;
        left$.next();
        void service.close({ abandon: true });
      });
      endsOf(call$);
    };
  };

  function no(): never {
    throw new Error('no');
  }

  const emitting = (emit: (observer: { next(value: string): void; complete(): void; error(error: unknown): void }) => void): Work => () => new Observable<string>((observer) => emit(observer)); // prettier-ignore

  // prettier-ignore
  it.each<[string, Work, Play]>([
    ['completes', () => of('a'), subscribe],
    ['fails', () => throwError(() => BROKEN), subscribe],
    ['completes, then fails', emitting((o) => { o.complete(); o.error(BROKEN); }), subscribe],
    ['fails, then completes', emitting((o) => { o.error(BROKEN); o.complete(); }), subscribe],
    ['emits after its end', emitting((o) => { o.complete(); o.next('late'); o.complete(); }), subscribe],
    ['throws after its end', emitting((o) => { o.complete(); no(); }), subscribe],
    ['throws', no, subscribe],
    ['resolves, then rejects', thenable, both('resolve', 'reject')],
    ['rejects, then resolves', thenable, both('reject', 'resolve')],
    ['rejects twice', thenable, both('reject', 'reject')],
    ['settles after its caller has left', thenable, ({ call$ }) => { call$.subscribe().unsubscribe(); later.resolve(); later.reject(); }],
    ['is left in its first response', () => of('a', 'b'), ({ call$ }) => { call$.pipe(take(1)).subscribe(); }],
    ['is left in its only response, and completes', emitting((o) => { o.next('a'); o.complete(); }), ({ call$ }) => { call$.pipe(take(1)).subscribe(); }],
    ['has a response that usageOf cannot read, and goes on', emitting((o) => { o.next('unreadable'); o.next('a'); o.complete(); }), subscribe],
    ['is left and closed in the event of its end', () => of('a'), onEvent('completed')],
    ['is left and closed in the event of its failure', () => throwError(() => BROKEN), onEvent('failed')],
    ['is left and closed in the event of its start', () => of('a'), onEvent('started')],
    ['is left, and ends in its teardown', () => new Observable<string>((o) => () => o.complete()), ({ call$ }) => { call$.subscribe().unsubscribe(); }],
    ['is left, and answers to its signal', (_, { signal }) => new Observable<string>((o) => { signal.addEventListener('abort', () => { o.next('a'); o.complete(); }); }), ({ call$ }) => { call$.subscribe().unsubscribe(); }],
    ['is abandoned twice', () => NEVER, ({ service, call$ }) => { endsOf(call$); void service.close({ abandon: true }); void service.close({ abandon: true }); }],
  ])('settles one that %s', (_what, process, play) => {
    const reservations: FakeReservation[] = [];
    const rateTracker = new FakeTracker((cost) => {
      const reservation = new FakeReservation(cost);
      reservations.push(reservation);
      return [reservation];
    });
    const service = LLMService.of<string, string>({
      modelName: 'm',
      rateTracker,
      retry: { maxAttempts: 1 },
      process,
      usageOf: (response) => response === 'unreadable' ? no() : undefined,
    });
    const ended = endedOf(service);
    const left$ = new Subject<void>();
    play({ service, call$: service.call('').pipe(takeUntil(left$)), left$ });

    expect(reservations.map(({ settled, givenBack }) => settled.length + givenBack)).toEqual([1]);
    expect(ended).toHaveLength(1);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
  });

  it('settles each try of a call, each once', () => {
    const reservations: FakeReservation[] = [];
    const rateTracker = new FakeTracker((cost) => {
      const reservation = new FakeReservation(cost);
      reservations.push(reservation);
      return [reservation];
    });
    const process = (_: string, { attempt, reportUsage }: CallContext) => {
      expect(reportUsage).toBeDefined();
      return attempt < 3 ? throwError(() => BROKEN) : of('a');
    };
    const retry = { random: () => 0 };
    const service = LLMService.of({ modelName: 'm', rateTracker, retry, process });
    endsOf(service.call(''));

    expect(reservations.map(({ settled, givenBack }) => [settled, givenBack])).toEqual([
      [[{}], 0],
      [[{}], 0],
      [[{}], 0],
    ]);
  });
});

describe('Service with learnOutput', () => {
  const cost = (outputTokens: number) => ({ tokens: 40 + outputTokens, inputTokens: 40, outputTokens }); // prettier-ignore

  /** Answers with as many tokens as the request says; reserves 1,000 for each answer. */
  function learning(
    learnOutput: LLMServiceOptions['learnOutput'],
    options: Partial<LLMServiceOptions> & Functions<number> = {},
  ): LLMService<string, number> {
    return LLMService.of<string, number>({
      modelName: 'm',
      quotas: [
        perWindow('tokens', 1e9),
        perWindow('inputTokens', 1e9),
        perWindow('outputTokens', 1e9),
      ],
      retry: { maxAttempts: 1 },
      costOf: () => cost(1_000),
      usageOf: (tokens) => cost(tokens),
      process: (request) => (request === 'hang' ? NEVER : of(Number(request))),
      ...(learnOutput !== undefined && { learnOutput }),
      ...options,
    });
  }

  /** What a call with that label holds once it is let out, beside so many others: tokens, input, output. */
  function heldBy(service: LLMService<string, number>, label?: string, others = 0): number[] {
    const options = label === undefined ? {} : { label };
    const hang = () => service.call('hang', options).subscribe();
    const calls = Array.from({ length: others }, hang);
    const before = service.toJSON().quotas.map(({ reserved }) => reserved);
    calls.push(hang());
    const after = service.toJSON().quotas.map(({ reserved }) => reserved);
    for (const call of calls) call.unsubscribe();
    return after.map((reserved, index) => reserved - before[index]!);
  }

  function expectedBy(service: LLMService<string, number>, label?: string): number | undefined {
    return service.toJSON().estimates.find((one) => one.label === label)?.expected;
  }

  it.each([
    ['not unless it is told to', undefined, undefined],
    ['not when it is told not to', false, undefined],
    ['when enough is known', { atLeast: 2, quantile: 1 }, 300],
    ['the share that is asked for', { atLeast: 2, quantile: 0.5 }, 100],
    ['not before enough is known', { atLeast: 3 }, undefined],
    ['not before 20 are known, by default', true, undefined],
  ])('expects what answers took: %s', (_when, learnOutput, expected) => {
    const service = learning(learnOutput);
    for (const request of ['100', '300']) endsOf(service.call(request));

    expect(expectedBy(service)).toBe(expected);
    if (expected === undefined) expect(heldBy(service)).toEqual([1_040, 40, 1_000]);
  });

  it('learns 9 of 10 of the last 200 by default, from 20 on', () => {
    const service = learning(true);
    for (let tokens = 1; tokens <= 20; tokens++) endsOf(service.call(String(tokens)));

    expect(expectedBy(service)).toBe(18);
  });

  it('holds what is expected where many calls share it, and up to all where one is alone', () => {
    const service = learning(true);
    for (let call = 0; call < 200; call++) endsOf(service.call(String(call % 4 === 0 ? 300 : 10)));
    const [, , alone = 0] = heldBy(service);

    expect(heldBy(service, undefined, 50)).toEqual([340, 40, 300]);
    expect(alone).toBeGreaterThan(500);
    expect(alone).toBeLessThan(1_000);
  });

  it('lets no call out for which there is not room for all that it may take', () => {
    const quotas = [perWindow('tokens', 2_500), perWindow('inputTokens', 1e9), perWindow('outputTokens', 1e9)]; // prettier-ignore
    const service = learning({ atLeast: 1 }, { quotas });
    for (let call = 0; call < 5; call++) endsOf(service.call('0'));
    const calls = ['hang', 'hang', 'hang'].map((request) => service.call(request).subscribe());

    expect(service.toJSON()).toMatchObject({ inFlight: 2, queued: 1 });
    for (const call of calls) call.unsubscribe();
  });

  it('learns for each label by itself, and shows it', () => {
    const service = learning({ atLeast: 1 });
    endsOf(service.call('100', { label: 'short' }));
    endsOf(service.call('500', { label: 'long' }));
    endsOf(service.call('7'));

    expect(heldBy(service, 'other')[2]).toBe(1_000);
    const known = { calls: 1, reserved: 1_000 };
    expect(new Set(service.toJSON().estimates)).toEqual(
      new Set([
        { ...known, label: 'short', expected: 100, used: 100, accuracy: 10 },
        { ...known, label: 'long', expected: 500, used: 500, accuracy: 2 },
        { ...known, label: undefined, expected: 7, used: 7, accuracy: 1_000 / 7 },
      ]),
    );
  });

  it('compares what it has held, once it has learned, and not what was asked for', () => {
    const service = learning({ atLeast: 20, latest: 20 });
    for (let call = 0; call < 40; call++) endsOf(service.call('100'));
    const [{ reserved, used } = { reserved: 0, used: 0 }] = service.toJSON().estimates;

    expect(used).toBe(2_000);
    expect(reserved).toBeLessThan(20_000);
  });

  it('tells of what it has learned in state$', () => {
    const service = learning({ atLeast: 1 });
    const seen: (number | undefined)[] = [];
    const watching = service.state$.subscribe(({ estimates }) => seen.push(estimates[0]?.expected));
    endsOf(service.call('100'));
    watching.unsubscribe();

    expect(seen.at(-1)).toBe(100);
  });

  it.each<[string, Functions<number>, (service: LLMService<string, number>) => void]>([
    [
      'that failed',
      { process: () => throwError(() => BROKEN) },
      (service) => endsOf(service.call('100')),
    ],
    [
      'that broke off',
      {
        process: () =>
          concat(
            of(100),
            throwError(() => BROKEN),
          ),
      },
      (service) => endsOf(service.call('100')),
    ],
    [
      'whose caller left',
      { process: () => concat(of(100), NEVER) },
      (service) => service.call('100').pipe(take(1)).subscribe(),
    ],
    [
      'whose provider did not say',
      { usageOf: () => undefined },
      (service) => endsOf(service.call('100')),
    ],
    [
      'that was only counted here',
      {
        usageOf: () => undefined,
        process: (_: string, context: CallContext) => {
          context.reportUsage(cost(100), { estimated: true });
          return of(100);
        },
      },
      (service) => endsOf(service.call('100')),
    ],
    [
      'without a word on its answer',
      { usageOf: () => ({ tokens: 140 }) },
      (service) => endsOf(service.call('100')),
    ],
  ])('learns nothing of a call %s', (_what, functions, play) => {
    // prettier-ignore
    const service = learning({ atLeast: 1 }, functions);
    play(service);

    expect(service.toJSON().estimates).toEqual([]);
  });

  it('learns of a call that was tried again from its last try alone', () => {
    const scheduler = new VirtualTime();
    const process = (_: string, context: CallContext) => {
      if (context.attempt === 2) return of(100);
      context.reportUsage(cost(900));
      return throwError(() => BROKEN);
    };
    const retry = { random: () => 1 };
    const service = learning({ atLeast: 1 }, { process, scheduler, retry });
    endsOf(service.call(''));
    scheduler.flush();

    expect(service.toJSON().estimates).toMatchObject([{ calls: 1, expected: 100, used: 100 }]);
  });
});

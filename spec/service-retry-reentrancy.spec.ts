import {
  BehaviorSubject,
  config,
  EMPTY,
  filter,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  type Subscriber,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallContext,
  type Failure,
  LLMService,
  type LLMServiceOptions,
  quota,
  type RateLimitReading,
  type ServiceState,
  sharedQuota,
} from '../src/index.js';
import { FakeReservation, FakeTracker } from './support/fake-tracker.js';
import { providerError } from './support/provider-error.js';
import { BROKEN, endsOf, failing, type Process, serviceOf, stepsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const SO_MANY = 100_000;
const REFUSED = providerError(429, { 'retry-after': '0.01' });

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

const EMPTY_STATE = { queued: 0, inFlight: 0, retrying: 0 };

/** One call that can be ended in three ways at any moment, also while its service is not yet known. */
class Victim {
  readonly time = new VirtualTime();
  readonly ends: unknown[] = [];
  readonly steps: string[];
  private readonly unsubscribed$ = new Subject<void>();
  private readonly controller = new AbortController();

  constructor(
    readonly service: LLMService<string, string>,
    private readonly way: 'unsubscribing' | 'its signal' | 'abandoning',
  ) {
    this.steps = stepsOf(service);
  }

  start(): void {
    const call$ = this.service.call('victim', { signal: this.controller.signal });
    call$.pipe(takeUntil(this.unsubscribed$)).subscribe({
      next: (response) => this.ends.push(response),
      error: (error: unknown) => this.ends.push(error),
      complete: () => this.ends.push('|'),
    });
  }

  readonly end = (): void => {
    if (this.way === 'unsubscribing') this.unsubscribed$.next();
    else if (this.way === 'its signal') this.controller.abort(new Error('stop'));
    else void this.service.close({ abandon: true });
  };
}

/** The state whenever its quotas or its gate tell of a change, even within a turn: state$ waits for its end. */
function inTheTurn(service: LLMService<string, string>): Observable<ServiceState> {
  const { quotas$, gate$ = EMPTY } = service.tracker;
  return merge(quotas$, gate$).pipe(map(() => service.toJSON()));
}

describe('Service, a call that is ended while it is decided whether it is tried again', () => {
  const ways = ['unsubscribing', 'its signal', 'abandoning'] as const;

  /** Where somebody hears of what happens, or is asked: each calls `end` there. */
  const moments: Record<string, (end: () => void) => Partial<Moment>> = {
    failureOf: (end) => ({
      failureOf: () => {
        end();
        return { ...PLAIN };
      },
    }),
    isRetryable: (end) => ({
      retry: {
        isRetryable: () => {
          end();
          return true;
        },
      },
    }),
    'isRetryable, which says no': (end) => ({
      retry: {
        isRetryable: () => {
          end();
          return false;
        },
      },
    }),
    random: (end) => ({
      retry: {
        random: () => {
          end();
          return 0;
        },
      },
    }),
    'the event retrying': (end) => ({ onEvent: (type) => type === 'retrying' && end() }),
    'what is freed of quotas': (end) => ({
      onState: ({ quotas, inFlight }) => inFlight === 1 && quotas[0]!.used === 0 && end(),
    }),
    'the gate, which closes': (end) => ({
      error: REFUSED,
      onState: ({ gate }) => gate?.status === 'closed' && end(),
    }),
    'its teardown': (end) => ({ onTeardown: end }),
  };

  interface Moment {
    readonly failureOf: (error: unknown) => Failure;
    readonly retry: LLMServiceOptions['retry'];
    readonly error: unknown;
    readonly onEvent: (type: string) => unknown;
    readonly onState: (state: ServiceState) => unknown;
    readonly onTeardown: () => void;
  }

  const PLAIN: Failure = {
    kind: 'not-sent',
    limits: [],
    retryAfterMs: null,
    shouldPause: false,
    retryable: true,
  };

  function play(name: string, way: (typeof ways)[number], isSynchronous: boolean) {
    let armed = false;
    const end = () => {
      if (armed) victim.end();
    };
    const { error = BROKEN, ...moment } = moments[name]!(end);
    const time = new VirtualTime();
    const tries: string[] = [];
    const process: Process = (request, { attempt }) =>
      new Observable<string>((subscriber) => {
        tries.push(`${request} ${attempt}`);
        const fail = () => {
          armed = request === 'victim';
          subscriber.error(error);
        };
        const answer = () => {
          subscriber.next(request);
          subscriber.complete();
        };
        if (request !== 'victim') subscriber.add(timer(1, time).subscribe(answer));
        else if (isSynchronous) fail();
        else subscriber.add(timer(5, time).subscribe(fail));
        return () => {
          if (request === 'victim') moment.onTeardown?.();
        };
      });
    const service = LLMService.of<string, string>({
      modelName: 'm',
      scheduler: time,
      maxConcurrentJobs: 1,
      quotas: [perWindow('tokens', 100, 1_000)],
      costOf: () => 10,
      retry: { baseMs: 4, random: () => 0, ...moment.retry },
      process,
      failureOf: moment.failureOf ?? (() => ({ ...PLAIN, shouldPause: error === REFUSED, retryAfterMs: error === REFUSED ? 10 : null })), // prettier-ignore
    });
    const victim = new Victim(service, way);
    if (moment.onState) inTheTurn(service).subscribe(moment.onState);
    if (moment.onEvent) service.events$.subscribe(({ type }) => moment.onEvent?.(type));
    victim.start();
    const other = endsOf(service.call('other'));
    time.flush();
    return { service, victim, tries, other, time };
  }

  const rows = Object.keys(moments).flatMap((moment) =>
    ways.flatMap((way) =>
      [true, false].map((isSynchronous) => [way, moment, isSynchronous] as const),
    ),
  );

  it.each(rows)('by %s in %s: ends once, is not tried again (in the turn: %p)', (...row) => {
    const [way, moment, isSynchronous] = row;
    const { service, victim, tries, other, time } = play(moment, way, isSynchronous);

    expect(victim.ends).toHaveLength(1);
    expect(tries.filter((one) => one.startsWith('victim'))).toEqual(['victim 1']);
    const ended = victim.steps.filter((step) => / 1 (cancelled|failed|completed)/.test(step));
    const end = way.startsWith('abandon') ? 'failed' : 'cancelled';
    expect(ended).toEqual([expect.stringContaining(` 1 ${end}`)]);
    const last = victim.steps.filter((step) => step.includes(': 1 ')).at(-1);
    expect(last).toBe(ended[0]);
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, quotas: [{ reserved: 0 }] });
    expect(time.timers).toBe(0);
    if (way === 'abandoning') expect(other).toHaveLength(1);
    else expect(other).toEqual(['other', '|']);
  });
});

describe('Service, what somebody does while a call is tried again', () => {
  it('starts a call that is made in the handler of its event, when a permit is free', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(failing(1), { scheduler, maxConcurrentJobs: 2 });
    const inner: unknown[] = [];
    service.events$.pipe(filter(({ type }) => type === 'retrying')).subscribe(({ callId }) => {
      if (callId === 1) inner.push(endsOf(service.call('inner')));
    });
    const outer = endsOf(service.call('outer'));
    scheduler.flush();

    expect([outer, inner]).toEqual([[2, '|'], [[2, '|']]]);
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });

  it('closes when it has ended, if that was asked for in the handler of its event', () => {
    const scheduler = new VirtualTime();
    const service = serviceOf(failing(1), { scheduler });
    const steps = stepsOf(service);
    service.events$.pipe(filter(({ type }) => type === 'retrying')).subscribe(() => {
      void service.close();
    });
    const ends = endsOf(service.call(''));
    expect(service.toJSON()).toMatchObject({ status: 'closing', retrying: 1 });
    scheduler.flush();

    expect(ends).toEqual([2, '|']);
    expect(steps.at(-1)).toBe('4: 1 completed 2');
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, status: 'closed' });
  });

  it.each([
    ['while it waits', 'retrying'],
    ['as it starts again', 'started'],
  ])('leaves a bound of 0 alone, set %s', (_when, type) => {
    const scheduler = new VirtualTime();
    const max$ = new Subject<number>();
    const service = serviceOf(failing(1), { scheduler, maxConcurrentJobs: max$ });
    service.events$.subscribe((event) => {
      const isSecond = 'attempt' in event && event.attempt === (type === 'retrying' ? 1 : 2);
      if (event.type === type && isSecond) max$.next(0);
    });
    const ends = endsOf(service.call(''));
    max$.next(1);
    scheduler.flush();
    expect(ends).toEqual(type === 'retrying' ? [] : [2, '|']);
    max$.next(1);

    expect(ends).toEqual([2, '|']);
  });

  // The end of the probe opens the gate; who heard of that and closed the service had two ends of the call told.
  it.each(['response', 'end'])('tells one end of a call whose %s opens the gate', (what) => {
    const scheduler = new VirtualTime();
    const process: Process = (_, { attempt }) => {
      if (attempt === 1) return throwError(() => REFUSED);
      return what === 'response' ? of('late') : new Observable((s) => s.complete());
    };
    const service = serviceOf(process, { scheduler });
    const steps = stepsOf(service);
    const ends = endsOf(service.call(''));
    let wasClosed = false;
    inTheTurn(service).subscribe(({ gate }) => {
      wasClosed ||= gate?.status === 'closed';
      if (wasClosed && gate?.status === 'open') void service.close({ abandon: true });
    });
    scheduler.flush();

    expect(ends).toEqual([expect.objectContaining({ code: 'SERVICE_CLOSED' })]);
    expect(steps.filter((step) => /completed|failed|cancelled/.test(step))).toEqual([
      '10: 1 failed 2',
    ]);
  });

  // What it left free was told to others before it had left; who cancelled it then had two ends of it told.
  it('tells one end of a call that is cancelled as the queue refuses it', () => {
    const scheduler = new VirtualTime();
    const quotas = [sharedQuota(perWindow('tokens', 100, 1_000))];
    const options = { modelName: 'm', scheduler, quotas, queueLimit: 0, costOf: () => 60 };
    const service = LLMService.of<string, string>({ ...options, process: () => NEVER });
    const steps = stepsOf(service);
    endsOf(service.call('first'));
    const controller = new AbortController();
    service.state$.pipe(filter(({ queued }) => queued === 1)).subscribe(() => controller.abort());
    const ends = endsOf(service.call('second', { signal: controller.signal }));

    expect(ends).toHaveLength(1);
    expect(steps.filter((step) => step.includes(' 2 '))).toHaveLength(2);
  });

  // Its end had been told when it had left; by then the one behind it had been let out, and the last.
  it('tells the end of a queued call before those behind it go on, and the service closes', () => {
    const scheduler = new VirtualTime();
    const service = LLMService.of<string, string>({
      modelName: 'm',
      scheduler,
      quotas: [perWindow('tokens', 100, 1_000)],
      costOf: (tokens) => Number(tokens),
      process: () => of('a'),
    });
    const steps = stepsOf(service);
    endsOf(service.call('60'));
    const second = service.call('70').subscribe();
    endsOf(service.call('40'));
    void service.close();
    second.unsubscribe();
    scheduler.advance(0);

    expect(steps.slice(-3)).toEqual(['0: 2 cancelled 1', '0: 3 started 1', '0: 3 completed 1']);
    expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, status: 'closed' });
  });

  it('tells one end of a call that can never fit any more once it is told that it was cancelled', () => {
    const limit = new BehaviorSubject(100);
    const service = LLMService.of<string, string>({
      modelName: 'm',
      scheduler: new VirtualTime(),
      quotas: [quota({ unit: 'tokens', limit, windowMs: 1_000 })],
      costOf: () => 60,
      process: () => NEVER,
    });
    const steps = stepsOf(service);
    endsOf(service.call('first'));
    const second = service.call('second').subscribe();
    service.events$
      .pipe(filter(({ type }) => type === 'cancelled'))
      .subscribe(() => limit.next(50));
    second.unsubscribe();

    expect(steps.filter((step) => step.includes(' 2 '))).toEqual([
      '0: 2 queued',
      '0: 2 cancelled 1',
    ]);
  });

  it('does not begin a call that is let out once it is told that it was cancelled', () => {
    const max$ = new BehaviorSubject(0);
    const process = jest.fn(() => NEVER);
    const service = serviceOf(process, { maxConcurrentJobs: max$ });
    const steps = stepsOf(service);
    service.events$.pipe(filter(({ type }) => type === 'cancelled')).subscribe(() => max$.next(1));
    service.call('').subscribe().unsubscribe();

    expect(steps.map((step) => step.replace(/.*: /, ''))).toEqual(['1 queued', '1 cancelled 1']);
    expect(process).not.toHaveBeenCalled();
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });

  // Whoever had come second heard first of the end, then of the start.
  it.each(['queued', 'started', 'retrying'])(
    'tells all of its steps in order, though the first who hears cancels at %s',
    (type) => {
      const scheduler = new VirtualTime();
      const process: Process = (_, { attempt }) =>
        attempt === 1 ? throwError(() => BROKEN) : of('a');
      const service = serviceOf(process, { scheduler });
      const victim = new Victim(service, 'unsubscribing');
      service.events$.subscribe((event) => {
        if (event.type === type) victim.end();
      });
      const steps = stepsOf(service);
      const ends = jest.fn();
      service.events$.subscribe({ complete: ends });
      service.events$.pipe(filter((event) => event.type === 'cancelled')).subscribe(() => {
        void service.close();
        expect(ends).not.toHaveBeenCalled();
      });
      victim.start();
      const whole = ['0: 1 queued', '0: 1 started 1', '0: 1 retrying 1'];
      const told = whole.slice(0, whole.findIndex((step) => step.includes(type)) + 1);

      expect(steps.slice(0, -1)).toEqual(told);
      expect(steps.at(-1)).toMatch('0: 1 cancelled');
      expect(ends).toHaveBeenCalledTimes(1);
    },
  );

  // As the first that waited was ended, the one behind it fitted, and was sent.
  it('sends nothing more while it is told to abandon all', () => {
    const scheduler = new VirtualTime();
    const process = jest.fn(() => NEVER);
    const service = LLMService.of<number, number>({
      modelName: 'm',
      scheduler,
      quotas: [perWindow('tokens', 100, 1_000)],
      costOf: (tokens) => tokens,
      process,
    });
    const steps = stepsOf(service);
    const all = [60, 70, 40].map((tokens) => endsOf(service.call(tokens)));
    void service.close({ abandon: true });

    expect(process).toHaveBeenCalledTimes(1);
    for (const ends of all)
      expect(ends).toEqual([expect.objectContaining({ code: 'SERVICE_CLOSED' })]);
    expect(steps.filter((step) => step.includes('started'))).toEqual(['0: 1 started 1']);
  });

  it('lets nothing out any more when a bound is raised after all was abandoned', () => {
    const max$ = new Subject<number>();
    const process = jest.fn(() => NEVER);
    const service = serviceOf(process, { maxConcurrentJobs: max$ });
    const ends = endsOf(service.call(''));
    max$.next(1);
    const second = endsOf(service.call(''));
    service.events$.pipe(filter(({ type }) => type === 'cancelled')).subscribe(() => max$.next(9));
    void service.close({ abandon: true });

    expect(process).toHaveBeenCalledTimes(1);
    expect([...ends, ...second]).toMatchObject([
      { code: 'SERVICE_CLOSED' },
      { code: 'SERVICE_CLOSED' },
    ]);
  });

  it('does not begin an Observable of a call that process itself has ended', () => {
    const begun = jest.fn();
    const unsubscribed$ = new Subject<void>();
    const service = serviceOf(() => {
      unsubscribed$.next();
      return new Observable<string>(begun);
    });
    service.call('').pipe(takeUntil(unsubscribed$)).subscribe();

    expect(begun).not.toHaveBeenCalled();
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });
});

describe('Service, retries that do not grow the stack', () => {
  it.each([
    ['100,000 calls', SO_MANY, 1],
    ['20,000 calls, with a few permits', 20_000, 7],
    ['20,000 calls, with all the permits', 20_000, Infinity],
  ])('of %s that each fail once in their turn', (_what, calls, permits) => {
    const max$ = new Subject<number>();
    const retry = { random: () => 0 };
    const service = serviceOf(failing(1), { maxConcurrentJobs: max$, retry });
    let answered = 0;
    for (let n = 0; n < calls; n++)
      service.call('').subscribe((attempt) => (answered += Number(attempt === 2)));
    max$.next(permits);

    expect(answered).toBe(calls);
    expect(service.toJSON()).toMatchObject(EMPTY_STATE);
  });

  it('of one call that fails 100,000 times in its turn', () => {
    const retry = { random: () => 0, maxAttempts: Infinity };

    expect(endsOf(serviceOf(failing(SO_MANY), { retry }).call(''))).toEqual([SO_MANY + 1, '|']);
  });

  it.each(['forwards', 'backwards'])(
    'of 20,000 calls in flight that fail in one turn, %s, and keep their order',
    (direction) => {
      const working: Subscriber<number>[] = [];
      const max$ = new Subject<number>();
      const order: number[] = [];
      const service = LLMService.of<number, number>({
        modelName: 'm',
        maxConcurrentJobs: max$,
        retry: { random: () => 0, share: Infinity },
        process: (n, { attempt }) => {
          if (attempt === 1) return new Observable((subscriber) => void working.push(subscriber));
          order.push(n);
          return of(n);
        },
      });
      for (let n = 0; n < 20_000; n++) service.call(n).subscribe();
      max$.next(Infinity);
      max$.next(0);
      if (direction === 'backwards') working.reverse();
      for (const subscriber of working) subscriber.error(BROKEN);
      expect(service.toJSON()).toMatchObject({ queued: 20_000, inFlight: 0 });
      max$.next(1);

      expect(order).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
    },
  );
});

describe('Service, faults of hooks while a call is tried again', () => {
  beforeAll(() => {
    config.onUnhandledError = (error) => {
      throw error;
    };
  });

  const no = (): never => {
    throw new Error('of the hook');
  };
  const faulty: Record<string, Partial<LLMServiceOptions> & { failureOf?: () => Failure }> = {
    isRetryable: { retry: { isRetryable: no } },
    random: { retry: { random: no } },
  };

  it.each(Object.entries(faulty))(
    'fails the one call with its own error, and tells of the fault, when %s throws',
    (_hook, options) => {
      const scheduler = new VirtualTime();
      let isFailing = true;
      const process: Process = (request) => (isFailing ? throwError(() => BROKEN) : of(request));
      const service = serviceOf(process, { scheduler, maxConcurrentJobs: 1, ...options });
      const faults: unknown[] = [];
      service.events$.subscribe((event) => {
        if (event.type === 'fault') faults.push(event.error);
      });
      const ends = endsOf(service.call('a'));
      isFailing = false;
      const others = endsOf(service.call('b'));
      scheduler.flush();

      expect(ends).toEqual([BROKEN]);
      expect(others).toEqual(['b', '|']);
      expect(faults).toEqual([new Error('of the hook')]);
    },
  );

  it('reads an error as it does by default, and tells of the fault, when failureOf throws', () => {
    const scheduler = new VirtualTime();
    const process = failing(1);
    const service = LLMService.of({ modelName: 'm', scheduler, process, failureOf: no });
    const steps = stepsOf(service);
    const ends = endsOf(service.call(''));
    scheduler.flush();

    expect(ends).toEqual([2, '|']);
    expect(steps.filter((step) => step.includes('fault'))).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'server'],
    ['an empty object', {}],
  ])('gives a call its own error when a method failureOf returns %s', (_what, returned) => {
    class Wrong extends LLMService<string, string> {
      protected process(request: string, { attempt }: CallContext) {
        return request === 'bad' && attempt === 1 ? throwError(() => BROKEN) : of(request);
      }
      protected override failureOf(): Failure {
        return returned as Failure;
      }
    }
    const service = new Wrong({ modelName: 'm', maxConcurrentJobs: 1, retry: { maxAttempts: 1 } });

    expect(endsOf(service.call('bad'))).toEqual([BROKEN]);
    expect(endsOf(service.call('good'))).toEqual(['good', '|']);
  });

  it.each(['settle', 'giveBack', 'hear'] as const)(
    'ends calls, and tells of the fault, when %s of a store throws',
    (method) => {
      const reservation = () => Object.assign(new FakeReservation(), { [method]: no });
      const rateTracker = new FakeTracker(() => [reservation()]);
      const lost = Object.assign(new Error('lost'), { code: 'ECONNREFUSED' });
      const process: Process = (request) => (request === 'bad' ? throwError(() => lost) : of(request)); // prettier-ignore
      const service = serviceOf(process, { rateTracker, maxConcurrentJobs: 1, retry: { maxAttempts: 1 } }); // prettier-ignore
      const steps = stepsOf(service);

      expect(endsOf(service.call('bad'))).toEqual([lost]);
      expect(endsOf(service.call('good'))).toEqual(['good', '|']);
      service.events$.pipe(filter(({ type }) => type === 'started')).subscribe(() => {
        void service.close({ abandon: true });
      });
      expect(endsOf(service.call('late'))).toMatchObject([{ code: 'SERVICE_CLOSED' }]);
      expect(service.toJSON()).toMatchObject({ ...EMPTY_STATE, status: 'closed' });
      expect(steps.filter((step) => step.includes('fault')).length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['in the turn', () => throwError(() => BROKEN)],
    ['later', (time: VirtualTime) => timer(1, time).pipe(mergeMap(() => throwError(() => BROKEN)))],
  ])('tries again, and tells of the fault, when a teardown throws %s', (_when, fail) => {
    const scheduler = new VirtualTime();
    const process: Process = (request, { attempt }) =>
      attempt === 2
        ? of(request)
        : new Observable((subscriber) => {
            const work = fail(scheduler).subscribe(subscriber);
            return () => {
              work.unsubscribe();
              no();
            };
          });
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: 1 });
    const steps = stepsOf(service);
    const all = ['a', 'b'].map((request) => endsOf(service.call(request)));
    scheduler.flush();

    expect(all).toEqual([
      ['a', '|'],
      ['b', '|'],
    ]);
    expect(steps.filter((step) => step.includes('fault'))).toHaveLength(2);
  });

  // The second callback of the first try's thenable had freed the permit of the second try.
  it('frees one permit a try, though the thenable of a try that has failed settles again', () => {
    const scheduler = new VirtualTime();
    let settleAgain: () => void = () => undefined;
    let most = 0;
    const inFlight = new Set<string>();
    const process: Process = (request, { attempt }) => {
      if (request === 'a' && attempt === 1) {
        const then = (_: unknown, reject: (error: unknown) => void) => {
          settleAgain = () => reject(BROKEN);
          reject(BROKEN);
        };
        return { then } as unknown as PromiseLike<string>;
      }
      inFlight.add(request);
      most = Math.max(most, inFlight.size);
      return new Observable<string>((subscriber) => {
        const timing = timer(10, scheduler).subscribe(() => subscriber.complete());
        return () => {
          timing.unsubscribe();
          inFlight.delete(request);
        };
      });
    };
    const service = serviceOf(process, { scheduler, maxConcurrentJobs: 1, retry: { random: () => 0 } }); // prettier-ignore
    for (const request of ['a', 'b', 'c']) endsOf(service.call(request));
    scheduler.advance(5);
    settleAgain();
    scheduler.flush();

    expect(most).toBe(1);
    expect(scheduler.now()).toBe(30);
  });

  // What it reported was taken for the answer to the second try, which had been sent after the gate closed.
  it('takes what a try that has failed reports of limits for its own', () => {
    const reading: RateLimitReading = {
      limits: [],
      retryAfterMs: 5,
      shouldPause: true,
      retryable: true,
    };
    const heard: [number, RateLimitReading][] = [];
    let granted = 0;
    const rateTracker = new FakeTracker(() => {
      const number = ++granted;
      const hear = (heardReading: RateLimitReading) => heard.push([number, heardReading]);
      return [Object.assign(new FakeReservation(), { hear })];
    });
    const contexts: CallContext[] = [];
    const process: Process = (_, context) => {
      contexts.push(context);
      return context.attempt === 1 ? throwError(() => BROKEN) : NEVER;
    };
    const service = serviceOf(process, { rateTracker, retry: { random: () => 0 } });
    endsOf(service.call(''));
    heard.length = 0;
    contexts[0]!.reportLimits(reading);
    contexts[1]!.reportLimits(reading);

    expect(heard).toEqual([
      [1, reading],
      [2, reading],
    ]);
  });
});

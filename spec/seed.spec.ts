import {
  BehaviorSubject,
  filter,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  retry,
  take,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import {
  type Done,
  LLMService,
  type LLMServiceOptions,
  QueueFullError,
  quota,
  type QuotaState,
  type RateTracker,
  type Reservation,
  runServices,
  TimeBoundedUsageTracker,
  type Usage,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { VirtualTime } from './support/virtual-time.js';

/** Answers after so many ms, and keeps account of what it saw. */
class SlowService extends LLMService<string, string> {
  readonly log: string[] = [];
  mostAtOnce = 0;
  private running = 0;

  constructor(
    options: LLMServiceOptions,
    private readonly delayMs = 3,
  ) {
    super(options);
  }

  protected process(request: string): Observable<string> {
    this.log.push(request);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    return timer(this.delayMs).pipe(
      map(() => request.toUpperCase()),
      tap(() => (this.running -= 1)),
    );
  }

  override acquireResources(): Done {
    this.log.push('acquire');
  }

  override releaseResources(): Done {
    this.log.push('release');
  }
}

class FewJobsService extends SlowService {
  static override readonly MAX_CONCURRENT_JOBS = 5;
}

/** A store that is not ready the first ten times that it looks. */
class HesitantTracker implements RateTracker {
  looks = 0;
  readonly quotas: readonly QuotaState[] = [];
  readonly quotas$ = of(this.quotas);
  readonly faults$ = NEVER;

  reserve(cost: Usage): Observable<Reservation> {
    const nothing = () => undefined;
    return timer(0, 1).pipe(
      filter(() => ++this.looks > 10),
      take(1),
      map(() => ({ cost, settle: nothing, giveBack: nothing })),
    );
  }

  neverFits(): undefined {
    return undefined;
  }

  close(): void {
    // It holds nothing.
  }
}

/** Records its own usage, as a service of the original does. */
class SelfCountingService extends LLMService<number, number> {
  protected process(tokens: number): Observable<number> {
    this.rateTracker.add(tokens);
    return of(tokens);
  }
}

describe('the original, member by member', () => {
  const rateTracker = () => new TimeBoundedUsageTracker({ windowMs: 60_000 });

  it('is constructed with model name, rate limit, rate tracker and tag', () => {
    const tracker = rateTracker();
    const service = new SlowService({
      modelName: 'gpt-4o',
      rateLimit: 1000,
      rateTracker: tracker,
      serviceTag: 'east',
    });
    expect(service.modelName).toBe('gpt-4o');
    expect(service.rateLimit).toBe(1000);
    expect(service.rateTracker).toBe(tracker);
    expect(service.serviceTag).toBe('east');
  });

  it('is named by class, model and tag', () => {
    expect(new SlowService({ modelName: 'gpt-4o' }).name).toBe('SlowService-gpt-4o');
    expect(new SlowService({ modelName: 'gpt-4o', serviceTag: 'east' }).name).toBe(
      'SlowService-gpt-4oeast',
    );
  });

  it('keeps its name in a build that renames classes, when it states one', () => {
    class Minified extends SlowService {
      static override readonly serviceName = 'SlowService';
    }
    Object.defineProperty(Minified, 'name', { value: 't' });
    expect(new Minified({ modelName: 'gpt-4o' }).name).toBe('SlowService-gpt-4o');
  });

  it('defaults to 10,000 jobs at once and an empty tag', () => {
    expect(LLMService.MAX_CONCURRENT_JOBS).toBe(10_000);
    expect(new SlowService({ modelName: 'm' }).serviceTag).toBe('');
  });

  it('takes a rate limit that changes while calls run', () => {
    marbles(({ hot, expectObservable }) => {
      const rateLimit = hot<number>('    a----b--', { a: 1, b: 2 });
      const service = new SelfCountingService({ modelName: 'm', rateLimit });
      const calls$ = merge(service.call(1), service.call(1));
      expectObservable(calls$).toBe('     a----(a|)', { a: 1 });
    });
  });

  it('takes a bound of jobs that changes while calls run', () => {
    marbles(({ expectObservable }) => {
      const maxConcurrentJobs = new BehaviorSubject(1);
      timer(4).subscribe(() => {
        maxConcurrentJobs.next(2);
      });
      const service = new SlowService({ modelName: 'm', maxConcurrentJobs }, 5);
      const answers$ = merge(service.call('a'), service.call('b'), service.call('c'));
      expectObservable(answers$).toBe('-----A---B(C|)');
    });
  });

  it('can process while its usage is below the limit, and tells each change', () => {
    marbles(({ expectObservable }) => {
      const tracker = new TimeBoundedUsageTracker({ windowMs: 5 });
      const service = new SlowService({ modelName: 'm', rateLimit: 100, rateTracker: tracker });
      timer(2).subscribe(() => {
        tracker.add(100);
        expect(service.canProcess).toBe(false);
      });
      expectObservable(service.canProcess$).toBe('t-f----t', { t: true, f: false });
    });
  });

  it('lets calls out while the usage is below the limit, and holds the rest until it is again', () => {
    marbles(({ expectObservable }) => {
      const tracker = new TimeBoundedUsageTracker({ windowMs: 6 });
      const service = new SelfCountingService({
        modelName: 'm',
        rateLimit: 100,
        rateTracker: tracker,
      });
      const calls$ = merge(...[60, 60, 60].map((tokens) => service.call(tokens)));
      expectObservable(calls$).toBe('(aa)--(a|)', { a: 60 });
    });
  });

  it('shows the code to fix a call made after the end', async () => {
    const service = new SlowService({ modelName: 'm' });
    await service.close();
    await expect(service.callAsync('a')).rejects.toThrow('await runServices([service], () =>');
  });
});

describe('the cases of the original', () => {
  it('1: can process while the total within the window is below the limit', () => {
    const time = new VirtualTime();
    const rateTracker = new TimeBoundedUsageTracker({ windowMs: 100, scheduler: time });
    const service = new SlowService({ modelName: 'm', rateLimit: 100, rateTracker });
    rateTracker.add(50);
    expect(service.canProcess).toBe(true);
    time.advance(10);
    rateTracker.add(75);
    expect(service.canProcess).toBe(false);
    time.advance(99);
    expect(service.canProcess).toBe(true);
  });

  it('2: counts entries within the window only', () => {
    const time = new VirtualTime();
    const tracker = new TimeBoundedUsageTracker({ windowMs: 200, scheduler: time });
    tracker.add(500);
    expect(tracker.total).toBe(500);
    time.advance(100);
    tracker.add(200);
    expect(tracker.total).toBe(700);
    time.advance(100);
    expect(tracker.total).toBe(200);
    time.advance(200);
    expect(tracker.total).toBe(0);
  });

  it('3: answers all calls in order though its store is not ready the first ten times', () => {
    marbles(({ expectObservable }) => {
      const tracker = new HesitantTracker();
      const service = new SlowService({ modelName: 'm', rateTracker: tracker }, 1);
      const answers$ = merge(...['a', 'b', 'c', 'd'].map((request) => service.call(request)));
      expectObservable(answers$).toBe('-----------(ABCD|)');
    });
  });

  it('4: gives the error that process throws to its caller alone', async () => {
    const error = new Error('no luck');
    const service = LLMService.of({
      modelName: 'm',
      process: (request: string) => {
        if (request === 'bad') throw error;
        return of(request);
      },
    });
    await expect(service.callAsync('bad')).rejects.toBe(error);
    await expect(service.callAsync('good')).resolves.toBe('good');
  });

  it('5: never runs more jobs at once than its class allows, and answers all', () => {
    marbles(({ expectObservable }) => {
      const service = new FewJobsService({ modelName: 'm' });
      const calls = 'abcdefghij'.split('').map((request) => service.call(request));
      const all$ = merge(...calls).pipe(
        toArray(),
        map((answers) => answers.join('')),
      );
      expectObservable(all$).toBe('------(a|)', { a: 'ABCDEFGHIJ' });
      timer(100).subscribe(() => {
        expect(service.mostAtOnce).toBe(5);
      });
    });
  });

  it('6: runs services side by side, each first in, first out, none held up by the other', () => {
    marbles(({ expectObservable }) => {
      const fast = new SlowService({ modelName: 'fast', maxConcurrentJobs: 1 }, 1);
      const slow = new SlowService({ modelName: 'slow', maxConcurrentJobs: 1 }, 5);
      const answers = (service: SlowService) =>
        merge(...['a', 'b', 'c'].map((request) => service.call(request)));
      expectObservable(answers(fast)).toBe('-AB(C|)');
      expectObservable(answers(slow)).toBe('-----A----B----(C|)');
    });
  });

  it('7: acquires resources once, before the first job, and releases them once, after the last', async () => {
    const service = new SlowService({ modelName: 'm' }, 0);
    await runServices([service], () => merge(service.call('a'), service.call('b')));
    await service.close();
    expect(service.log).toEqual(['acquire', 'a', 'b', 'release']);
  });
});

describe('the faults of the original', () => {
  const perWindow = { rateLimit: 100, windowMs: 10 };

  it('1: lets no call out that would take the window over its limit', () => {
    marbles(({ expectObservable }) => {
      const { rateLimit, windowMs } = perWindow;
      const rateTracker = new TimeBoundedUsageTracker({ windowMs });
      const process = (tokens: number) => of(tokens);
      const costOf = (tokens: number) => tokens;
      const service = LLMService.of({ modelName: 'm', rateLimit, rateTracker, costOf, process });
      const calls$ = merge(...[60, 60, 40].map((tokens) => service.call(tokens)));
      expectObservable(calls$).toBe('a---------(ab|)', { a: 60, b: 40 });
      expectObservable(rateTracker.total$).toBe('a---------b---------c', { a: 60, b: 100, c: 0 });
    });
  });

  it('2: sets one timer for the opening of a full window, and does nothing until then', () => {
    const time = new VirtualTime();
    const schedule = jest.spyOn(time, 'schedule');
    const service = LLMService.of({
      modelName: 'm',
      scheduler: time,
      quotas: [quota({ unit: 'requests', limit: 1, windowMs: 60_000, marginMs: 0 })],
      process: (request: string) => of(request),
    });
    merge(service.call('a'), service.call('b')).subscribe();
    expect(schedule.mock.calls.map(([, delay]) => delay)).toEqual([60_000]);
  });

  it('3: lets a call out when the window opens, though an earlier job is still running', () => {
    marbles(({ expectObservable }) => {
      const quotas = [quota({ unit: 'requests', limit: 1, windowMs: 4, marginMs: 0 })];
      const service = new SlowService({ modelName: 'm', quotas }, 10);
      const answers$ = merge(service.call('a'), service.call('b'));
      expectObservable(answers$).toBe('----------A---(B|)');
    });
  });

  it('4: counts a call that a caller repeats again', () => {
    marbles(({ expectObservable }) => {
      const quotas = [quota({ unit: 'requests', limit: 1, windowMs: 5, marginMs: 0 })];
      let attempts = 0;
      const process = () => (++attempts < 3 ? throwError(() => new Error('again')) : of('a'));
      const service = LLMService.of({ modelName: 'm', quotas, process });
      expectObservable(service.call(undefined).pipe(retry(2))).toBe('----------(a|)');
    });
  });

  it('5: bounds its queue', async () => {
    const service = LLMService.of({
      modelName: 'm',
      maxConcurrentJobs: 1,
      queueLimit: 1,
      process: () => NEVER,
    });
    service.call('in flight').subscribe();
    service.call('queued').subscribe();
    await expect(service.callAsync('too many')).rejects.toThrow(QueueFullError);
  });
});

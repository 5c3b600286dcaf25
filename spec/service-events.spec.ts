import {
  config,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  Subscription,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import {
  type CallOptions,
  type EndedEvent,
  type FaultEvent,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  quota,
  type ServiceEvent,
  type StartedEvent,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { networkError, providerError } from './support/provider-error.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Echo = LLMService<string, string>;
type Options = LLMServiceOptions & LLMServiceFunctions<string, string>;
type Step = Exclude<ServiceEvent, FaultEvent>;

const perWindow = (unit: string, limit: number, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

/** Its calls run for 10 ms. */
function echo(scheduler: VirtualTime, options: Partial<Options> = {}): Echo {
  const process = (request: string) => timer(10, scheduler).pipe(map(() => request));
  return LLMService.of({ modelName: 'm', scheduler, process, ...options });
}

/** The steps of the call with that label, or of all. */
function stepsOf({ events$ }: Echo, label?: string): Step[] {
  const steps: Step[] = [];
  events$.subscribe((event) => {
    if (event.type !== 'fault' && (label === undefined || event.label === label)) steps.push(event);
  });
  return steps;
}

const typesOf = (steps: readonly Step[]) => steps.map(({ type }) => type);
const isEnd = (step: Step): step is EndedEvent =>
  step.type === 'completed' || step.type === 'failed' || step.type === 'cancelled';

/** Answers after 10 ms or `fails` then; `stops` answers after 1 ms, and is silent then. */
function processOf(time: VirtualTime): Options['process'] {
  return (request) => {
    if (request === 'stops') return timer(1, 1e6, time).pipe(map((count) => `${count}`));
    const fails = request === 'fails';
    return timer(10, time).pipe(
      mergeMap(() => (fails ? throwError(() => new Error('no')) : of(request))),
    );
  };
}

/** One permit, which another call has from 0 to 10; the subject is called at 3. */
class Scene {
  readonly time = new VirtualTime();
  readonly service: Echo;
  readonly steps: Step[];
  readonly controller = new AbortController();
  readonly ends: unknown[] = [];
  subscription = Subscription.EMPTY;

  constructor(options: Partial<Options> = {}) {
    this.service = echo(this.time, {
      process: processOf(this.time),
      maxConcurrentJobs: 1,
      quotas: [perWindow('tokens', 100, 1_000)],
      costOf: (request) => (request === 'too large' ? 101 : 7),
      retry: { maxAttempts: 1 },
      ...options,
    });
    this.steps = stepsOf(this.service, 'subject');
    endsOf(this.service.call('other'));
  }

  play(request: string, options: CallOptions, acts: Readonly<Record<number, Act>>): void {
    const call$ = this.service.call(request, { label: 'subject', tenant: 't', ...options });
    this.time.schedule(() => {
      this.subscription = call$.subscribe({ error: (error: unknown) => this.ends.push(error) });
    }, 3);
    for (const [at, act] of Object.entries(acts)) this.time.schedule(() => act(this), Number(at));
    this.time.advanceTo(900);
  }
}

type Act = (scene: Scene) => void;

const leave: Act = ({ subscription }) => subscription.unsubscribe();
const abort: Act = ({ controller }) => controller.abort(new Error('stop'));
const abandon: Act = ({ service }) => void service.close({ abandon: true });
const close: Act = ({ service }) => void service.close();
const callAnother: Act = ({ service }) => void endsOf(service.call('another'));

interface Way {
  readonly request?: string;
  readonly call?: CallOptions;
  readonly options?: Partial<Options>;
  readonly acts?: Readonly<Record<number, Act>>;
  /** Whether it started, at 10. */
  readonly started: boolean;
  /** How it ended: type, when, waitMs, runMs, and the code of its error. */
  readonly end: readonly [
    EndedEvent['type'],
    number,
    number | undefined,
    number | undefined,
    string?,
  ];
}

const dropping = { queueLimit: 1, whenQueueFull: 'drop-oldest' } as const;

const WAYS: Record<string, Way> = {
  'is answered': { started: true, end: ['completed', 20, 7, 10] },
  'is answered while the service closes': {
    acts: { 6: close },
    started: true,
    end: ['completed', 20, 7, 10],
  },
  'fails by itself': { request: 'fails', started: true, end: ['failed', 20, 7, 10, 'Error'] },
  'is cancelled while queued': {
    acts: { 6: leave },
    started: false,
    end: ['cancelled', 6, 3, undefined],
  },
  'is cancelled while it works': {
    acts: { 16: leave },
    started: true,
    end: ['cancelled', 16, 7, 6],
  },
  'is cancelled by its signal while queued': {
    acts: { 6: abort },
    started: false,
    end: ['cancelled', 6, 3, undefined],
  },
  'is cancelled by its signal while it works': {
    acts: { 16: abort },
    started: true,
    end: ['cancelled', 16, 7, 6],
  },
  'takes too long while queued': {
    call: { timeout: 4 },
    started: false,
    end: ['failed', 7, 4, undefined, 'CALL_TIMEOUT'],
  },
  'takes too long while it works': {
    call: { timeout: 12 },
    started: true,
    end: ['failed', 15, 7, 5, 'CALL_TIMEOUT'],
  },
  'is queued for too long': {
    call: { queueTimeout: 4 },
    started: false,
    end: ['failed', 7, 4, undefined, 'CALL_TIMEOUT'],
  },
  'has no response for too long': {
    call: { firstChunkTimeout: 5 },
    started: true,
    end: ['failed', 15, 7, 5, 'CALL_TIMEOUT'],
  },
  'has no further response for too long': {
    request: 'stops',
    call: { chunkTimeout: 3 },
    started: true,
    end: ['failed', 14, 7, 4, 'CALL_TIMEOUT'],
  },
  'has not started by its deadline': {
    call: { deadline: 4 },
    started: false,
    end: ['failed', 7, 4, undefined, 'DEADLINE_EXCEEDED'],
  },
  'comes after its deadline': {
    call: { deadline: new Date(1) },
    started: false,
    end: ['failed', 3, 0, undefined, 'DEADLINE_EXCEEDED'],
  },
  'comes to a full queue': {
    options: { queueLimit: 0 },
    started: false,
    end: ['failed', 3, 0, undefined, 'QUEUE_FULL'],
  },
  'is dropped for a newer one': {
    options: dropping,
    acts: { 5: callAnother },
    started: false,
    end: ['failed', 5, 2, undefined, 'QUEUE_FULL'],
  },
  'can never fit': {
    request: 'too large',
    started: false,
    end: ['failed', 3, 0, undefined, 'QUOTA_EXCEEDED'],
  },
  'is abandoned while queued': {
    acts: { 6: abandon },
    started: false,
    end: ['failed', 6, 3, undefined, 'SERVICE_CLOSED'],
  },
  'is abandoned while it works': {
    acts: { 16: abandon },
    started: true,
    end: ['failed', 16, 7, 6, 'SERVICE_CLOSED'],
  },
};

describe('Service.events$, of a call that', () => {
  it.each(Object.entries(WAYS))('%s: tells each step once, with its times', (_name, way) => {
    const scene = new Scene(way.options);
    const signal = way.acts && Object.values(way.acts).includes(abort) ? scene.controller.signal : undefined; // prettier-ignore
    scene.play(way.request ?? 'works', { signal, priority: -2, ...way.call }, way.acts ?? {});
    const { steps } = scene;
    const [type, at, waitMs, runMs, code] = way.end;
    const own = { label: 'subject', tenant: 't', priority: -2, callId: 2 };

    expect(typesOf(steps)).toEqual(['queued', ...(way.started ? ['started'] : []), type]);
    expect(steps[0]).toMatchObject({ ...own, at: 3 });
    if (way.started) expect(steps[1]).toMatchObject({ ...own, at: 10, attempt: 1, waitMs: 7 });
    expect(steps.at(-1)).toMatchObject({ ...own, type, at, attempt: 1, waitMs, runMs });
    expect(codeOf(steps.at(-1)!)).toBe(code);
  });

  it.each(Object.entries(WAYS).filter(([, { end }]) => end[0] === 'failed'))(
    '%s: tells the error that its caller gets, and only that one',
    (_name, way) => {
      const scene = new Scene(way.options);
      scene.play(way.request ?? 'works', way.call ?? {}, way.acts ?? {});
      const end = scene.steps.at(-1) as EndedEvent;

      expect(scene.ends).toHaveLength(1);
      expect(scene.ends[0]).toBe(end.error);
    },
  );

  it.each(Object.entries(WAYS))('%s: counts it in throughput', (_name, way) => {
    const scene = new Scene(way.options);
    const isAborted = Object.values(way.acts ?? {}).includes(abort);
    const signal = isAborted ? scene.controller.signal : undefined;
    const before = scene.service.toJSON().throughput;
    scene.play(way.request ?? 'works', { signal, ...way.call }, way.acts ?? {});
    const { throughput } = scene.service.toJSON();
    const [type] = way.end;

    const isOtherAbandoned = way.acts?.[6] === abandon;
    const others = { completed: isOtherAbandoned ? 0 : 1, failed: isOtherAbandoned ? 1 : 0 };
    const another = way.options === dropping ? 1 : 0;
    const sum = { completed: others.completed + another, failed: others.failed, cancelled: 0 };
    sum[type] += 1;
    expect(before).toMatchObject({ completed: 0, failed: 0, cancelled: 0 });
    expect(throughput).toMatchObject(sum);
  });
});

function codeOf(step: Step): string | undefined {
  if (!isEnd(step) || step.error === undefined) return undefined;
  const { code = 'Error' } = step.error as { code?: string };
  return code;
}

describe('Service.events$', () => {
  it('tells what a call is expected to cost, and what it was settled to', () => {
    const time = new VirtualTime();
    const service = echo(time, {
      quotas: [perWindow('requests', 9, 1_000), perWindow('tokens', 100, 1_000)],
      costOf: () => ({ tokens: 60 }),
      usageOf: () => ({ tokens: 25 }),
    });
    const steps = stepsOf(service);
    service.call('a').subscribe();
    time.flush();

    expect(steps[0]).toMatchObject({ type: 'queued', cost: { tokens: 60 } });
    expect(steps[2]).toMatchObject({ usage: { tokens: 25 }, isEstimated: false });
  });

  it.each([
    ['was counted until it left', { tokens: 3 }, true],
    ['stays as reserved where nothing was reported', {}, true],
  ])('tells of a cancelled call what %s', (what, usage, isEstimated) => {
    const time = new VirtualTime();
    const service = echo(time, {
      process: (_request, context) => {
        if (what.startsWith('was')) context.reportUsage({ tokens: 3 }, { estimated: true });
        return NEVER;
      },
    });
    const steps = stepsOf(service);
    service.call('a').subscribe().unsubscribe();

    expect(steps.at(-1)).toMatchObject({ type: 'cancelled', usage, isEstimated });
  });

  it('tells no usage of a call that never reached the provider', () => {
    const process = () => throwError(() => networkError('ECONNREFUSED'));
    const service = echo(new VirtualTime(), { process, retry: { maxAttempts: 1 } });
    const steps = stepsOf(service);
    endsOf(service.call('a'));

    expect(steps.at(-1)).not.toHaveProperty('usage');
    expect(steps.at(-1)).not.toHaveProperty('isEstimated');
    expect(steps.at(-1)).toMatchObject({ type: 'failed', runMs: 0 });
  });

  it('tells of each try how long it waited, and at the end how long the first did', () => {
    const time = new VirtualTime();
    const process: Options['process'] = (_request, { attempt }) =>
      timer(attempt * 10, time).pipe(mergeMap(() => throwError(() => providerError(500))));
    const retry = { baseMs: 4, random: () => 1, maxAttempts: 3, share: Infinity };
    const service = echo(time, { process, retry, maxConcurrentJobs: 1 });
    const steps = stepsOf(service, 'subject');
    endsOf(service.call('other'));
    time.schedule(() => endsOf(service.call('a', { label: 'subject' })), 3);
    time.flush();

    // Other: 0 to 10, 20 to 40, 48 to 78; the subject between these, in turn.
    expect(steps.map((step) => ({ ...step, error: undefined }))).toMatchObject([
      { type: 'queued', at: 3 },
      { type: 'started', at: 10, attempt: 1, waitMs: 7 },
      { type: 'retrying', at: 20, attempt: 1, delayMs: 4 },
      { type: 'started', at: 40, attempt: 2, waitMs: 20 },
      { type: 'retrying', at: 60, attempt: 2, delayMs: 8 },
      { type: 'started', at: 90, attempt: 3, waitMs: 30 },
      { type: 'failed', at: 120, attempt: 3, waitMs: 7, runMs: 30 },
    ]);
  });

  it('tells of one that ends while it waits for its next try that this has not worked', () => {
    const time = new VirtualTime();
    const process = () => throwError(() => providerError(500));
    const service = echo(time, { process, retry: { baseMs: 50, random: () => 1 } });
    const steps = stepsOf(service);
    endsOf(service.call('a'));
    time.schedule(() => void service.close({ abandon: true }), 20);
    time.flush();

    expect(typesOf(steps)).toEqual(['queued', 'started', 'retrying', 'failed']);
    expect(steps.at(-1)).toMatchObject({ at: 20, attempt: 2, waitMs: 0, runMs: undefined });
  });

  it('tells of calls that resources failed for', () => {
    class Flaky extends LLMService<string, string> {
      protected process(request: string) {
        return of(request);
      }
      override acquireResources() {
        return timer(5, time).pipe(mergeMap(() => throwError(() => new Error('no key'))));
      }
    }
    const time = new VirtualTime();
    const service = new Flaky({ modelName: 'm', scheduler: time });
    const steps = stepsOf(service);
    endsOf(service.call('a'));
    time.flush();

    expect(steps).toMatchObject([{ type: 'queued', at: 0 }, { type: 'failed', at: 5, waitMs: 5 }]); // prettier-ignore
    expect(codeOf(steps[1]!)).toBe('Error');
  });

  it('tells of calls that come to a gate which stays shut for too long', () => {
    const process = () => throwError(() => providerError(429, { 'retry-after': '3600' }));
    const service = echo(new VirtualTime(), { process });
    const steps = stepsOf(service, 'subject');
    endsOf(service.call('a'));
    endsOf(service.call('b', { label: 'subject' }));

    expect(steps).toMatchObject([{ type: 'queued' }, { type: 'failed', waitMs: 0, runMs: undefined }]); // prettier-ignore
    expect(codeOf(steps[1]!)).toBe('RETRY_AFTER_TOO_LONG');
  });

  it('does not know the times of what began before anybody listened', () => {
    const time = new VirtualTime();
    const service = echo(time);
    service.call('a').subscribe();
    time.advanceTo(4);
    const steps = stepsOf(service);
    time.flush();

    expect(steps).toMatchObject([{ type: 'completed', at: 10, waitMs: undefined, runMs: undefined }]); // prettier-ignore
  });

  // It had told how long it was since the call was queued.
  it('tells of a later try how long it waited, or nothing, if nobody listened before', () => {
    const time = new VirtualTime();
    const process: Options['process'] = (request, { attempt }) =>
      timer(10, time).pipe(
        mergeMap(() => (attempt > 1 ? of(request) : throwError(() => providerError(500)))),
      );
    const service = echo(time, { process, retry: { baseMs: 4, random: () => 1 } });
    service.call('a').subscribe();
    time.advanceTo(12);
    const steps = stepsOf(service);
    time.flush();

    expect(steps[0]).toMatchObject({ type: 'started', attempt: 2 });
    expect([4, undefined]).toContain((steps[0] as StartedEvent).waitMs);
  });

  it('completes when the service has closed, also for who comes later', () => {
    const time = new VirtualTime();
    const service = echo(time);
    const types$ = service.events$.pipe(map(({ type }) => type));
    const ends = endsOf(types$);
    service.call('a').subscribe();
    void service.close();
    const before = [...ends];
    time.flush();

    expect(before).toEqual(['queued', 'started']);
    expect(ends).toEqual(['queued', 'started', 'completed', '|']);
    expect(endsOf(types$)).toEqual(['|']);
  });

  it('tells of a fault that is no call’s, beside the call that goes on', () => {
    const process = () =>
      new Observable<string>((subscriber) => {
        subscriber.next('a');
        subscriber.complete();
        return () => {
          throw new Error('teardown');
        };
      });
    const service = echo(new VirtualTime(), { process });
    const told: string[] = [];
    service.events$.subscribe((event) => {
      told.push(event.type === 'fault' ? `fault ${String(event.callId)}` : event.type);
    });

    expect(endsOf(service.call('a'))).toEqual(['a', '|']);
    expect(told).toEqual(['queued', 'started', 'completed', 'fault undefined']);
  });

  it('reads the clock three times a call for who listens, and not once for nobody', () => {
    class Counting extends VirtualTime {
      reads = 0;
      override now = (): number => {
        this.reads += 1;
        return this.frame;
      };
    }
    const readsOf = (listen: (service: Echo) => unknown) => {
      const time = new Counting();
      const service = echo(time, { quotas: [perWindow('requests', 1_000, 1_000)] });
      listen(service);
      time.reads = 0;
      for (let index = 0; index < 100; index++) service.call('a').subscribe();
      time.flush();
      return time.reads;
    };
    const left = ({ events$ }: Echo) => events$.subscribe().unsubscribe();
    const alone = readsOf(() => undefined);

    // When it is queued, and when it is reserved; both ends of the one whose run is measured, and one of 16.
    expect(alone).toBe(208);
    expect(readsOf(({ events$ }) => events$.subscribe())).toBe(alone + 300);
    expect(readsOf(left)).toBe(alone);
  });
});

const WELL_FORMED =
  /^queued( started( retrying started)*( retrying)?)? (completed|failed|cancelled)$/;

describe('Service.events$, a listener', () => {
  it('that throws harms nobody', () =>
    marbles(({ flush }) => {
      const unhandled: unknown[] = [];
      const { onUnhandledError } = config;
      config.onUnhandledError = (error) => unhandled.push(error);
      const time = new VirtualTime();
      const service = echo(time);
      const heard: string[] = [];
      service.events$.subscribe(() => {
        throw new Error('mine');
      });
      service.events$.subscribe(({ type }) => heard.push(type));
      const ends = [endsOf(service.call('a')), endsOf(service.call('b'))];
      time.flush();
      flush();
      config.onUnhandledError = onUnhandledError;

      expect(ends).toEqual([['a', '|'], ['b', '|']]); // prettier-ignore
      expect(heard).toEqual(['queued', 'started', 'queued', 'started', 'completed', 'completed']);
      expect(unhandled).toHaveLength(6);
    }));

  it('hears of what another brings about after what brought it about', () => {
    const service = echo(new VirtualTime(), { process: () => EMPTY });
    const heard: string[] = [];
    service.events$.subscribe(({ type, callId }) => {
      if (type === 'queued' && callId === 1) endsOf(service.call('b'));
    });
    service.events$.subscribe(({ type, callId }) => heard.push(`${callId ?? ''} ${type}`));
    service.call('a').subscribe();

    const inOrder = ['queued', 'started', 'completed'];
    for (const id of [1, 2])
      expect(heard.filter((step) => step.startsWith(`${id}`))).toEqual(
        inOrder.map((type) => `${id} ${type}`),
      );
    expect(heard[0]).toBe('1 queued');
  });

  const steps = ['queued', 'started', 'retrying', 'completed', 'failed', 'cancelled'] as const;
  const acts: Record<string, (stage: Stage) => void> = {
    'cancels that call': ({ calls }) => calls.get('subject')?.next(),
    'cancels the others': ({ calls }) => {
      for (const name of ['before', 'after']) calls.get(name)?.next();
    },
    'makes another call': (stage) => stage.call('another'),
    'makes another call of high priority': (stage) => stage.call('another', { priority: 9 }),
    closes: ({ service }) => void service.close(),
    'closes and abandons': ({ service }) => void service.close({ abandon: true }),
    pauses: ({ service }) => service.pause(),
    'pauses and resumes': ({ service }) => {
      service.pause();
      service.resume();
    },
    'looks at the state': ({ service }) => void service.toJSON(),
    'asks for the wait': ({ service }) => void service.expectedWait('a'),
  };

  /** Two permits, three calls; the subject is the second, and is tried again if it is to be. */
  class Stage {
    readonly time = new VirtualTime();
    /** Who emits makes the caller leave, in that very turn. */
    readonly calls = new Map<string, Subject<void>>();
    readonly heard = new Map<number, string[]>();
    readonly ends: string[] = [];
    readonly service: Echo = echo(this.time, {
      process: (request, { attempt }) => this.process(request, attempt),
      maxConcurrentJobs: 2,
      quotas: [perWindow('requests', 3, 1_000)],
      retry: { baseMs: 4, random: () => 1, share: Infinity },
    });
    private hasActed = false;

    constructor(
      private readonly on: (typeof steps)[number],
      private readonly act: (stage: Stage) => void,
    ) {
      this.service.events$.subscribe((event) => {
        if (event.type === 'fault') return;
        this.heard.set(event.callId, [...(this.heard.get(event.callId) ?? []), event.type]);
        if (event.label !== 'subject' || event.type !== this.on || this.hasActed) return;
        this.hasActed = true;
        this.act(this);
      });
    }

    call(name: string, options: CallOptions = {}): void {
      const left$ = new Subject<void>();
      this.calls.set(name, left$);
      const call$ = this.service.call(name, { label: name, ...options });
      call$.pipe(takeUntil(left$)).subscribe({
        error: () => this.ends.push(name),
        complete: () => this.ends.push(name),
      });
    }

    play(): void {
      for (const name of ['before', 'subject', 'after']) this.call(name);
      this.time.schedule(() => {
        if (this.on === 'cancelled') this.calls.get('subject')?.next();
      }, 5);
      this.time.advanceTo(500);
      this.service.resume();
      this.time.flush();
    }

    private process(request: string, attempt: number): Observable<string> {
      const isToFail =
        request === 'subject' &&
        (this.on === 'failed' || (this.on === 'retrying' && attempt === 1));
      const error = this.on === 'retrying' ? providerError(500) : new Error('no');
      return timer(10, this.time).pipe(
        mergeMap(() => (isToFail ? throwError(() => error) : of(request))),
      );
    }
  }

  const rows = steps
    .flatMap((on) => Object.keys(acts).map((act) => [act, on] as const))
    .filter((row) => row.join() !== 'closes and abandons,queued');

  it.each(rows)('that %s when it hears %s leaves each call with one end', (act, on) => {
    expectOneEndOfEach(act, on);
  });

  // It had closed, and completed events$, before the call that was just queued was told to fail.
  it('that closes and abandons when it hears queued leaves each call with one end', () => {
    expectOneEndOfEach('closes and abandons', 'queued');
  });

  function expectOneEndOfEach(act: string, on: (typeof steps)[number]): void {
    const stage = new Stage(on, acts[act]!);
    stage.play();

    const { service, heard, time } = stage;
    // A call that comes when it has closed is turned away, and was never one of its calls.
    const isTurnedAway = act.startsWith('closes') && (on === 'queued' || on === 'started');
    expect(heard.size).toBe(isTurnedAway ? 2 : act.startsWith('makes') ? 4 : 3);
    for (const types of heard.values()) expect(types.join(' ')).toMatch(WELL_FORMED);
    expect([...heard.values()][1]).toContain(on);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
    expect(service.toJSON().quotas[0]!.reserved).toBe(0);
    expect(time.timers).toBe(0);
    expect(new Set(stage.ends).size).toBe(stage.ends.length);
  }

  it.each(['queued', 'started'])(
    'that cancels a call with timeouts when it hears %s leaves no timer',
    (on) => {
      const time = new VirtualTime();
      const service = echo(time);
      const left$ = new Subject<void>();
      const heard: string[] = [];
      service.events$.subscribe(({ type }) => {
        heard.push(type);
        if (type === on) left$.next();
      });
      const options = { timeout: 50, queueTimeout: 60, firstChunkTimeout: 70, deadline: 80 };
      service.call('a', options).pipe(takeUntil(left$)).subscribe();

      expect(heard).toEqual([
        ...['queued', 'started'].slice(0, on === 'queued' ? 1 : 2),
        'cancelled',
      ]);
      expect(time.timers).toBe(0);
    },
  );

  it('that leaves hears nothing more, not even of what was to be told', () => {
    const service = echo(new VirtualTime(), { process: () => EMPTY });
    const heard: string[] = [];
    const listening = service.events$.subscribe(({ type, callId }) => {
      heard.push(`${callId ?? ''} ${type}`);
      endsOf(service.call('b'));
      listening.unsubscribe();
    });
    service.call('a').subscribe();

    expect(heard).toEqual(['1 queued']);
  });
});

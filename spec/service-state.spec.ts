import { inspect } from 'node:util';
import {
  distinctUntilChanged,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  Subject,
  Subscription,
  throwError,
  timer,
} from 'rxjs';
import {
  type BlockedBy,
  type Done,
  LLMService,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  quota,
  type ServiceState,
  sharedQuota,
} from '../src/index.js';
import { marbles } from './support/marbles.js';
import { providerError } from './support/provider-error.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

type Echo = LLMService<string, string>;
type Options = LLMServiceOptions & LLMServiceFunctions<string, string>;

const perWindow = (unit: string, limit: number | Observable<number>, windowMs: number) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

/** Its calls run for 10 ms. */
function echo(scheduler: VirtualTime, options: Partial<Options> = {}): Echo {
  const process = (request: string) => timer(10, scheduler).pipe(map(() => request));
  return LLMService.of({ modelName: 'm', scheduler, process, ...options });
}

/** Waits for ever for what it must acquire. */
class Starting extends LLMService<string, string> {
  protected process(request: string): Observable<string> {
    return of(request);
  }
  override acquireResources(): Done {
    return NEVER;
  }
}

function statesOf({ state$ }: Echo): ServiceState[] {
  const states: ServiceState[] = [];
  state$.subscribe((state) => states.push(state));
  return states;
}

function inShort({ status, queued, inFlight, retrying }: ServiceState): string {
  return `${status} ${queued}+${inFlight}+${retrying}`;
}

describe('Service.state$', () => {
  it('tells the latest on subscribing, then each change, and completes on close', () =>
    marbles(({ expectObservable }) => {
      const process = (request: string) => timer(10).pipe(map(() => request));
      const service = LLMService.of({ modelName: 'm', maxConcurrentJobs: 1, process });
      const calls$ = merge(timer(1), timer(6)).pipe(mergeMap(() => service.call('a')));
      calls$.subscribe();
      timer(25).subscribe(() => void service.close());
      const inShort$ = service.state$.pipe(map(inShort), distinctUntilChanged());

      const values = {
        a: 'idle 0+0+0',
        b: 'running 0+0+0',
        c: 'running 0+1+0',
        d: 'running 1+1+0',
        e: 'closed 0+0+0',
      };
      expectObservable(inShort$).toBe('a(bc)-d----c---------b---(e|)', values);
    }));

  it('tells at once that it is closing, though calls are still in flight', () => {
    const service = echo(new VirtualTime());
    const states = statesOf(service);
    service.call('a').subscribe();
    void service.close();

    expect(states.at(-1)).toMatchObject({ status: 'closing', inFlight: 1 });
  });

  it('tells at once that it is starting, as open() was called', () => {
    const service = new Starting({ modelName: 'm' });
    const states = statesOf(service);
    service.open();

    expect(states.at(-1)).toMatchObject({ status: 'starting' });
  });

  it('tells who comes when it has closed that it has', () => {
    const service = echo(new VirtualTime());
    void service.close();

    expect(endsOf(service.state$.pipe(map(inShort)))).toEqual(['closed 0+0+0', '|']);
  });

  it('is what toJSON and console.log show', () => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 1 });
    const states = statesOf(service);
    for (const request of ['secret', 'secret']) service.call(request).subscribe();

    expect(service.toJSON()).toEqual(states.at(-1));
    expect(JSON.parse(JSON.stringify(service))).toMatchObject({ queued: 1, inFlight: 1 });
    expect(inspect(service)).toContain('inFlight: 1');
    expect(JSON.stringify(service) + inspect(service, { depth: 9 })).not.toContain('secret');
  });

  it('counts what is queued by priority and tenant', () => {
    const service = echo(new VirtualTime());
    service.pause();
    const options = [{ priority: 5 }, { tenant: 'ada' }, {}, { tenant: 'ada' }, { priority: -1 }];
    const calls = options.map((one) => service.call('a', one).subscribe());
    const lines = () => new Set(service.toJSON().queuedBy);

    expect(lines()).toEqual(
      new Set([
        { priority: 5, tenant: undefined, queued: 1 },
        { priority: 0, tenant: 'ada', queued: 2 },
        { priority: 0, tenant: undefined, queued: 1 },
        { priority: -1, tenant: undefined, queued: 1 },
      ]),
    );
    for (const one of [0, 1, 2, 4]) calls[one]!.unsubscribe();
    expect(lines()).toEqual(new Set([{ priority: 0, tenant: 'ada', queued: 1 }]));
    calls[3]!.unsubscribe();
    expect(lines()).toEqual(new Set());
  });

  it('tells of each quota what is used, reserved and left, and when nothing of it counts', () => {
    const time = new VirtualTime();
    const service = echo(time, {
      quotas: [perWindow('requests', 9, 50), perWindow('tokens', 100, 200)],
      costOf: () => ({ tokens: 60 }),
      usageOf: () => ({ tokens: 25 }),
    });
    const states = statesOf(service);
    const told: Record<number, unknown> = {};
    const tell = (at: number) => {
      time.advanceTo(at);
      const { quotas } = states.at(-1)!;
      told[at] = quotas.map((one) => [one.used, one.reserved, one.remaining, one.resetAt]);
    };
    tell(1);
    service.call('a').subscribe();
    for (const at of [5, 11, 50, 51, 200, 201]) tell(at);

    expect(told).toEqual({
      1: [[0, 0, 9, undefined], [0, 0, 100, undefined]], // prettier-ignore
      5: [[1, 1, 8, 51], [60, 60, 40, 201]], // prettier-ignore
      11: [[1, 0, 8, 51], [25, 0, 75, 201]], // prettier-ignore
      50: [[1, 0, 8, 51], [25, 0, 75, 201]], // prettier-ignore
      51: [[0, 0, 9, undefined], [25, 0, 75, 201]], // prettier-ignore
      200: [[0, 0, 9, undefined], [25, 0, 75, 201]], // prettier-ignore
      201: [[0, 0, 9, undefined], [0, 0, 100, undefined]], // prettier-ignore
    });
  });

  it('shows the gate as it closes, proves and opens, and when it does', () => {
    const time = new VirtualTime();
    const refused = providerError(429, { 'retry-after': '2' });
    const service = echo(time, {
      process: (request, { attempt }) =>
        timer(10, time).pipe(
          mergeMap(() => (attempt > 1 ? of(request) : throwError(() => refused))),
        ),
    });
    const gates: unknown[] = [];
    const gate$ = service.state$.pipe(map(({ gate }) => [gate?.status, gate?.reopensAt]));
    gate$
      .pipe(distinctUntilChanged((one, other) => one.join() === other.join()))
      .subscribe((gate) => gates.push([time.frame, ...gate]));
    service.call('a').subscribe();
    time.flush();

    expect(gates).toEqual([
      [0, 'open', undefined],
      [10, 'closed', 2_010],
      [2_010, 'proving', undefined],
      [2_020, 'open', undefined],
    ]);
  });

  it('counts how calls end, and how many per minute', () => {
    const time = new VirtualTime();
    const service = echo(time, {
      process: (request) =>
        timer(10, time).pipe(
          mergeMap(() => (request === 'a' ? of(request) : throwError(() => new Error('no')))),
        ),
    });
    const states = statesOf(service);
    for (const request of ['a', 'a', 'a', 'b', 'b']) endsOf(service.call(request));
    service.call('c').subscribe().unsubscribe();
    time.advanceTo(2_000);
    service.call('a').subscribe();

    const { throughput } = states.at(-1)!;
    expect(throughput).toEqual({ completed: 3, failed: 2, cancelled: 1, completedPerMinute: 90 });
  });

  it('follows a live bound', () => {
    const bound$ = new Subject<number>();
    const states = statesOf(echo(new VirtualTime(), { maxConcurrentJobs: bound$ }));
    const before = states.at(-1)!.maxConcurrentJobs;
    bound$.next(3);

    expect([before, states.at(-1)!.maxConcurrentJobs]).toEqual([undefined, 3]);
  });

  it('says paused while it is, and goes on where it was', () => {
    const time = new VirtualTime();
    const service = echo(time);
    const states = statesOf(service);
    service.call('a').subscribe();
    service.pause();
    service.call('b').subscribe();
    const paused = states.map(inShort).at(-1);
    service.resume();
    const resumed = states.map(inShort).at(-1);

    expect([paused, resumed]).toEqual(['paused 1+1+0', 'running 0+2+0']);
  });

  it('says paused also of one that has had no call yet', () => {
    const service = echo(new VirtualTime());
    service.pause();

    expect(service.toJSON().status).toBe('paused');
  });

  it('tells once what it does on subscribing', () => {
    expect(statesOf(echo(new VirtualTime()))).toHaveLength(1);
  });

  it('tells nothing twice of one call', () => {
    const time = new VirtualTime();
    const quotas = [perWindow('requests', 9, 50), perWindow('tokens', 100, 200)];
    const service = echo(time, { quotas, costOf: () => ({ tokens: 60 }) });
    const seen: string[] = [];
    service.state$.subscribe((state) => seen.push(JSON.stringify(state)));
    const before = seen.length;
    service.call('a').subscribe();
    time.flush();

    const told = seen.slice(before - 1);
    expect(told.filter((state, index) => state === told[index - 1])).toEqual([]);
    expect(told.length).toBeLessThanOrEqual(9);
  });

  // What a timer lets out has its quota charged, and that is told, before it has left the queue; then nothing is.
  it('tells that a call works which a quota has let out', () => {
    const time = new VirtualTime();
    const service = echo(time, { quotas: [perWindow('requests', 1, 100)] });
    const states = statesOf(service);
    for (const request of ['a', 'b']) service.call(request).subscribe();
    time.advanceTo(105);

    expect({ ...states.at(-1), at: 0 }).toEqual({ ...service.toJSON(), at: 0 });
    expect(states.at(-1)).toMatchObject({ queued: 0, inFlight: 1, blockedBy: undefined });
  });

  it('tells that a call works which a gate has let out', () => {
    const time = new VirtualTime();
    const refused = providerError(429, { 'retry-after': '1' });
    const process: Options['process'] = (_, { attempt }) =>
      attempt > 1 ? NEVER : throwError(() => refused);
    const service = echo(time, { process });
    const states = statesOf(service);
    service.call('a').subscribe();
    time.advanceTo(1_500);

    expect(states.at(-1)).toMatchObject({ queued: 0, inFlight: 1 });
  });

  // Its own charge is told while it is still the first of the queue, and so it waited for itself.
  it('never says that a call waits which starts in that turn', () => {
    const time = new VirtualTime();
    const service = echo(time, { quotas: [perWindow('requests', 1, 100)] });
    const states = statesOf(service);
    service.call('a').subscribe();

    expect(states.filter(({ blockedBy }) => blockedBy)).toEqual([]);
  });

  it('says in each that what is reserved belongs to calls that are queued or in flight', () => {
    const time = new VirtualTime();
    const service = echo(time, { quotas: [perWindow('requests', 2, 100)], maxConcurrentJobs: 2 });
    const states = statesOf(service);
    for (const request of ['a', 'b', 'c', 'd']) service.call(request).subscribe();
    time.flush();

    for (const { quotas, queued, inFlight } of states)
      expect(quotas[0]!.reserved).toBeLessThanOrEqual(queued + inFlight);
  });
});

describe('Service.state$, a listener', () => {
  const acts: Record<string, (service: Echo, mine: Subscription) => void> = {
    'makes another call': (service) => void endsOf(service.call('c')),
    'cancels the call': (_service, mine) => mine.unsubscribe(),
    closes: (service) => void service.close(),
    'closes and abandons': (service) => void service.close({ abandon: true }),
    'pauses and resumes': (service) => {
      service.pause();
      service.resume();
    },
  };
  const whens: Record<string, (state: ServiceState) => boolean> = {
    'a call starts': ({ inFlight }) => inFlight === 1,
    'a call waits': ({ queued }) => queued === 1,
    'a call has ended': ({ throughput }) => throughput.completed === 1,
  };
  const rows = Object.keys(whens).flatMap((when) => Object.keys(acts).map((act) => [act, when]));

  it.each(rows)('that %s when %s is safe', (act, when) => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 1, quotas: [perWindow('requests', 2, 100)] });
    const mine = new Subscription();
    const ends: string[] = [];
    const make = (request: string) =>
      service
        .call(request)
        .subscribe({ error: () => ends.push(request), complete: () => ends.push(request) });
    let hasActed = false;
    service.state$.subscribe((state) => {
      if (hasActed || !whens[when]!(state)) return;
      hasActed = true;
      acts[act]!(service, mine);
    });
    mine.add(make('a'));
    mine.add(make('b'));
    time.flush();

    expect(hasActed).toBe(true);
    expect(ends.length).toBe(new Set(ends).size);
    if (act !== 'cancels the call') expect(ends).toHaveLength(2);
    expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, blockedBy: undefined });
    expect(service.toJSON().quotas[0]!.reserved).toBe(0);
  });
});

interface Case {
  readonly service: Echo;
  readonly time: VirtualTime;
}

/** Why the next call waits, and when it really starts. */
const REASONS: Record<string, [() => Case, BlockedBy, number?]> = {
  paused: [
    () => {
      const time = new VirtualTime();
      const service = echo(time);
      service.call('a').subscribe();
      service.pause();
      return { service, time };
    },
    { reason: 'paused', until: undefined },
  ],
  resources: [
    () => {
      const time = new VirtualTime();
      return { service: new Starting({ modelName: 'm', scheduler: time }), time };
    },
    { reason: 'resources', until: undefined },
  ],
  'a permit, before any run has ended': [
    () => {
      const time = new VirtualTime();
      const service = echo(time, { maxConcurrentJobs: 1 });
      service.call('a').subscribe();
      return { service, time };
    },
    { reason: 'permit', until: undefined },
    10,
  ],
  'a permit, as long as runs take': [
    () => {
      const time = new VirtualTime();
      const service = echo(time, { maxConcurrentJobs: 1 });
      for (const request of ['a', 'b']) service.call(request).subscribe();
      time.advanceTo(13);
      return { service, time };
    },
    { reason: 'permit', until: 20 },
    20,
  ],
  'a permit, and then a quota': [
    () => {
      const time = new VirtualTime();
      const quotas = [perWindow('requests', 2, 100)];
      const service = echo(time, { maxConcurrentJobs: 1, quotas });
      for (const request of ['a', 'b']) service.call(request).subscribe();
      time.advanceTo(13);
      return { service, time };
    },
    { reason: 'permit', until: 100 },
    100,
  ],
  'a permit where a live bound has not emitted': [
    () => {
      const time = new VirtualTime();
      return { service: echo(time, { maxConcurrentJobs: NEVER }), time };
    },
    { reason: 'permit', until: undefined },
  ],
  'a quota': [
    () => {
      const time = new VirtualTime();
      const service = echo(time, { quotas: [perWindow('requests', 1, 100)] });
      time.advanceTo(7);
      service.call('a').subscribe();
      time.advanceTo(30);
      return { service, time };
    },
    { reason: 'quota', unit: 'requests', windowMs: 100, until: 107 },
    107,
  ],
  'the quota that is full longest': [
    () => {
      const time = new VirtualTime();
      const quotas = [perWindow('requests', 1, 100), perWindow('tokens', 10, 300)];
      const service = echo(time, { quotas, costOf: () => ({ tokens: 6 }) });
      service.call('a').subscribe();
      return { service, time };
    },
    { reason: 'quota', unit: 'tokens', windowMs: 300, until: 300 },
    300,
  ],
  'a quota whose limit nobody knows yet': [
    () => {
      const time = new VirtualTime();
      return { service: echo(time, { quotas: [perWindow('requests', NEVER, 100)] }), time };
    },
    { reason: 'quota', unit: 'requests', windowMs: 100, until: undefined },
  ],
  'a gate': [
    () => {
      const time = new VirtualTime();
      const refused = providerError(429, { 'retry-after': '2' });
      const process: Options['process'] = (request) =>
        request === 'a' ? throwError(() => refused) : of(request);
      const service = echo(time, { process, retry: { maxAttempts: 1 } });
      endsOf(service.call('a'));
      time.advanceTo(500);
      return { service, time };
    },
    { reason: 'gate', until: 2_000 },
    2_000,
  ],
  'a gate that is longer shut than a quota': [
    () => {
      const time = new VirtualTime();
      const refused = providerError(429, { 'retry-after': '2' });
      const process: Options['process'] = (request) =>
        request === 'a' ? throwError(() => refused) : of(request);
      const quotas = [perWindow('requests', 1, 1_000)];
      const service = echo(time, { process, quotas, retry: { maxAttempts: 1 } });
      endsOf(service.call('a'));
      return { service, time };
    },
    { reason: 'gate', until: 2_000 },
    2_000,
  ],
};

describe('Service.state$, blockedBy', () => {
  it.each(Object.entries(REASONS))('is %s', (_name, [make, blockedBy, startsAt]) => {
    const { service, time } = make();
    const starts: number[] = [];
    service.call('subject', { label: 'subject' }).subscribe();
    service.events$.subscribe(({ type, label, at }) => {
      if (type === 'started' && label === 'subject') starts.push(at);
    });

    expect(service.toJSON().blockedBy).toEqual(blockedBy);
    time.flush();
    expect(starts).toEqual(startsAt === undefined ? [] : [startsAt]);
  });

  it.each(Object.entries(REASONS))('is not %s any more when the call has left', (_name, [make]) => {
    const { service } = make();
    const states = statesOf(service);
    service.call('subject').subscribe().unsubscribe();

    expect(service.toJSON().blockedBy).toBeUndefined();
    expect(states.at(-1)!.blockedBy).toBeUndefined();
  });

  /** One service waits for much of a pool of 10 per 100 ms; another, that came later, for a little. */
  const inTurn = () => {
    const time = new VirtualTime();
    const pool = sharedQuota(perWindow('tokens', 10, 100));
    const make = () => echo(time, { quotas: [pool], costOf: (request) => request.length });
    const [first, second] = [make(), make()];
    for (const request of ['a'.repeat(8), 'a'.repeat(9)]) first.call(request).subscribe();
    second.call('a').subscribe();
    return { first, second };
  };

  it('is the turn of others who came before to what is shared', () => {
    const { first, second } = inTurn();

    expect(first.toJSON().blockedBy).toEqual({ reason: 'quota', unit: 'tokens', windowMs: 100, until: 100 }); // prettier-ignore
    expect(second.toJSON().blockedBy).toMatchObject({ reason: 'turn', unit: 'tokens', windowMs: 100 }); // prettier-ignore
  });

  // It had said: now.
  it('does not say until when it is the turn of others, as it cannot know', () => {
    expect(inTurn().second.toJSON().blockedBy!.until).toBeUndefined();
  });

  it('is undefined while nothing waits, though all permits and quotas are used', () => {
    const time = new VirtualTime();
    const service = echo(time, { maxConcurrentJobs: 1, quotas: [perWindow('requests', 1, 100)] });
    const before = service.toJSON().blockedBy;
    service.call('a').subscribe();

    expect([before, service.toJSON().blockedBy]).toEqual([undefined, undefined]);
  });

  it('is undefined while calls only wait for their next try', () => {
    const time = new VirtualTime();
    const process = () => throwError(() => providerError(500));
    const service = echo(time, { process, retry: { baseMs: 100, random: () => 1 } });
    endsOf(service.call('a'));

    expect(service.toJSON()).toMatchObject({ queued: 0, retrying: 1, blockedBy: undefined });
  });

  it('is of the call that goes next, not of the one that came first', () => {
    const time = new VirtualTime();
    const quotas = [perWindow('tokens', 10, 100), perWindow('requests', 9, 100)];
    const service = echo(time, { quotas, costOf: (request) => ({ tokens: request.length }) });
    service.call('aaaaaa').subscribe();
    time.advanceTo(20);
    service.call('aa').subscribe();
    service.call('aaaaa').subscribe();
    const first = service.toJSON().blockedBy!.until;
    service.call('aaaaaaaaaa', { priority: 1 }).subscribe();

    expect([first, service.toJSON().blockedBy!.until]).toEqual([100, 120]);
  });

  // It had said, again and again: as long from now as runs take.
  it('says the same instant for as long as it waits for the answer to a probe', () => {
    const time = new VirtualTime();
    const process: Options['process'] = (_request, { callId }) =>
      timer(400, time).pipe(
        mergeMap(() =>
          callId === 2 ? throwError(() => providerError(429, { 'retry-after': '2' })) : of('x'),
        ),
      );
    const service = echo(time, { process, retry: { maxAttempts: 1 } });
    endsOf(service.call('long ago'));
    time.advanceTo(600);
    endsOf(service.call('a'));
    time.advanceTo(2_000);
    for (const request of ['b', 'c']) endsOf(service.call(request));
    const untils = [3_100, 3_200, 3_300].map((at) => {
      time.advanceTo(at);
      return service.toJSON().blockedBy;
    });

    expect(untils).toEqual(untils.map(() => ({ reason: 'gate', until: 3_400 })));
  });

  it('never says that a call starts in the past, when a run takes longer than others did', () => {
    const time = new VirtualTime();
    const process: Options['process'] = (request) =>
      timer(Number(request), time).pipe(map(() => request));
    const service = echo(time, { process, maxConcurrentJobs: 1 });
    for (const request of ['10', '500', '10']) service.call(request).subscribe();
    time.advanceTo(300);

    expect(service.toJSON().blockedBy).toEqual({ reason: 'permit', until: 300 });
  });
});

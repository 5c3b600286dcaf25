import { BehaviorSubject, map, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import type { DashboardService } from '../../src/dashboard/index.js';
import { Feed, type FeedOptions } from '../../src/dashboard/feed/feed.js';
import type { Hello, Sample, ServiceSample } from '../../src/dashboard/protocol.js';
import {
  budget,
  type LLMServiceOptions,
  LLMService,
  quota,
  requestsPerMinute,
  type ServiceEvent,
  tokensPerMinute,
  type Usage,
} from '../../src/index.js';
import { providerError } from '../../src/testing/provider-error.js';
import { VirtualTime } from '../support/virtual-time.js';

interface Request {
  readonly ms?: number;
  readonly tokens?: number;
  readonly fails?: Error;
}

let time: VirtualTime;
let feed: Feed | undefined;

beforeEach(() => {
  time = new VirtualTime();
});

afterEach(() => feed?.stop());

function serviceWith(options: Partial<LLMServiceOptions> = {}) {
  return LLMService.of({
    modelName: 'm',
    scheduler: time,
    ...options,
    costOf: ({ tokens }: Request) => (tokens === undefined ? {} : { tokens }),
    usageOf: (usage: { tokens: number }) => usage,
    process: ({ ms = 0, tokens = 0, fails }: Request) =>
      fails ? throwError(() => fails) : timer(ms, time).pipe(map(() => ({ tokens }))),
  });
}

type TestService = ReturnType<typeof serviceWith>;

function feedOf(services: readonly DashboardService[], options: Partial<FeedOptions> = {}) {
  return (feed = new Feed(services, {
    title: 'a title',
    everyMs: 250,
    historyMs: 60_000,
    scheduler: time,
    canPause: false,
    canSetLimit: () => false,
    detailOf: () => undefined,
    ...options,
  }));
}

function call(service: TestService, request: Request = {}, options = {}) {
  return service.call(request, options).subscribe({ error: () => undefined });
}

/** What a page that opens now sees of the first service. */
function seen(of: Feed): ServiceSample {
  return of.hello().sample.services[0]!;
}

describe('a sample', () => {
  it('shows each quota: its window, what is charged, reserved and left, and when that is free again', () => {
    const service = serviceWith({ quotas: [tokensPerMinute(1_000)] });
    const shown = feedOf([service]);
    call(service, { tokens: 300, ms: 1_000 });
    time.advance(10_000);
    call(service, { tokens: 500, ms: 1_000 });

    expect(seen(shown).quotas).toEqual([
      {
        key: 'tokens/60000',
        name: 'tokens per minute',
        unit: 'tokens',
        limit: 1_000,
        windowMs: 60_000,
        used: 800,
        reserved: 500,
        usedByOthers: 0,
        remaining: 200,
        resetsInMs: 60_250,
        canSetLimit: false,
      },
    ]);
  });

  it('has null where nothing is known and where nothing ends, as JSON knows no other word', () => {
    const quotas = [budget({ unit: 'usd', limit: 5 }), tokensPerMinute(new Subject<number>())];
    const sample = seen(feedOf([serviceWith({ quotas, maxConcurrentJobs: Infinity })]));

    expect(JSON.parse(JSON.stringify(sample))).toEqual(sample);
    expect(sample).toMatchObject({
      maxConcurrentJobs: null,
      blockedBy: null,
      waitMs: null,
      runMs: null,
      quotas: [
        { name: 'usd budget', windowMs: null, limit: 5, resetsInMs: null },
        { name: 'tokens per minute', limit: null },
      ],
    });
  });

  it('tells quotas apart that count the same', () => {
    const quotas = [requestsPerMinute(5), requestsPerMinute(7), quotaOf(10_000)];
    const { quotas: shown } = seen(feedOf([serviceWith({ quotas })]));

    expect(shown.map(({ key, name }) => [key, name])).toEqual([
      ['requests/60000', 'requests per minute'],
      ['requests/60000/2', 'requests per minute'],
      ['requests/10000', 'requests per 10 s'],
    ]);
  });

  it('shows queued and running calls by priority and tenant, the highest priority first', () => {
    const service = serviceWith({ maxConcurrentJobs: 2 });
    const shown = feedOf([service]);
    call(service, { ms: 100 }, { priority: 1, tenant: 'b' });
    call(service, { ms: 200 }, { priority: 5 });
    call(service, {}, { priority: 1, tenant: 'b' });
    call(service, {}, { priority: 1, tenant: 'a' });
    call(service, {}, { priority: 1, tenant: '' });

    expect(seen(shown)).toMatchObject({ queued: 3, inFlight: 2 });
    expect(seen(shown).lines).toEqual([
      { priority: 5, tenant: null, queued: 0, inFlight: 1 },
      { priority: 1, tenant: '', queued: 1, inFlight: 0 },
      { priority: 1, tenant: 'a', queued: 1, inFlight: 0 },
      { priority: 1, tenant: 'b', queued: 1, inFlight: 1 },
    ]);
    time.advance(1_000);
    expect(seen(shown).lines).toEqual([]);
  });

  it.each([
    ['cancelled', (service: TestService) => call(service, { ms: 9 }).unsubscribe()],
    ['failed', (service: TestService) => call(service, { fails: new Error() })],
  ])('does not count a call as running that has %s', (_, end) => {
    const service = serviceWith();
    const shown = feedOf([service]);
    end(service);

    expect(seen(shown).lines).toEqual([]);
  });

  it('keeps to the first lines where there are many, and counts the others', () => {
    const service = serviceWith({ maxConcurrentJobs: 1 });
    const shown = feedOf([service]);
    for (let tenant = 0; tenant < 100; tenant++) call(service, { ms: 1 }, { tenant: `${tenant}` });

    expect(seen(shown).lines).toHaveLength(24);
    expect(seen(shown).linesLeftOut).toBe(76);
  });

  it('says what the next call waits for, and in how long it starts', () => {
    const service = serviceWith({ quotas: [requestsPerMinute(1)] });
    const shown = feedOf([service]);
    call(service);
    time.advance(20_000);
    call(service);

    expect(seen(shown).blockedBy).toEqual({
      reason: 'quota',
      quota: 'requests per minute',
      startsInMs: 40_250,
    });
    service.pause();
    expect(seen(shown)).toMatchObject({
      status: 'paused',
      blockedBy: { reason: 'paused', quota: null, startsInMs: null },
    });
  });

  it('says that the gate is closed, and in how long it opens', () => {
    const service = serviceWith({ retry: { maxAttempts: 1 } });
    const shown = feedOf([service]);
    call(service, { fails: providerError(429, { 'retry-after': '7' }) });
    time.advance(2_000);

    expect(seen(shown).gate).toEqual({ status: 'closed', opensInMs: 5_000 });
  });

  it('gives quantiles of how long the latest calls waited and ran', () => {
    const service = serviceWith({ maxConcurrentJobs: 1 });
    const shown = feedOf([service]);
    for (let ms = 1; ms <= 20; ms++) call(service, { ms });
    time.advance(1_000);

    expect(seen(shown).runMs).toEqual({ calls: 20, p50: 10, p95: 19, max: 20 });
    expect(seen(shown).waitMs).toMatchObject({ calls: 20, max: 190 });
  });

  it('shows durations and what was spent as they are now, however often it is looked at', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    const look = () => {
      const { runMs, spent } = seen(shown);
      return { max: runMs?.max, tokens: spent['tokens'] };
    };
    call(service, { ms: 5, tokens: 10 });
    time.advance(5);
    const first = look();
    call(service, { ms: 9, tokens: 10 });
    time.advance(9);

    expect(first).toEqual({ max: 5, tokens: 10 });
    expect(look()).toEqual({ max: 9, tokens: 20 });
  });

  it('forgets durations that many calls have followed', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    call(service, { ms: 9_999 });
    time.advance(10_000);
    for (let index = 0; index < 256; index++) call(service, { ms: 5 });
    time.advance(10_000);

    expect(seen(shown).runMs).toEqual({ calls: 256, p50: 5, p95: 5, max: 5 });
  });

  it('sums up what was settled, and by label, those first that took most', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    call(service, { tokens: 10 }, { label: 'small' });
    call(service, { tokens: 70 }, { label: 'large' });
    call(service, { tokens: 5 }, { label: 'small' });
    call(service, { tokens: 20 });
    time.advance(1);

    const { spent, spentBy, labelsLeftOut } = seen(shown);
    expect(spent).toEqual({ tokens: 105 });
    expect(labelsLeftOut).toBe(0);
    expect(spentBy).toEqual([
      { label: 'large', calls: 1, spent: { tokens: 70 } },
      { label: null, calls: 1, spent: { tokens: 20 } },
      { label: 'small', calls: 2, spent: { tokens: 15 } },
    ]);
  });

  it('keeps a bounded number of labels, and the whole sum', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    for (let label = 0; label < 1_500; label++) call(service, { tokens: 1 }, { label: `${label}` });
    time.advance(1);

    expect(seen(shown)).toMatchObject({ spent: { tokens: 1_500 }, labelsLeftOut: 1_488 });
    expect(seen(shown).spentBy).toHaveLength(12);
  });

  it('is bounded however long labels and tenants are', () => {
    const long = 'ä"<\u2028\ud800'.repeat(200_000);
    const service = serviceWith({ maxConcurrentJobs: 1 });
    const shown = feedOf([service]);
    call(service, { tokens: 3 }, { label: long, tenant: `${long}1` });
    time.advance(1);
    call(service, { ms: 1 }, { label: long, tenant: `${long}2` });
    call(service, {}, { label: long, tenant: `${long}3` });

    const sample = seen(shown);
    expect(JSON.stringify(sample).length).toBeLessThan(20_000);
    expect(sample.spentBy).toMatchObject([{ calls: 1, spent: { tokens: 3 } }]);
    expect(sample.spentBy[0]!.label).toMatch(/^ä"<[^]*…$/);
    expect(sample.lines).toEqual([
      { priority: 0, tenant: sample.spentBy[0]!.label, queued: 1, inFlight: 1 },
    ]);
  });

  it('is bounded however many units calls are settled in, and leaves out what is no number', () => {
    const service = serviceWith();
    const events$ = new Subject<ServiceEvent>();
    const shown = feedOf([withEvents(service, events$)]);
    for (let unit = 0; unit < 500; unit++) events$.next(ended({ tokens: 1, [`u${unit}`]: 1 }));
    events$.next(ended(Object.fromEntries(Array.from({ length: 500 }, (_, unit) => [unit, 1]))));
    events$.next(ended({ tokens: NaN, usd: Infinity }));

    const { spent, events } = seen(shown);
    expect(spent).toMatchObject({ tokens: 500, u0: 1 });
    expect(Object.keys(spent)).toHaveLength(32);
    expect(events.slice(-2).map((event) => Object.keys(event.spent!).length)).toEqual([32, 0]);
  });

  it.each(['__proto__', 'constructor', '</script>'])(
    'takes the unit %s for one of many',
    (unit) => {
      const service = serviceWith();
      const events$ = new Subject<ServiceEvent>();
      const shown = feedOf([withEvents(service, events$)]);
      events$.next(ended(Object.fromEntries([[unit, 5]])));

      const { spent } = JSON.parse(JSON.stringify(seen(shown))) as ServiceSample;
      expect(Object.entries(spent)).toEqual([[unit, 5]]);
    },
  );

  it('keeps labels apart that are names of what every object has', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    call(service, { tokens: 1 }, { label: '__proto__' });
    call(service, { tokens: 2 }, { label: 'constructor' });
    time.advance(1);

    expect(seen(shown).spentBy.map(({ label }) => label)).toEqual(['constructor', '__proto__']);
  });
});

describe('events in samples', () => {
  it('hold no prompt, no answer and no words of an error', () => {
    const SECRET = 'sk-very-secret';
    const service = LLMService.of({
      modelName: 'm',
      scheduler: time,
      process: (prompt: string) =>
        prompt.startsWith('bad')
          ? throwError(() => Object.assign(new Error(prompt), { status: 400, body: prompt }))
          : of(`answer: ${prompt}`),
    });
    const shown = (feed = new Feed([service], { ...options(), detailOf: () => undefined }));
    service.call(`good ${SECRET}`).subscribe();
    service.call(`bad ${SECRET}`).subscribe({ error: () => undefined });

    expect(JSON.stringify(shown.hello())).not.toContain(SECRET);
    expect(seen(shown).events.map(({ type, error }) => [type, error])).toEqual([
      ['queued', null],
      ['started', null],
      ['completed', null],
      ['queued', null],
      ['started', null],
      ['failed', 'Error 400'],
    ]);
  });

  it('hold what the user says of them', () => {
    const service = serviceWith();
    const shown = feedOf([service], { detailOf: ({ type, callId }) => `${type} of ${callId}` });
    call(service);

    expect(seen(shown).events.map(({ detail }) => detail)).toEqual(['queued of 1', 'started of 1']);
  });

  it.each<[string, FeedOptions['detailOf'], string | null]>([
    ['throws', () => { throw new Error('no'); }, 'detailOf threw'], // prettier-ignore
    ['gives no text', () => 5 as never, null],
    ['gives a long text', () => 'x'.repeat(9_999), 'x'.repeat(2_000)],
  ])('survive a function that %s', (_, detailOf, expected) => {
    const service = serviceWith();
    const shown = feedOf([service], { detailOf });
    call(service, { ms: 1 });

    expect(seen(shown).events[0]!.detail).toBe(expected);
  });

  it('are the latest of many; the others are counted', () => {
    const service = serviceWith();
    const samples = listen(feedOf([service]));
    for (let index = 0; index < 400; index++) call(service);
    time.advance(250);

    const { events, eventsLeftOut } = samples[0]!.services[0]!;
    expect(events).toHaveLength(20);
    expect(events.at(-1)!.number).toBe(events.length + eventsLeftOut);
    expect(eventsLeftOut).toBeGreaterThan(700);
  });

  it('reach every page once, whenever it opens', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    const early = listen(shown);
    call(service, { ms: 400 });
    time.advance(300);
    // Between two samples: those who are there must not lose it to who comes.
    call(service, { ms: 400 });
    const hello = shown.hello().sample;
    const late = listen(shown);
    time.advance(500);

    expect(numbers([hello])).toEqual([1, 2]);
    expect(numbers(early)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers(late)).toEqual([3, 4, 5, 6]);
  });
});

describe('sampling', () => {
  it('tells a page that opens alone what is so now, not what the one before it was told', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    time.advance(0);
    const before = JSON.parse(shown.helloText()) as Hello;
    call(service, { ms: 400 });
    const after = JSON.parse(shown.helloText()) as Hello;

    expect([before, after].map(({ sample }) => sample.services[0]!.inFlight)).toEqual([0, 1]);
  });

  it('goes on only while somebody listens, and takes one sample for all', () => {
    const service = serviceWith();
    const looks = jest.spyOn(service, 'toJSON');
    const shown = feedOf([service]);
    time.advance(0);
    looks.mockClear();
    const pages = Array.from({ length: 100 }, () => shown.samples$.subscribe());
    time.advance(10_000);
    const [open] = [looks.mock.calls.length];
    for (const page of pages) page.unsubscribe();
    looks.mockClear();
    time.advance(10_000);

    expect(open).toBe(40 + 10); // four samples a second, and a point
    expect(looks).toHaveBeenCalledTimes(10);
  });

  it('keeps a point a second of the last minutes for a page that opens later', () => {
    const service = serviceWith({ quotas: [tokensPerMinute(1_000)], maxConcurrentJobs: 1 });
    const shown = feedOf([service], { historyMs: 5_000 });
    time.advance(8_500);
    call(service, { tokens: 400, ms: 10_000 });
    call(service, { tokens: 100 });
    time.advance(1_000);

    const points = shown.hello().history[service.name]!;
    expect(points.map(({ at }) => at - time.now() + 500)).toEqual([-5_000, -4_000, -3_000, -2_000, -1_000, 0]); // prettier-ignore
    expect(points.at(-1)).toEqual({
      at: expect.any(Number),
      queued: 1,
      inFlight: 1,
      completed: 0,
      used: { 'tokens/60000': 400 },
      limits: { 'tokens/60000': 1_000 },
    });
  });

  it.each([
    ['a day goes back', 86_400_000, (service: TestService) => service],
    ['the clock of a service stands still', 600_000, withoutClock],
  ])('keeps 601 points at most where %s', (_, historyMs, of) => {
    const service = serviceWith();
    const shown = feedOf([of(service)], { historyMs });
    time.advance(2 * historyMs);

    const points = shown.hello().history[service.name]!;
    expect(points).toHaveLength(601);
    expect(points.at(-1)!.at).toBe(of(service).toJSON().at);
  });

  it('makes what a page is told first once for all that open between two samples', () => {
    const shown = feedOf([serviceWith()]);
    shown.samples$.subscribe();
    time.advance(250);
    const texts = [shown.helloText(), shown.helloText()];
    time.advance(250);

    expect(texts[1]).toBe(texts[0]);
    expect(JSON.parse(shown.helloText())).toEqual(shown.hello());
    expect(shown.helloText()).not.toBe(texts[0]);
  });

  it('leaves no timer and no listener when it is stopped', () => {
    const service = serviceWith();
    const shown = feedOf([service]);
    time.advance(5_000);
    shown.stop();

    expect(time.timers).toBe(0);
    call(service, { ms: 1 });
    time.advance(1_000);
    expect(seen(shown).events).toEqual([]);
  });

  it('goes on when a service has closed', async () => {
    const service = serviceWith();
    const shown = feedOf([service, ...others()]);
    await service.close();
    const samples = listen(shown);
    time.advance(250);

    expect(samples[0]!.services.map(({ status }) => status)).toEqual(['closed', 'idle']);
  });

  it('shows a limit as soon as it has changed', () => {
    const limit$ = new BehaviorSubject(100);
    const samples = listen(feedOf([serviceWith({ quotas: [tokensPerMinute(limit$)] })]));
    time.advance(250);
    limit$.next(250);
    time.advance(250);

    expect(samples.map(({ services }) => services[0]!.quotas[0]!.limit)).toEqual([100, 250]);
  });
});

describe('a service that fails', () => {
  it('to say what it does is shown as it last was, with one fault, and takes nothing from others', () => {
    const service = serviceWith();
    const looks = jest.spyOn(service, 'toJSON');
    const samples = listen(feedOf([service, ...others()]));
    call(service, { ms: 90_000 });
    time.advance(1_100);
    looks.mockImplementation(() => {
      throw new Error('sk-secret');
    });
    time.advance(1_000);
    looks.mockRestore();
    service.pause();
    time.advance(1_000);

    const shown = samples.map(({ services }) => services.map(({ status }) => status).join());
    expect([...new Set(shown)]).toEqual(['running,idle', 'paused,idle']);
    expect(shown).toHaveLength(12);
    const events = samples.flatMap(({ services }) => services[0]!.events);
    expect(events.map(({ type, error }) => [type, error])).toEqual([
      ['queued', null],
      ['started', null],
      ['fault', 'Error'],
    ]);
    expect(JSON.stringify(samples)).not.toContain('sk-secret');
  });

  it('to tell its events is shown without them: a fault, and no call that runs for ever', () => {
    const service = serviceWith();
    const events$ = new Subject<ServiceEvent>();
    service.events$.subscribe(events$);
    const shown = feedOf([withEvents(service, events$), ...others()]);
    call(service, { ms: 100 });
    events$.error(new TypeError('no more'));
    time.advance(500);

    expect(seen(shown).events.at(-1)).toMatchObject({ type: 'fault', error: 'TypeError' });
    expect(seen(shown).lines).toEqual([]);
    expect(seen(shown).throughput.completed).toBe(1);
  });

  it('may tell events while it says what it does', () => {
    const service = serviceWith();
    const events$ = new Subject<ServiceEvent>();
    const telling = withEvents(service, events$);
    telling.toJSON = () => {
      events$.next({ type: 'fault', at: time.now(), error: new Error() });
      return service.toJSON();
    };
    const samples = listen(feedOf([telling]));
    time.advance(500);

    expect(numbers(samples)).toEqual([1, 2, 3]); // one of a point
  });
});

function withoutClock(service: TestService): DashboardService {
  return { ...withEvents(service, NEVER), toJSON: () => ({ ...service.toJSON(), at: 7 }) };
}

/** A call that was settled to so much. */
function ended(usage: Usage): ServiceEvent {
  const step = { callId: 1, label: undefined, tenant: undefined, priority: 0, at: 0 };
  return { ...step, type: 'completed', attempt: 1, waitMs: 1, runMs: 1, usage };
}

function withEvents(service: TestService, events$: Observable<ServiceEvent>) {
  const { name, modelName } = service;
  const [pause, resume] = [() => service.pause(), () => service.resume()];
  return { name, modelName, events$, pause, resume, toJSON: () => service.toJSON() };
}

function options(): FeedOptions {
  return {
    ...{ title: 't', everyMs: 250, historyMs: 60_000, scheduler: time, canPause: false },
    canSetLimit: () => false,
    detailOf: () => undefined,
  };
}

function others() {
  return [LLMService.of({ modelName: 'other', scheduler: time, process: () => NEVER })];
}

function quotaOf(windowMs: number) {
  return quota({ unit: 'requests', limit: 3, windowMs });
}

function listen(to: Feed): Sample[] {
  const samples: Sample[] = [];
  to.samples$.subscribe((text) => samples.push(JSON.parse(text) as Sample));
  return samples;
}

function numbers(samples: readonly Sample[]): number[] {
  return samples.flatMap(({ services }) => services[0]!.events.map(({ number }) => number));
}

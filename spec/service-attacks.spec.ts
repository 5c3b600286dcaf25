import { BehaviorSubject, map, NEVER, of, Subject, switchMap, timer } from 'rxjs';
import { LLMService, quota, requestsPerMinute, type ServiceState } from '../src/index.js';
import { endsOf } from './support/retries.js';
import { VirtualTime } from './support/virtual-time.js';

const perWindow = (unit: string, limit: number, windowMs = 1_000) =>
  quota({ unit, limit, windowMs, marginMs: 0 });

describe('Service, options of a call', () => {
  it('are read once: what their owner changes later does not pass the door', () => {
    const scheduler = new VirtualTime();
    const service = LLMService.of({ modelName: 'm', scheduler, process: () => NEVER });
    const options = { timeout: 20 };
    const call$ = service.call('a', options);
    options.timeout = NaN;
    const ends = [endsOf(call$), endsOf(service.call('b', { timeout: 30 }))];
    scheduler.advanceTo(30);

    expect(ends).toMatchObject([[{ afterMs: 20 }], [{ afterMs: 30 }]]);
    expect(scheduler.timers).toBe(0);
  });

  it.each([
    ['inherited', Object.create({ timeout: NaN }) as object],
    ['null', null],
    ['a number', 0],
  ])('are checked: %s', (_what, options) => {
    const service = LLMService.of({ modelName: 'm', process: () => of('a') });

    expect(() => service.call('a', options as object)).toThrow(/option call/);
  });
});

describe('Service, a caller who leaves while the cost is estimated', () => {
  it('is heard of no more, and leaves no listener', () => {
    const questions$ = new Subject<string>();
    const events: string[] = [];
    const controller = new AbortController();
    const listening = jest.spyOn(controller.signal, 'addEventListener');
    const service = LLMService.of({
      modelName: 'm',
      costOf: (question: string) => {
        if (question === 'first') questions$.next('second');
        return { tokens: 1 };
      },
      process: (question: string) => of(question),
    });
    service.events$.subscribe(({ type, callId }) => events.push(`${callId} ${type}`));
    const { signal } = controller;
    const seen: string[] = [];
    questions$
      .pipe(switchMap((question) => service.call(question, { signal })))
      .subscribe((answer) => seen.push(answer));
    questions$.next('first');

    expect(seen).toEqual(['second']);
    expect(events.map((event) => event.split(' ')[1])).toEqual(['queued', 'started', 'completed']);
    expect(listening).toHaveBeenCalledTimes(1);
  });
});

describe('Service, what is forecast', () => {
  /** One call has run for so long; then there are as many as the bound lets out. */
  function running(bound: number, runMs: (request: number) => number) {
    const scheduler = new VirtualTime();
    const bound$ = new BehaviorSubject(bound);
    const service = LLMService.of({
      modelName: 'm',
      scheduler,
      maxConcurrentJobs: bound$,
      process: (request: number) => timer(runMs(request), scheduler).pipe(map(() => request)),
    });
    return { scheduler, bound$, service };
  }

  it('forgets how long one runs that does not end', () => {
    const { scheduler, service } = running(2, (ms) => ms);
    endsOf(service.call(60_000));
    scheduler.advance(60_000);
    endsOf(service.call(3_600_000));
    for (let n = 0; n < 500; n++) {
      endsOf(service.call(100));
      scheduler.advance(100);
    }
    endsOf(service.call(100));

    expect(service.expectedWait(1)).toBeLessThan(300);
  });

  it('waits for those above a bound that was lowered, each but once', () => {
    const { scheduler, bound$, service } = running(10, () => 1_000);
    endsOf(service.call(0));
    scheduler.advance(1_000);
    for (let n = 0; n < 10; n++) endsOf(service.call(n));
    bound$.next(2);
    const ends = endsOf(service.call(1, { deadline: 1_000 }));

    expect(service.expectedWait(1)).toBe(1_000);
    scheduler.advance(3_000);
    expect(ends).toEqual([1, '|']);
  });

  it('learns nothing of an estimate of nothing', () => {
    const scheduler = new VirtualTime();
    const service = LLMService.of({
      modelName: 'm',
      scheduler,
      quotas: [perWindow('tokens', 100_000, 60_000)],
      maxConcurrentJobs: 1,
      costOf: (tokens: number) => ({ tokens }),
      usageOf: (tokens: number) => ({ tokens: tokens || 800 }),
      process: (tokens: number) => timer(100, scheduler).pipe(map(() => tokens)),
    });
    endsOf(service.call(0));
    scheduler.advance(100);
    for (let n = 0; n < 5; n++) endsOf(service.call(1_000));

    expect(service.expectedWait(1_000)).toBe(500);
  });
});

describe('Service, who hears the first of what it tells', () => {
  it('hears what he brings about by that', () => {
    const service = LLMService.of({
      modelName: 'm',
      quotas: [requestsPerMinute(1)],
      process: () => NEVER,
    });
    const can: boolean[] = [];
    service.canProcess$.subscribe((canProcess) => {
      can.push(canProcess);
      if (can.length === 1) endsOf(service.call('a'));
    });
    const states: ServiceState[] = [];
    service.state$.subscribe((state) => {
      states.push(state);
      if (states.length === 1) void service.close({ abandon: true });
    });

    expect(can).toEqual([true, false]);
    expect(states.map(({ status }) => status)).toContain('closed');
  });
});

describe('Service, many calls that end while events are told', () => {
  it('has each of their ends told', () => {
    const service = LLMService.of({ modelName: 'm', maxConcurrentJobs: 1, process: () => NEVER });
    const ids: number[] = [];
    service.events$.subscribe(({ type, callId }) => {
      if (type === 'queued' && callId === 10_000) void service.close({ abandon: true });
      if (type === 'failed') ids.push(callId);
    });
    for (let n = 0; n < 10_000; n++) service.call(n).subscribe({ error: () => undefined });

    expect(ids).toHaveLength(10_000);
  });
});

describe('Service, tenants of equal shares', () => {
  it('go round-robin, the one that was let out at once included', () => {
    const scheduler = new VirtualTime();
    const order: string[] = [];
    const service = LLMService.of({
      modelName: 'm',
      scheduler,
      maxConcurrentJobs: 1,
      process: (request: string) => {
        order.push(request);
        return timer(10, scheduler).pipe(map(() => request));
      },
    });
    for (const request of ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
      endsOf(service.call(request, { tenant: request.charAt(0) }));
    scheduler.flush();

    expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  });

  it('are equals again when nothing is in flight', () => {
    const scheduler = new VirtualTime();
    const order: string[] = [];
    const service = LLMService.of({
      modelName: 'm',
      scheduler,
      maxConcurrentJobs: 1,
      process: (request: string) => {
        order.push(request);
        return timer(10, scheduler).pipe(map(() => request));
      },
    });
    const ask = (request: string) => endsOf(service.call(request, { tenant: request.charAt(0) }));
    ask('a0');
    scheduler.flush();
    for (const request of ['c', 'a1', 'b1']) ask(request);
    scheduler.flush();

    expect(order).toEqual(['a0', 'c', 'a1', 'b1']);
  });
});

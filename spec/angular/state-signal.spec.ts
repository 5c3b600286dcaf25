import {
  computed,
  createEnvironmentInjector,
  type EnvironmentInjector,
  Injector,
  runInInjectionContext,
  type Signal,
} from '@angular/core';
import { EMPTY } from 'rxjs';
import { LLMService, requestsPerMinute, UsageTracker } from 'rxllm';
import { stateSignal, usageSignal } from 'rxllm/angular';
import { FakeService } from 'rxllm/testing';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';

let time: VirtualTime;
let injector: EnvironmentInjector;

beforeEach(() => {
  time = new VirtualTime();
  injector = createEnvironmentInjector([], Injector.NULL as EnvironmentInjector);
});

function newService(answers = '------------------------------a|') {
  return new FakeService({ answers, scheduler: time, quotas: [requestsPerMinute(100)] });
}

/** What the signal shows whenever that has changed, and since when, looked at every ms. */
function shownOver<T>(signal: Signal<T>, ms: number): (readonly [number, T])[] {
  const shown: (readonly [number, T])[] = [];
  for (let at = 0; at <= ms; at++) {
    if (at > 0) time.advance(1);
    const value = signal();
    if (shown.length === 0 || shown.at(-1)?.[1] !== value) shown.push([time.frame, value]);
  }
  return shown;
}

describe('stateSignal', () => {
  it('has the present state from the start', () => {
    const service = newService();
    service.call('a').subscribe();
    const state = stateSignal(service, { injector });

    expect(state()).toEqual(service.toJSON());
    expect(state()).toMatchObject({ status: 'running', inFlight: 1 });
  });

  it('changes at most once in everyMs, to the latest', () => {
    const service = newService();
    const state = stateSignal(service, { injector, everyMs: 10, scheduler: time });
    const inFlight = computed(() => state().inFlight);
    for (const at of [5, 7, 9, 17, 35]) time.schedule(() => service.call('a').subscribe(), at);

    expect(shownOver(inFlight, 60)).toEqual([
      [0, 0],
      [15, 3],
      [27, 4],
      [45, 2],
      [58, 1],
    ]);
  });

  it('changes every 100 ms unless told otherwise', () => {
    const service = newService();
    const state = stateSignal(service, { injector, scheduler: time });
    service.pause();

    expect(
      shownOver(
        computed(() => state().status),
        200,
      ),
    ).toEqual([
      [0, 'idle'],
      [100, 'paused'],
    ]);
  });

  it('shows a change to a template that has brought it about only afterwards', () => {
    const service = newService();
    const state = stateSignal(service, { injector, everyMs: 0, scheduler: time });
    const careless = computed(() => {
      service.call('a').subscribe();
      return state().inFlight;
    });

    expect(careless()).toBe(0);
    time.advance(0);
    expect(state().inFlight).toBe(1);
  });

  it('keeps the last state when the service has closed', async () => {
    const service = newService();
    const state = stateSignal(service, { injector, everyMs: 10, scheduler: time });
    service.call('a').subscribe({ error: () => {} });
    const closed = service.close({ abandon: true });
    time.advance(10);
    await closed;

    expect(state()).toMatchObject({ status: 'closed', inFlight: 0 });
    expect(time.timers).toBe(0);
  });

  it('shows a service that has closed before', async () => {
    const service = newService();
    await service.close();

    expect(stateSignal(service, { injector })().status).toBe('closed');
  });

  it('stops with its injector, and leaves no timer', () => {
    const service = newService();
    const state = stateSignal(service, { injector, everyMs: 10, scheduler: time });
    service.pause();
    expect(time.timers).toBe(1);

    injector.destroy();
    expect(time.timers).toBe(0);
    service.resume();
    expect(time.timers).toBe(0);
    expect(state().status).toBe('idle');
  });

  it('stops with the injection context where it was made', () => {
    const service = newService();
    runInInjectionContext(injector, () => stateSignal(service, { scheduler: time }));
    service.pause();
    expect(time.timers).toBe(1);

    injector.destroy();
    expect(time.timers).toBe(0);
  });

  it('is refused by Angular where there is no injection context', () => {
    expect(() => stateSignal(newService())).toThrow(/NG0?203.*stateSignal/s);
    expect(() => usageSignal(newService())).toThrow(/NG0?203.*usageSignal/s);
  });

  it.each([
    ['service', () => stateSignal(undefined as never, { injector })],
    ['service', () => stateSignal({} as never, { injector })],
    ['service', () => usageSignal({ usage$: 5 } as never, { injector })],
    ['everyMs', () => stateSignal(newService(), { injector, everyMs: -1 })],
    ['everyMs', () => stateSignal(newService(), { injector, everyMs: NaN })],
    ['everyMs', () => usageSignal(newService(), { injector, everyMs: Infinity })],
    ['scheduler', () => stateSignal(newService(), { injector, scheduler: Date as never })],
    ['injector', () => stateSignal(newService(), { injector: {} as never })],
    ['every', () => stateSignal(newService(), { injector, every: 5 } as never)],
    ['options', () => usageSignal(newService(), null as never)],
  ])('refuses at the door a wrong %s', (option, make) => {
    expect(errorOf(make)).toMatchObject({ code: 'INVALID_OPTION', option });
  });
});

describe('usageSignal', () => {
  it('has the present usage from the start, and then the latest at most once in everyMs', () => {
    const service = newService();
    const usage = usageSignal(service, { injector, everyMs: 10, scheduler: time });
    time.schedule(() => service.call('a').subscribe(), 2);
    time.schedule(() => service.call('b').subscribe(), 4);
    const requests = computed(() => usage()['requests']);

    expect(shownOver(requests, 20)).toEqual([
      [0, 0],
      [12, 2],
    ]);
  });

  it('shows what a UsageTracker has counted', () => {
    const tracker = new UsageTracker<number>('report', (current, n) => ({
      tokens: (current['tokens'] ?? 0) + n,
    }));
    const usage = usageSignal(tracker, { injector, everyMs: 10, scheduler: time });
    expect(usage()).toEqual({});

    tracker.updateFromModel({ model: 'm', response: 5 });
    time.advance(10);
    expect(usage()).toEqual({ m: { default: { tokens: 5 } } });
  });

  it('keeps the last usage when the service has closed', async () => {
    const service = LLMService.of({
      modelName: 'm',
      quotas: [requestsPerMinute(5)],
      scheduler: time,
      process: () => EMPTY,
    });
    const usage = usageSignal(service, { injector, everyMs: 10, scheduler: time });
    service.call('a').subscribe();
    const closed = service.close();
    time.advance(10);
    await closed;

    expect(usage()).toEqual({ requests: 1 });
  });
});

import { map, mergeMap, NEVER, of, timer } from 'rxjs';
import { LLMService, type ServiceState } from '../../src/lite/index.js';
import { marbles } from '../support/marbles.js';
import { VirtualTime } from '../support/virtual-time.js';
import { changes, perWindow, Station, told } from './station.js';

/** What moves, in short: its status, who is queued, who is in flight. */
const shortOf = ({ status, queued, inFlight }: ServiceState) => `${status} ${queued} ${inFlight}`;

const statesOf = ({ service }: Station) => told(changes(service.state$.pipe(map(shortOf))));

describe('LLMService of rxllm/lite, state$', () => {
  it('tells all there is to tell', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.time.advance(7);
    station.call('a 60', 'b 70');

    expect(station.state).toEqual({
      name: 'LLMService-m',
      at: 7,
      status: 'running',
      queued: 1,
      inFlight: 1,
      retrying: 0,
      gate: undefined,
      quotas: [{ unit: 'tokens', limit: 100, windowMs: 50, used: 60, remaining: 40 }],
      blockedBy: { reason: 'quota', unit: 'tokens', windowMs: 50, until: 57 },
    });
    expect(told(station.service.state$)).toEqual([station.state]);
  });

  it('tells the latest on subscribing, then each change, and completes when closed', () =>
    marbles(({ cold, expectObservable }) => {
      const service = LLMService.of({
        ...{ modelName: 'm', maxConcurrentJobs: 1 },
        process: (marble: string) => cold(marble),
      });
      const calls$ = cold('-a-b', { a: '---|', b: '--|' });
      calls$.pipe(mergeMap((marble) => service.call(marble))).subscribe();
      cold('-----c').subscribe(() => void service.close());
      const values = {
        a: 'running 0 0',
        b: 'running 0 1',
        c: 'running 1 1',
        // The first has ended, and in that turn the second has begun.
        d: 'running 0 1',
        e: 'closing 0 1',
        f: 'closed 0 0',
      };
      expectObservable(changes(service.state$.pipe(map(shortOf)))).toBe('ab-cde(f|)', values);
    }));

  it('tells once, when it is over, of what happens in one turn', () => {
    const station = new Station({ maxConcurrentJobs: 1, process: () => of('a', 'b') });
    const states = told(station.service.state$.pipe(map(shortOf)));
    station.call('a');

    expect(states).toEqual(['running 0 0', 'running 0 0']);
  });

  it('tells once of a call that has ended, however many hear of that', () => {
    const station = new Station();
    station.call('a');
    const states = told(station.service.state$.pipe(map(shortOf)));
    station.end('a');

    expect(states).toEqual(['running 0 1', 'running 0 0']);
  });

  it('never shows one that is neither queued nor in flight, as it goes from one to the other', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const states = statesOf(station);
    station.call('a', 'b');
    station.end('a');

    expect(states).toEqual(['running 0 0', 'running 0 1', 'running 1 1', 'running 0 1']);
  });

  it('tells once of all that are abandoned', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    station.call('a', 'b', 'c');
    const states = statesOf(station);
    void station.service.close({ abandon: true });

    expect(states).toEqual(['running 2 1', 'closed 0 0', '|']);
  });

  it('gives its last to whoever comes when it has closed', () => {
    const station = new Station();
    void station.service.close();

    expect(statesOf(station)).toEqual(['closed 0 0', '|']);
    expect(told(changes(station.service.usage$))).toEqual([{}, '|']);
  });

  it('says closing until what was abandoned is torn down', async () => {
    let resolve: (answer: string) => void = () => undefined;
    const answer = new Promise<string>((settle) => (resolve = settle));
    const station = new Station({ process: () => answer });
    station.call('a');
    const states = statesOf(station);
    const closed = station.service.close({ abandon: true });
    expect(states).toEqual(['running 0 1', 'closing 0 1']);
    resolve('late');
    await closed;

    expect(states.slice(2)).toEqual(['closed 0 0', '|']);
  });

  it('lets its listener make calls, cancel them, pause and close', () => {
    const station = new Station({ maxConcurrentJobs: 1 });
    const acts = [
      () => station.call('b'),
      () => station.leave('b'),
      () => station.service.pause(),
      () => void station.service.close({ abandon: true }),
    ];
    let isActing = false;
    station.service.state$.subscribe(() => {
      if (isActing || station.started.length === 0) return;
      isActing = true;
      acts.shift()?.();
      isActing = false;
    });
    station.call('a');
    for (let n = 0; n < 3; n++) station.service.resume();

    expect(acts).toEqual([]);
    expect(station.heard).toMatchObject({ a: [{ code: 'SERVICE_CLOSED' }], b: [] });
    expect(station.state).toMatchObject({ status: 'closed', queued: 0, inFlight: 0 });
  });

  it('holds a timer only while it is observed and something is in a window', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    const subscription = station.service.state$.subscribe();
    expect(station.time.timers).toBe(0);
    station.call('a 60');
    station.end('a 60');
    expect(station.time.timers).toBe(1);
    subscription.unsubscribe();
    expect(station.time.timers).toBe(0);

    station.service.state$.subscribe();
    station.time.advance(50);
    expect(station.time.timers).toBe(0);
  });

  it('holds none when the service has closed', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.service.state$.subscribe();
    station.call('a 60');
    station.end('a 60');
    void station.service.close();

    expect(station.time.timers).toBe(0);
  });

  it('holds none that is longer than 2^31-1 ms', () => {
    const time = new VirtualTime();
    const windowMs = 2 ** 31 + 5_000;
    const station = new Station({ quotas: [perWindow('tokens', 100, windowMs)] }, time);
    const usages = told(changes(station.service.usage$));
    station.call('a 60');
    expect(time.nextAt).toBe(2 ** 31 - 1);
    time.advanceTo(windowMs - 1);
    expect(usages.at(-1)).toEqual({ tokens: 60 });
    time.advanceTo(windowMs);

    expect(usages.at(-1)).toEqual({ tokens: 0 });
  });
});

describe('LLMService of rxllm/lite, usage$', () => {
  it('tells what is charged, also as it leaves a window', () =>
    marbles(({ cold, expectObservable }) => {
      const service = LLMService.of({
        ...{ modelName: 'm', quotas: [perWindow('tokens', 100, 6), perWindow('requests', 5, 4)] },
        costOf: (tokens: number) => ({ tokens }),
        usageOf: () => ({ tokens: 50 }),
        process: () => cold('-x|'),
      });
      timer(1)
        .pipe(mergeMap(() => service.call(60)))
        .subscribe();
      const usage = (tokens: number, requests: number) => ({ tokens, requests });
      const values = { a: usage(0, 0), b: usage(60, 1), c: usage(50, 1), d: usage(50, 0) };
      expectObservable(changes(service.usage$)).toBe('ab-c-d-a', values);
    }));

  it('tells of a unit with two windows the shortest', () => {
    const station = new Station({
      quotas: [perWindow('requests', 9, 100), perWindow('requests', 5, 10)],
    });
    station.call('a');
    const usages = told(changes(station.service.usage$));
    station.time.advance(20);
    expect(usages).toEqual([{ requests: 1 }, { requests: 0 }]);
    station.call('b');

    expect(usages.at(-1)).toEqual({ requests: 1 });
    expect(station.state.quotas).toMatchObject([{ used: 2 }, { used: 1 }]);
  });

  it('tells nothing where there are no quotas, and completes when closed', () => {
    const station = new Station();
    const usages = told(changes(station.service.usage$));
    void station.service.close();

    expect(usages).toEqual([{}, '|']);
  });
});

describe('LLMService of rxllm/lite, blockedBy', () => {
  it('is undefined where no call waits', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)], maxConcurrentJobs: 1 });
    station.call('a');
    expect(station.state.blockedBy).toBeUndefined();
    station.service.pause();
    expect(station.state.blockedBy).toBeUndefined();
  });

  it('is the pause, before all else', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)], maxConcurrentJobs: 1 });
    station.call('a', 'b');
    station.service.pause();
    expect(station.state.blockedBy).toEqual({ reason: 'paused', until: undefined });
  });

  it('is a permit where all are taken', () => {
    const station = new Station({ quotas: [perWindow('requests', 1, 50)], maxConcurrentJobs: 1 });
    station.call('a', 'b');
    expect(station.state.blockedBy).toEqual({ reason: 'permit', until: undefined });
    station.end('a');
    expect(station.state.blockedBy).toMatchObject({ reason: 'quota' });
  });

  it('is the quota that is waited for longest, and until when', () => {
    const station = new Station({
      quotas: [perWindow('requests', 1, 50), perWindow('tokens', 100, 70)],
      process: () => NEVER,
    });
    station.call('a 60');
    station.time.advance(5);
    station.call('b 50');
    expect(station.state.blockedBy).toEqual({
      ...{ reason: 'quota', unit: 'tokens', windowMs: 70 },
      until: 70,
    });
    station.leave('b 50');
    station.call('c 40');

    expect(station.state.blockedBy).toMatchObject({ unit: 'requests', until: 50 });
    station.time.advanceTo(50);
    expect(station.started).toEqual(['0 a 60', '50 c 40']);
  });

  it('is a budget whose reservations may come back, nobody knows when', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, Infinity)] });
    station.call('a 60', 'b 60');

    expect(station.state.blockedBy).toEqual({
      ...{ reason: 'quota', unit: 'tokens', windowMs: Infinity },
      until: undefined,
    });
  });

  it('is of the first in the queue, whoever that is now', () => {
    const station = new Station({ quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 30');
    station.time.advance(10);
    station.call('b 30', 'c 90');
    expect(station.state.blockedBy).toMatchObject({ until: 60 });
    station.callWith('d 70', { priority: 1 });

    expect(station.state.blockedBy).toMatchObject({ until: 50 });
  });
});

describe('LLMService of rxllm/lite, usage$', () => {
  it('tells each change once, though calls move on with the same usage', () => {
    const station = new Station({ quotas: [perWindow('requests', 9, 50)] });
    const usages = told(station.service.usage$);
    station.call('a', 'b');
    station.end('a');
    station.end('b');
    station.time.advance(50);

    expect(usages).toEqual([0, 1, 2, 0].map((requests) => ({ requests })));
  });
});

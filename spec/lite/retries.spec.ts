import { finalize, map, NEVER, of, throwError } from 'rxjs';
import {
  type Failure,
  type LLMServiceFunctions,
  type LLMServiceOptions,
  type Retries,
  retries,
  type RetriesOptions,
  RetryAfterTooLongError,
  ServiceClosedError,
} from '../../src/lite/index.js';
import { networkError, providerError } from '../support/provider-error.js';
import { VirtualTime } from '../support/virtual-time.js';
import { changes, Faults, perWindow, Station, told } from './station.js';

/** May pass. */
const BROKEN = providerError(500);
/** Never will. */
const REJECTED = providerError(400);
const refused = (ms: number) => providerError(429, { 'retry-after-ms': String(ms) });
/** Waits 4 ms after the first failure, 8 after the second; no budget. */
const CALM: RetriesOptions = { baseMs: 4, random: () => 1, share: Infinity };
const FAILURE: Failure = {
  ...{ kind: 'server', limits: [], retryAfterMs: null, shouldPause: false, retryable: true },
};

type Options = Partial<LLMServiceOptions & LLMServiceFunctions<string, string>>;

/** A service that tries again; a call's work runs until it is ended by hand. */
class Retrying extends Station {
  constructor(options: RetriesOptions = {}, others: Options = {}, time?: VirtualTime) {
    super({ retry: retries({ ...CALM, ...options }), ...others }, time);
  }

  fail(request: string, error: unknown = BROKEN): void {
    this.works[request]?.error(error);
  }

  get gate() {
    return this.state.gate;
  }
}

/** Fails so many times, then answers with how often it was tried. */
const failing =
  (times: number, error: unknown = BROKEN): LLMServiceFunctions<string, string>['process'] =>
  (_request, { attempt }) =>
    attempt > times ? of(String(attempt)) : throwError(() => error);

describe('retries of rxllm/lite', () => {
  it('are needed: without them calls that fail just fail, and nothing waits', () => {
    const station = new Station();
    station.call('a');
    station.works['a']?.error(refused(50));
    station.call('b');

    expect(station.heard['a']).toEqual([refused(50)]);
    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.state).toMatchObject({ retrying: 0, gate: undefined });
    expect(station.time.timers).toBe(0);
  });

  it('try again after a wait that doubles, and tell the answer alone', () => {
    const station = new Retrying({}, { process: failing(3) });
    station.call('a');
    station.time.flush();

    expect(station.started).toEqual(['0 a', '4 a', '12 a', '28 a']);
    expect(station.heard['a']).toEqual(['4', '|']);
  });

  it('number the tries', () => {
    const station = new Retrying();
    station.call('a');
    expect(station.contexts['a']).toMatchObject({ callId: 1, attempt: 1 });
    station.fail('a');
    station.time.advance(4);
    expect(station.contexts['a']).toMatchObject({ callId: 1, attempt: 2 });
  });

  it.each<[string, RetriesOptions, number]>([
    ['4 by default', {}, 4],
    ['as many as maxAttempts', { maxAttempts: 2 }, 2],
    ['once where maxAttempts is 1', { maxAttempts: 1 }, 1],
    ['as usual where an option is undefined', { maxAttempts: undefined as never }, 4],
  ])('try %s, then fail with the last error', (_what, options, attempts) => {
    let tries = 0;
    const process = () => throwError(() => Object.assign(providerError(500), { tries: ++tries }));
    const station = new Retrying(options, { process });
    station.call('a');
    station.time.flush();

    expect(station.started).toHaveLength(attempts);
    expect(station.heard['a']).toMatchObject([{ tries: attempts }]);
  });

  it('need no options', () => {
    const station = new Station({ retry: retries(), process: failing(1) });
    station.call('a');
    station.time.flush();
    expect(station.heard['a']).toEqual(['2', '|']);
  });

  it('try what is thrown in process too, if that may pass', () => {
    const station: Station = new Retrying(
      {},
      {
        process: () => {
          if (station.started.length === 1) throw BROKEN;
          return of('fine');
        },
      },
    );
    station.call('a');
    station.time.flush();
    expect(station.heard['a']).toEqual(['fine', '|']);
  });

  it.each<[string, unknown]>([
    ['one that never will pass', REJECTED],
    ['one that nobody knows', new Error('mine')],
    ['one that is no error', 'mine'],
  ])('try nothing again after %s', (_what, error) => {
    const station = new Retrying();
    station.call('a');
    station.fail('a', error);

    expect(station.heard['a']).toEqual([error]);
    expect(station.state.retrying).toBe(0);
  });

  it('try nothing again that has had a response', () => {
    const station = new Retrying();
    station.call('a');
    station.works['a']?.next('half');
    station.fail('a');

    expect(station.heard['a']).toEqual(['half', BROKEN]);
  });

  it('ask isRetryable, with the error and what was read of it', () => {
    const isRetryable = jest.fn(() => true);
    const station = new Retrying({ isRetryable }, { process: failing(1, REJECTED) });
    station.call('a');
    station.time.flush();

    expect(isRetryable).toHaveBeenCalledWith(
      REJECTED,
      expect.objectContaining({ kind: 'rejected' }),
    );
    expect(station.heard['a']).toEqual(['2', '|']);
  });

  it('are of one service each, though one object is given to two', () => {
    const retry: Retries = retries({ ...CALM, atLeast: 1, share: 0 });
    const time = new VirtualTime();
    const [one, other] = [new Station({ retry }, time), new Station({ retry }, time)];
    one.call('a', 'b');
    one.works['a']?.error(BROKEN);
    one.works['b']?.error(BROKEN);
    other.call('a', 'b');
    other.works['a']?.error(refused(50));

    // Each has a budget, and a gate.
    expect(one.heard['b']).toEqual([BROKEN]);
    expect(one.state).toMatchObject({ retrying: 1, gate: { status: 'open' } });
    expect(other.state).toMatchObject({ queued: 1, retrying: 0, gate: { status: 'closed' } });
  });

  it('keep what they were made with', () => {
    const options = { ...CALM, maxAttempts: 2 };
    const retry = retries(options);
    options.maxAttempts = 9;
    const station = new Station({ retry, process: failing(9) });
    station.call('a');
    station.time.flush();
    expect(station.started).toHaveLength(2);
  });

  it('of a call that fails 20,000 times in its turn do not grow the stack', () => {
    const station = new Retrying(
      { maxAttempts: Infinity, random: () => 0 },
      { process: failing(20_000) },
    );
    station.call('a');
    expect(station.heard['a']).toEqual(['20001', '|']);
  });
});

describe('retries of rxllm/lite, how many', () => {
  it('are bounded by a share of the calls of a minute, and atLeast', () => {
    const station = new Retrying({ share: 0.5, atLeast: 1, maxAttempts: 2 });
    station.call('a', 'b', 'c', 'd', 'e', 'f');
    for (const request of 'abcdef') station.fail(request);
    expect(station.state.retrying).toBe(3);
    expect(station.heard['d']).toEqual([BROKEN]);

    // Retries are no calls of which there is a share.
    station.time.advance(60_000);
    station.call('g', 'h');
    station.fail('g');
    station.fail('h');
    expect(station.heard).toMatchObject({ g: [], h: [BROKEN] });
  });

  it('are a fifth of the calls, or 10, by default', () => {
    const few = new Retrying({ share: undefined as never });
    const many = new Retrying({ share: undefined as never });
    const names = (count: number) => Array.from({ length: count }, (_, n) => String(n));
    for (const [station, count] of [
      [few, 20],
      [many, 100],
    ] as const) {
      station.call(...names(count));
      for (const name of names(count)) station.fail(name);
    }

    expect([few.state.retrying, many.state.retrying]).toEqual([10, 20]);
  });
});

describe('retries of rxllm/lite, a call that waits', () => {
  it('holds no permit', () => {
    const station = new Retrying({}, { maxConcurrentJobs: 1 });
    station.call('a', 'b');
    station.fail('a');

    expect(station.started).toEqual(['0 a', '0 b']);
    expect(station.state).toMatchObject({ queued: 0, inFlight: 1, retrying: 1 });
  });

  it('is seen in state$, and is no more when it is let out', () => {
    const station = new Retrying();
    const counts = told(changes(station.service.state$.pipe(map(({ retrying }) => retrying))));
    station.call('a');
    station.fail('a');
    station.time.flush();

    expect(counts).toEqual([0, 1, 0]);
  });

  it('is at the front of its priority when its time has come', () => {
    const station = new Retrying({}, { maxConcurrentJobs: 1 });
    station.call('a', 'b', 'c');
    station.fail('a');
    station.time.advance(4);
    station.end('b');

    expect(station.started).toEqual(['0 a', '0 b', '4 a']);
  });

  it('goes on at once where it need not wait, before those behind it', () => {
    const station = new Retrying({ random: () => 0 }, { maxConcurrentJobs: 1 });
    station.call('a', 'b');
    station.fail('a');

    expect(station.started).toEqual(['0 a', '0 a']);
  });

  it('reserves again, and so is charged for each try', () => {
    const station = new Retrying(
      {},
      { quotas: [perWindow('tokens', 100, 50)], process: failing(1) },
    );
    station.call('a 60');
    station.time.flush();

    // A 500 may have been counted: its charge stays.
    expect(station.started).toEqual(['0 a 60', '50 a 60']);
  });

  it('comes back though the queue is full, in which it counts', () => {
    const station = new Retrying({}, { maxConcurrentJobs: 1, queueLimit: 1 });
    station.call('a', 'b');
    station.fail('a');
    station.call('c');
    station.time.advance(4);
    expect(station.state).toMatchObject({ queued: 2, inFlight: 1 });
    station.call('d');

    expect(station.heard).toMatchObject({ a: [], c: [], d: [{ code: 'QUEUE_FULL' }] });
  });

  it('is no reason to end a newcomer that was let out before it', () => {
    const station = new Retrying({}, { queueLimit: 0, quotas: [perWindow('tokens', 100, 50)] });
    station.call('a 60');
    station.fail('a 60');
    station.time.advance(4);
    expect(station.state).toMatchObject({ queued: 1 });
    station.callWith('b 10', { priority: 1 });

    expect(station.started).toEqual(['0 a 60', '4 b 10']);
    expect(station.heard['b 10']).toEqual([]);
  });

  it('is not refused when it comes back in the turn in which it came', () => {
    // It is let out as it comes, is refused at once, and then waits at the gate, where it was no newcomer.
    const station = new Retrying({}, { queueLimit: 0, process: failing(1, refused(9)) });
    station.call('a');
    expect(station.state).toMatchObject({ queued: 1, gate: { status: 'closed' } });
    station.time.flush();

    expect(station.heard['a']).toEqual(['2', '|']);
  });

  it('is cancelled like any other: gone at once, with its timer', () => {
    const station = new Retrying();
    station.call('a');
    station.fail('a');
    station.leave('a');

    expect(station.state.retrying).toBe(0);
    expect(station.time.timers).toBe(0);
    station.time.flush();
    expect(station.started).toEqual(['0 a']);
  });

  it('is ended by its signal', () => {
    const controller = new AbortController();
    const station = new Retrying();
    station.callWith('a', { signal: controller.signal });
    station.fail('a');
    controller.abort('over');

    expect(station.heard['a']).toEqual(['over']);
    expect(station.state.retrying).toBe(0);
  });

  it('is waited for by close', async () => {
    const station = new Retrying({}, { process: failing(1) });
    station.call('a');
    const closed = station.service.close();
    expect(station.state).toMatchObject({ status: 'closing', retrying: 1 });
    station.time.flush();
    await closed;

    expect(station.heard['a']).toEqual(['2', '|']);
  });

  it('is ended by close with abandon', async () => {
    const station = new Retrying();
    station.call('a');
    station.fail('a');
    await station.service.close({ abandon: true });

    expect(station.heard['a']).toEqual([new ServiceClosedError('LLMService-m', true)]);
    expect(station.time.timers).toBe(0);
  });

  it('is none that leaves as it is decided whether it is tried again', () => {
    const station: Retrying = new Retrying({
      isRetryable: () => {
        station.leave('a');
        return true;
      },
    });
    station.call('a');
    station.fail('a');

    expect(station.heard['a']).toEqual([]);
    expect(station.state).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
    expect(station.time.timers).toBe(0);
  });

  it('is none that leaves as its failed try is torn down', () => {
    const station: Retrying = new Retrying(
      {},
      {
        process: () =>
          throwError(() => BROKEN).pipe(
            finalize(() => {
              station.leave('a');
            }),
          ),
      },
    );
    station.service.pause();
    station.call('a');
    station.service.resume();

    expect(station.state).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
    expect(station.time.timers).toBe(0);
  });

  it('holds one timer, which may fire early', () => {
    const time = new VirtualTime({ earlyMs: () => 1 });
    const station = new Retrying({}, { process: failing(1) }, time);
    station.call('a');
    expect(time.timers).toBe(1);
    time.flush();

    expect(Number(station.started[1]?.split(' ')[0])).toBeGreaterThanOrEqual(4);
  });
});

describe('retries of rxllm/lite, the gate', () => {
  it('closes at a 429 for as long as that tells, then lets one call probe before the rest follow', () => {
    const station = new Retrying();
    station.call('a', 'b');
    station.time.advance(3);
    station.fail('a', refused(20));
    station.call('c', 'd');
    expect(station.gate).toEqual({ status: 'closed', reopensAt: 23 });
    expect(station.state).toMatchObject({
      ...{ queued: 3, inFlight: 1, retrying: 0 },
      blockedBy: { reason: 'gate', until: 23 },
    });
    expect(station.time.timers).toBe(1);
    station.time.advanceTo(22);
    expect(station.started).toEqual(['0 a', '0 b']);
    station.time.advanceTo(23);
    expect(station.started.slice(2)).toEqual(['23 a']);
    expect(station.gate).toEqual({ status: 'proving', reopensAt: undefined });
    station.time.advanceTo(30);
    station.works['a']?.next('in');

    expect(station.started.slice(3)).toEqual(['30 c', '30 d']);
    expect(station.gate).toEqual({ status: 'open', reopensAt: undefined });
    station.end('a');
    expect(station.heard['a']).toEqual(['in', '|']);
  });

  it('lets another probe when the probe ends and nobody knows whether it was let in', () => {
    const station = new Retrying();
    station.call('a');
    station.fail('a', refused(20));
    station.call('b');
    station.time.advance(20);
    expect(station.started).toEqual(['0 a', '20 a']);
    station.leave('a');
    station.time.advance(0);

    expect(station.started).toEqual(['0 a', '20 a', '20 b']);
    expect(station.gate?.status).toBe('proving');
  });

  it.each<[string, unknown, string]>([
    ['a failure that may pass', BROKEN, 'proving'],
    ['a rejection, as that is an answer', REJECTED, 'open'],
  ])('is after a probe with %s', (_what, error, status) => {
    const station = new Retrying({ maxAttempts: 2 });
    station.call('a');
    station.fail('a', refused(20));
    station.call('b');
    station.time.advance(20);
    station.fail('a', error);

    expect(station.started.slice(2)).toEqual(['20 b']);
    expect(station.gate?.status).toBe(status);
  });

  it('closes again where the probe is refused', () => {
    const station = new Retrying();
    station.call('a');
    station.fail('a', refused(20));
    station.time.advance(20);
    station.fail('a', refused(30));
    station.time.advance(29);
    expect(station.gate).toEqual({ status: 'closed', reopensAt: 50 });
    station.time.advance(1);

    expect(station.started).toEqual(['0 a', '20 a', '50 a']);
  });

  it('does not close anew for those that were let out before it closed', () => {
    const station = new Retrying();
    station.call('a', 'b');
    station.fail('a', refused(20));
    station.time.advance(5);
    station.fail('b', refused(20));

    expect(station.gate).toEqual({ status: 'closed', reopensAt: 20 });
  });

  it('closes for baseMs, doubled, where nobody tells how long', () => {
    const station = new Retrying({ baseMs: 10 });
    station.call('a');
    station.fail('a', providerError(429));
    expect(station.gate?.reopensAt).toBe(10);
    station.time.advance(10);
    station.fail('a', providerError(429));

    expect(station.gate?.reopensAt).toBe(30);
  });

  it('holds calls that come later too, though their quotas have room', () => {
    const station = new Retrying({}, { quotas: [perWindow('requests', 9, 50)] });
    station.call('a');
    station.fail('a', refused(60));
    station.call('b');
    expect(station.state.blockedBy).toEqual({ reason: 'gate', until: 60 });
    station.time.advance(60);

    expect(station.started).toEqual(['0 a', '60 a']);
  });

  it('beside a quota: the longer of both is waited for', () => {
    const station = new Retrying({}, { quotas: [perWindow('requests', 1, 50)] });
    station.call('a');
    station.fail('a', refused(20));
    expect(station.state.blockedBy).toEqual({
      ...{ reason: 'quota', unit: 'requests', windowMs: 50, until: 50 },
    });
    station.time.advance(49);
    expect(station.started).toHaveLength(1);
    station.time.advance(1);
    expect(station.started).toHaveLength(2);
  });

  it('that is open is not asked again for each answer', () => {
    const station = new Retrying({}, { quotas: [perWindow('requests', 2, 50)] });
    station.call('a', 'b', 'c');
    const schedule = jest.spyOn(station.time, 'schedule');
    station.works['a']?.next('answer');
    station.end('b');

    expect(schedule).not.toHaveBeenCalled();
  });

  it('is told in state$ as it closes and as it reopens by itself', () => {
    const station = new Retrying({ maxAttempts: 1 });
    const statuses = told(changes(station.service.state$.pipe(map(({ gate }) => gate?.status))));
    station.call('a');
    station.fail('a', refused(20));
    station.time.advance(20);
    station.call('b');
    station.time.advance(10_000);

    // A probe that has been out for 10 s was let in: a refusal comes at once.
    expect(statuses).toEqual(['open', 'closed', 'proving', 'open']);
  });

  it('fails those that would wait longer than maxRetryAfterMs, and those behind it', () => {
    const station = new Retrying({ maxRetryAfterMs: 1_000 });
    station.call('a');
    station.time.advance(10);
    station.fail('a', refused(5_000));
    station.time.advance(10);
    station.call('b');

    expect(station.heard['a']).toEqual([
      new RetryAfterTooLongError(5_000, 1_000, { cause: refused(5_000) }),
    ]);
    expect(station.heard['b']).toEqual([new RetryAfterTooLongError(4_990, 1_000)]);
    station.time.advance(4_000);
    // 990 ms may be waited for.
    station.call('c');
    expect(station.heard['c']).toEqual([]);
    station.time.flush();
    expect(station.started.at(-1)).toBe('5010 c');
  });

  it('is waited at for up to ten minutes by default', () => {
    const station = new Retrying();
    station.call('a', 'b');
    station.fail('a', refused(600_000));
    expect(station.heard['a']).toEqual([]);
    station.leave('a');
    const other = new Retrying();
    other.call('a');
    other.fail('a', refused(600_001));

    expect(other.heard['a']).toMatchObject([{ code: 'RETRY_AFTER_TOO_LONG' }]);
  });
});

describe('retries of rxllm/lite, what stays charged', () => {
  const QUOTAS = [perWindow('requests', 9, 1_000), perWindow('tokens', 100, 1_000)];

  it.each<[string, unknown, readonly [number, number]]>([
    ['nothing of what was never sent', networkError('ECONNREFUSED'), [0, 0]],
    ['the request of what was refused', providerError(429), [1, 0]],
    ['the request of what was rejected', REJECTED, [1, 0]],
    ['all of what may have been counted', BROKEN, [1, 60]],
    ['all of what nobody knows', new Error('mine'), [1, 60]],
  ])('is %s', (_what, error, used) => {
    const station = new Retrying({ maxAttempts: 1 }, { quotas: QUOTAS });
    station.call('a 60');
    station.fail('a 60', error);

    expect(station.state.quotas.map((quota) => quota.used)).toEqual(used);
  });

  it('is the same of a try that another follows', () => {
    const station = new Retrying({}, { quotas: QUOTAS });
    station.call('a 60');
    station.fail('a 60', networkError('ECONNREFUSED'));

    expect(station.state).toMatchObject({ retrying: 1, quotas: [{ used: 0 }, { used: 0 }] });
  });

  it('is what was reported, where something was', () => {
    const station = new Retrying({ maxAttempts: 1 }, { quotas: QUOTAS });
    station.call('a 60');
    station.contexts['a 60']?.reportUsage({ tokens: 7 });
    station.fail('a 60', REJECTED);

    expect(station.state.quotas.map((quota) => quota.used)).toEqual([1, 7]);
  });

  it('is all, without retries', () => {
    const station = new Station({ quotas: QUOTAS });
    station.call('a 60');
    station.works['a 60']?.error(networkError('ECONNREFUSED'));

    expect(station.state.quotas.map((quota) => quota.used)).toEqual([1, 60]);
  });
});

describe('retries of rxllm/lite, failureOf', () => {
  const faults = new Faults();
  const mine = new Error('mine');

  it('decides what an error is', () => {
    const failureOf = jest.fn((): Failure => ({
      ...FAILURE,
      kind: 'rate',
      shouldPause: true,
      retryAfterMs: 20,
    }));
    const station = new Retrying({ failureOf }, { process: failing(1, mine) });
    station.call('a');
    expect(failureOf).toHaveBeenCalledWith(mine);
    expect(station.gate).toEqual({ status: 'closed', reopensAt: 20 });
    station.time.flush();

    expect(station.started).toEqual(['0 a', '20 a']);
  });

  it('decides what stays charged', () => {
    const station = new Retrying(
      { failureOf: () => ({ ...FAILURE, kind: 'not-sent', retryable: false }) },
      { quotas: [perWindow('tokens', 100, 50)] },
    );
    station.call('a 60');
    station.fail('a 60', mine);

    expect(station.heard['a 60']).toEqual([mine]);
    expect(station.state.quotas).toMatchObject([{ used: 0 }]);
  });

  it.each<[string, () => Failure, string]>([
    [
      'that throws',
      () => {
        throw new Error('stuck');
      },
      'stuck',
    ],
    ['that gives no failure', () => undefined as never, 'option failureOf(error) is missing'],
    ['that gives half of one', () => ({}) as never, 'option failureOf(error) is an object'],
  ])(
    '%s hides no error: that is read as by default, and the fault is told',
    async (_what, failureOf, message) => {
      const station = new Retrying({ failureOf, maxAttempts: 2 }, { process: failing(9) });
      station.call('a');
      station.time.flush();

      expect(station.started).toEqual(['0 a', '4 a']);
      expect(station.heard['a']).toEqual([BROKEN]);
      expect((await faults.told()).map((fault) => (fault as Error).message)).toEqual(
        [1, 2].map(() => expect.stringContaining(message) as unknown),
      );
    },
  );

  it.each<[string, RetriesOptions]>([
    [
      'isRetryable',
      {
        isRetryable: () => {
          throw new Error('stuck');
        },
      },
    ],
    [
      'random',
      {
        random: () => {
          throw new Error('stuck');
        },
      },
    ],
  ])(
    'is not alone: a throw in %s ends the call by its own error, and is told',
    async (_what, options) => {
      const station = new Retrying(options);
      station.call('a');
      station.fail('a');

      expect(station.heard['a']).toEqual([BROKEN]);
      expect(station.state).toMatchObject({ inFlight: 0, retrying: 0 });
      expect(await faults.told()).toEqual([new Error('stuck')]);
    },
  );

  it('keeps its errors from other calls, and their callers', async () => {
    const station = new Retrying(
      {
        failureOf: () => {
          throw new Error('stuck');
        },
      },
      {
        maxConcurrentJobs: 1,
        process: (request) => (request === 'a' ? throwError(() => mine) : NEVER),
      },
    );
    station.call('a', 'b');

    expect(station.heard).toEqual({ a: [mine], b: [] });
    expect(station.state).toMatchObject({ inFlight: 1 });
    expect(await faults.told()).toHaveLength(1);
  });
});

describe('retries of rxllm/lite, what waits at the gate', () => {
  it('is told until which whole ms', () => {
    const station = new Retrying({ baseMs: 3.3, maxAttempts: 1 });
    station.call('a', 'b');
    station.fail('a', providerError(429));
    station.call('c');

    expect(station.gate).toEqual({ status: 'closed', reopensAt: 3.3 });
    expect(station.state.blockedBy).toEqual({ reason: 'gate', until: 4 });
  });
});

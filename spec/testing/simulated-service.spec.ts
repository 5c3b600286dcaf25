import { lastValueFrom, toArray } from 'rxjs';
import { LLMService, quota, seededRandom, tokensPerMinute } from '../../src/index.js';
import { readFailure } from '../../src/headers/index.js';
import {
  askProvider,
  CHARGE_MODES,
  type Fault,
  FAULTS,
  LIMIT_MODELS,
  type LimitModel,
  runMarbles,
  SimulatedProvider,
  SimulatedService,
  type SimulatedServiceOptions,
  VirtualTime,
} from '../../src/testing/index.js';
import { errorOf } from '../support/error-of.js';

const steady = { baseMs: 100, perTokenMs: 10, jitter: 0 };
const request = { promptTokens: 30, outputTokens: 10, maxTokens: 50 };

interface Run {
  readonly provider: SimulatedProvider;
  readonly answered: number;
  readonly errors: readonly unknown[];
}

/** Calls of random sizes, all at once, until each has ended. */
function play(
  options: Omit<SimulatedServiceOptions<typeof request>, 'provider'>,
  provider: SimulatedProvider,
  calls: number,
): Run {
  // prettier-ignore
  const scheduler = new VirtualTime();
  const draw = seededRandom(5);
  const int = (least: number, most: number) => least + Math.floor(draw() * (most - least + 1));
  const service = new SimulatedService<typeof request>({ provider, scheduler, ...options });
  const errors: unknown[] = [];
  let answered = 0;
  for (let call = 0; call < calls; call++) {
    const size = { promptTokens: int(20, 300), outputTokens: int(1, 60), maxTokens: 100 };
    service.call(size).subscribe({
      complete: () => (answered += 1),
      error: (error: unknown) => errors.push(error),
    });
  }
  scheduler.flush();
  return { provider, answered, errors };
}

describe('SimulatedService', () => {
  describe.each(Object.keys(LIMIT_MODELS) as LimitModel[])(
    'with a provider of %s',
    (limitModel) => {
      it.each(CHARGE_MODES)('that charges %s: breaks no limit', (charge) => {
        const limits = { tokensPerWindow: 2_000, requestsPerWindow: 12, windowMs: 60_000 };
        const provider = new SimulatedProvider({ ...limits, limitModel, charge, networkMs: [20, 200], seed: 7 }); // prettier-ignore
        const quotas = [tokensPerMinute(2_000), quota({ unit: 'requests', limit: 12, windowMs: 60_000 })]; // prettier-ignore
        const { answered } = play({ quotas, accounting: charge }, provider, 60);

        expect(answered).toBe(60);
        expect(provider.stats()).toMatchObject({ limitsBroken: 0, admitted: 60, inFlight: 0 });
      });
    },
  );

  it('is refused where its quotas are not those of the provider, and waits as it is told', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 5, seed: 7 });
    const { answered } = play({ maxConcurrentJobs: 1 }, provider, 20);

    expect(answered).toBe(20);
    expect(provider.stats().limitsBroken).toBeGreaterThan(0);
  });

  it.each(FAULTS.filter((fault) => fault !== 'hang'))('gets over the fault %s', (fault: Fault) => {
    const provider = new SimulatedProvider({ faults: { [fault]: 0.3 }, seed: 7 });
    const retry = { maxAttempts: 10, share: Infinity };
    const { answered } = play({ retry }, provider, 30);

    expect(provider.stats().faults[fault]).toBeGreaterThan(0);
    expect(answered).toBe(30);
  });

  it('hangs with the fault hang until a timeout ends the call', () => {
    const provider = new SimulatedProvider({ faults: { hang: 1 } });
    const { errors } = play({ timeout: 5_000 }, provider, 1);

    expect(errors).toMatchObject([{ code: 'CALL_TIMEOUT' }]);
    expect(provider.stats()).toMatchObject({ aborted: 1, inFlight: 0 });
  });

  it('does the same for the same seed, and something else for another', () => {
    const run = (seed: number) => {
      const faults = { status500: 0.2, brokenStream: 0.2, bare429: 0.1 };
      const provider = new SimulatedProvider({ tokensPerWindow: 3_000, faults, seed });
      const { answered, errors } = play({}, provider, 40);
      return { answered, errors: errors.map(String), stats: provider.stats() };
    };

    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('is virtual in runMarbles, and streams', () => {
    runMarbles(({ expectObservable, expectStarts }) => {
      const provider = new SimulatedProvider({ latency: steady });
      const service = new SimulatedService({ provider });
      expectStarts(service).toBe('1');
      const answer = (outputTokens: number, isWhole: boolean) => ({ promptTokens: 30, outputTokens, isWhole }); // prettier-ignore
      const values = { a: answer(1, false), b: answer(2, false), c: answer(2, true) };
      const stream$ = service.call({ ...request, outputTokens: 2, stream: true });
      expectObservable(stream$).toBe('100ms a 9ms (bc|)', values);
    });
  });

  it('settles to what the provider charges', async () => {
    const scheduler = new VirtualTime();
    const provider = new SimulatedProvider({ latency: steady });
    const quotas = [tokensPerMinute(1_000)];
    const service = new SimulatedService({ provider, scheduler, quotas });
    service.call(request).subscribe();
    expect(service.toJSON().quotas).toMatchObject([{ used: 80, reserved: 80 }]);
    scheduler.advance(1_000);

    expect(service.toJSON().quotas).toMatchObject([{ used: 40, reserved: 0 }]);
  });

  it('asks how large a request is', () => {
    const provider = new SimulatedProvider();
    const scheduler = new VirtualTime();
    const sizeOf = (text: string) => ({ promptTokens: text.length, outputTokens: 7 });
    const service = new SimulatedService({ provider, scheduler, sizeOf });
    service.call('12345').subscribe();
    scheduler.flush();

    expect(provider.stats()).toMatchObject({ promptTokens: 5, completionTokens: 7 });
  });

  it.each([
    [{}, /provider is missing; allowed: a SimulatedProvider/],
    [{ provider: 'p' }, /provider is a text/],
  ])('refuses %o', (options, complaint) => {
    expect(String(errorOf(() => new SimulatedService(options as never)))).toMatch(complaint);
  });
});

describe('askProvider', () => {
  it('fails as the clients of providers do', async () => {
    const errors: unknown[] = [];
    for (const fault of [
      'bare429',
      'rate429',
      'overloaded529',
      'status500',
      'brokenStream',
    ] as const) {
      const scheduler = new VirtualTime();
      const provider = new SimulatedProvider({ faults: { [fault]: 1 }, latency: steady });
      askProvider(provider, request, { scheduler }).subscribe({ error: (error: unknown) => errors.push(error) }); // prettier-ignore
      scheduler.flush();
    }

    expect(errors).toMatchObject([
      { status: 429, headers: {}, body: { error: { code: 'rate_limit_exceeded' } } },
      { status: 429, headers: { 'retry-after-ms': '1000' } },
      { status: 529 },
      { status: 500 },
      { code: 'ECONNRESET' },
    ]);
  });

  it('hands on what the provider tells of its limits', () => {
    const provider = new SimulatedProvider({ requestsPerWindow: 3, latency: steady });
    runMarbles(() => {
      const service = LLMService.of({
        modelName: 'm',
        limits: 'learn',
        failureOf: readFailure,
        process: (_: string, context) => askProvider(provider, request, { context }),
      });
      for (const question of 'abcde') service.call(question).subscribe();
    });

    expect(provider.stats()).toMatchObject({ answered: 5, limitsBroken: 0 });
  });

  it('is a client that goes away when it is unsubscribed from', async () => {
    const scheduler = new VirtualTime();
    const provider = new SimulatedProvider({ latency: steady });
    const client = askProvider(provider, { ...request, stream: true }, { scheduler }).subscribe();
    scheduler.advance(115);
    client.unsubscribe();
    expect(provider.stats()).toMatchObject({ aborted: 1, completionTokens: 2, chargedTokens: 32 });

    const answers$ = askProvider(provider, request, { scheduler }).pipe(toArray());
    const answers = lastValueFrom(answers$);
    scheduler.flush();
    expect(await answers).toEqual([{ promptTokens: 30, outputTokens: 10, isWhole: true }]);
  });
});

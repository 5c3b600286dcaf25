import { of } from 'rxjs';
import {
  budget,
  fallback,
  hedge,
  InMemoryRateTracker,
  LLMService,
  quota,
  rateLimit,
  runServices,
  RxllmError,
  shareInFlight,
  sharedQuota,
  TimeBoundedUsageTracker,
  tokenAccounting,
  UsageTracker,
} from 'rxllm';
import { OpenAIService } from 'rxllm/openai';
import { startSimulator } from '../../src/simulator/index.js';
import { errorOf } from '../support/error-of.js';
import { ANSWER, HIDDEN, KEY, leaksIn, PROMPT } from './support/canaries.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

/** What a user may have put in the wrong place, by mistake. */
const secrets: readonly unknown[] = [
  KEY,
  PROMPT,
  `Bearer ${KEY}`,
  KEY.slice(0, 26),
  { apiKey: KEY, toString: () => KEY, toJSON: () => KEY },
  [KEY],
  new Map([[KEY, PROMPT]]),
  () => KEY,
  Symbol(KEY),
  new Error(KEY),
  Object.assign(new Date(), { KEY }),
];

const service = LLMService.of({ modelName: 'm', process: (prompt: string) => of(prompt) });
const client = { chat: { completions: { create: () => {} } } };
const make = (options: object) => LLMService.of({ modelName: 'm', process: () => of(''), ...options }); // prettier-ignore
const makeOpenAI = (options: object) => new OpenAIService({ client, modelName: 'm', ...options } as never); // prettier-ignore

const OF_SERVICE = ['modelName', 'serviceTag', 'rateLimit', 'rateTracker', 'quotas', 'maxConcurrentJobs', 'queueLimit', 'whenQueueFull', 'tenantWeights', 'timeout', 'queueTimeout', 'firstChunkTimeout', 'chunkTimeout', 'retry', 'limits', 'learnOutput', 'scheduler', 'process', 'costOf', 'usageOf', 'failureOf']; // prettier-ignore
const OF_OPENAI = ['client', 'countTokens', 'maxOutputTokens', 'accounting', 'prices'];
const OF_CALL = ['signal', 'priority', 'tenant', 'label', 'timeout', 'queueTimeout', 'firstChunkTimeout', 'chunkTimeout', 'deadline']; // prettier-ignore
const OF_QUOTA = ['unit', 'limit', 'windowMs', 'marginMs', 'model'];
const OF_RETRY = ['maxAttempts', 'baseMs', 'maxMs', 'maxRetryAfterMs', 'share', 'atLeast', 'isRetryable', 'random']; // prettier-ignore
const OF_ACCOUNTING = ['accounting', 'textOf', 'inputTokensOf', 'maxOutputTokensOf', 'countTokens', 'defaultOutputTokens', 'usageOf']; // prettier-ignore
const OF_SIMULATOR = ['port', 'apiKey', 'models', 'maxBodyBytes', 'scheduler', 'requestsPerWindow', 'tokensPerWindow', 'windowMs', 'limitModel', 'charge', 'latency', 'networkMs', 'faults', 'seed']; // prettier-ignore

const aQuota = { unit: 'tokens', limit: 5, windowMs: 9 };
const price = { inputPerMillion: 1, outputPerMillion: 1 };

type Misplace = (secret: never) => unknown;
const each = (names: readonly string[], put: (option: object) => unknown): [string, Misplace][] =>
  names.map((name) => [name, (secret) => put({ [name]: secret })]);

const places: readonly (readonly [string, Misplace])[] = [
  ...each(OF_SERVICE, make),
  ...each(OF_OPENAI, makeOpenAI),
  ...each(OF_CALL, (option) => service.call('', option)),
  ...each(OF_QUOTA, (option) => quota({ ...aQuota, ...option })),
  ...each(OF_QUOTA, (option) => make({ quotas: [{ ...aQuota, ...option }] })),
  ...each(OF_RETRY, (retry) => make({ retry })),
  ...each(OF_ACCOUNTING, (option) => tokenAccounting(option as never)),
  ...each(['quantile', 'atLeast', 'latest'], (learnOutput) => make({ learnOutput })),
  ...each(['tracker', 'quotas', 'costOf', 'maxConcurrent', 'released$', 'whenQueueFull'], (option) => rateLimit({ quotas: [], ...option })), // prettier-ignore
  ...each(['limits', 'gate', 'rateLimit', 'rateTracker'], (option) => new InMemoryRateTracker({ quotas: [], ...option })), // prettier-ignore
  ['the options of a service', (secret) => LLMService.of(secret)],
  ['the options of OpenAIService', (secret) => new OpenAIService(secret)],
  ['a price', (secret) => makeOpenAI({ prices: { m: { ...price, inputPerMillion: secret } } })],
  ['a weight', (secret) => make({ tenantWeights: { ann: secret } })],
  ['a budget', (secret) => budget(secret)],
  ['a shared quota', (secret) => sharedQuota(secret)],
  ['what is shared', (secret) => shareInFlight(secret, { keyOf: () => 1 })],
  ['its key', (secret) => shareInFlight(service, { keyOf: secret })],
  ['a fallback', (secret) => fallback([service, secret])],
  ['its condition', (secret) => fallback([service], { when: secret })],
  ['a hedge', (secret) => hedge(service, { delayMs: secret })],
  ['a label', (secret) => new UsageTracker(secret, () => ({}))],
  ['a parser', (secret) => new UsageTracker('label', secret)],
  ['an amount', (secret) => { new TimeBoundedUsageTracker().add(secret); }], // prettier-ignore
];

/** Errors of calls, which tell them to their callers. */
async function failures(secret: unknown): Promise<readonly unknown[]> {
  const odd = {
    costOf: () => secret as never,
    usageOf: () => secret as never,
    process: () => secret as never,
  };
  const calls = Object.entries(odd).map(([name, one]) => make({ [name]: one }).callAsync(PROMPT as never)); // prettier-ignore
  const others = [
    makeOpenAI({}).callAsync({ messages: secret } as never),
    makeOpenAI({}).callAsync(secret as never),
    runServices([secret] as never, () => 1),
    runServices([service], secret as never),
    ...OF_SIMULATOR.map((name) => startSimulator({ [name]: secret }).then((one) => one.close())),
  ];
  const ends = await Promise.allSettled([...calls, ...others]);
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
}

describe('an error of an option', () => {
  it.each(places)('never shows what was given as %s', (_place, misplace) => {
    const errors = secrets
      .filter((secret) => typeof secret !== 'symbol')
      .map((secret) => errorOf(() => misplace(secret as never)))
      .filter((error) => error instanceof RxllmError);

    expect(leaksIn(errors, HIDDEN)).toEqual([]);
  });

  it('never shows what a request, a result or an option of the simulator was instead', async () => {
    for (const secret of secrets) {
      const errors = (await failures(secret)).filter((error) => error instanceof RxllmError);

      expect(errors.length).toBeGreaterThan(5);
      expect(leaksIn(errors, HIDDEN)).toEqual([]);
    }
  });

  it('shows what was mistyped, as a mistake is best seen beside what was meant', () => {
    expect(errorOf(() => make({ whenQueueFull: 'drop-old' }))).toMatchObject({ value: "'drop-old'" }); // prettier-ignore
    expect(errorOf(() => make({ queueLimit: -3 }))).toMatchObject({ value: '-3' });
  });

  /** `usageOf: (response) => response` is a mistake easily made, and a provider chooses the keys of its answers. */
  it('names a unit only where it can be one', async () => {
    const usageOf = (response: unknown) => response as never;
    const ends = [ANSWER, 'x'.repeat(1_000_000), '__proto__', 'prompt_tokens_details'].map((name) =>
      make({ usageOf, process: () => of(JSON.parse(`{"${name}":"x"}`) as never) })
        .callAsync('')
        .catch((error: unknown) => error as RxllmError),
    );
    const errors = await Promise.all(ends);

    expect(errors.map((error) => Object(error) instanceof RxllmError)).toEqual([true, true, true, true]); // prettier-ignore
    expect(leaksIn(errors, HIDDEN)).toEqual([]);
    expect(String(errors[1]).length).toBeLessThan(300);
    expect(errors[3]).toMatchObject({ option: 'usageOf(response).prompt_tokens_details' });
  });

  it('names an unknown option up to a length', () => {
    const error = errorOf(() => make({ ['x'.repeat(1_000_000)]: 1 }));

    expect(String(error).length).toBeLessThan(1_000);
  });
});

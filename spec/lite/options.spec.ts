import { asapScheduler, asyncScheduler, EMPTY } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  InvalidOptionError,
  LLMService,
  requestsPerMinute,
  retries,
} from '../../src/lite/index.js';
import { errorOf } from '../support/error-of.js';
import { VirtualTime } from '../support/virtual-time.js';

/** What a public function is given when nothing is wrong; a row changes one thing of it. */
type Given = Record<string, unknown>;

const modelName = 'echo-1';
const process = () => EMPTY;
const ownQuota = { unit: 'tokens', limit: 5, windowMs: 60_000 };

class EchoService extends LLMService<string, string> {
  protected process() {
    return EMPTY;
  }
}

/** Where options are given, and how an option is named there. */
const doors = {
  'LLMService.of': {
    make: (given) => LLMService.of(given as never),
    valid: { modelName, process },
    pathOf: (option) => option,
  },
  'new LLMService': {
    make: (given) => new EchoService(given as never),
    valid: { modelName },
    pathOf: (option) => option,
  },
  quota: {
    make: (given) => LLMService.of({ modelName, process, quotas: [ownQuota, given as never] }),
    valid: ownQuota,
    pathOf: (option) => `quotas[1].${option}`,
  },
  call: {
    make: (given) => LLMService.of({ modelName, process }).call('', given as never),
    valid: {},
    pathOf: (option) => `call.${option}`,
  },
  retries: {
    make: (given) => retries(given as never),
    valid: {},
    pathOf: (option) => `retries.${option}`,
  },
} satisfies Record<
  string,
  { make: (given: unknown) => unknown; valid: Given; pathOf: (option: string) => string }
>;

type Door = keyof typeof doors;

const DOORS = Object.keys(doors) as Door[];

const notALimit = [0, -1, NaN, Infinity, '5', null, [5], true, 5n];
const notADuration = [0, -1, NaN, Infinity, '5', null, [5]];
const notAShare = [-1, NaN, '5', null, [5]];
const notACount = [0, -1, NaN, 1.5, -Infinity, '5', null, [5], true];
const notAName = ['', '  ', 5, null, ['a'], undefined];
const notAFunction = [null, {}, 5, 'fn'];

const ofService = {
  modelName: notAName,
  serviceTag: [5, null, ['a']],
  quotas: [null, {}, 5, 'fn', requestsPerMinute(5)],
  maxConcurrentJobs: notACount,
  queueLimit: [-1, NaN, 1.5, '5', null, -Infinity],
  retry: [null, {}, 5, { maxAttempts: 3 }, true, retries, () => 5],
  scheduler: [null, 5, {}, { now: () => 0 }, { schedule: () => undefined }, 'async'],
};

/** Option by option, what is not allowed. */
const notAllowed: Record<Door, Record<string, readonly unknown[]>> = {
  'LLMService.of': {
    ...ofService,
    process: [...notAFunction, undefined],
    costOf: notAFunction,
    usageOf: notAFunction,
  },
  'new LLMService': ofService,
  quota: {
    unit: [...notAName, 'constructor', 'toString', '__proto__'],
    limit: [...notALimit, undefined],
    windowMs: [...notALimit.filter((value) => value !== Infinity), undefined],
    marginMs: [-1, NaN, Infinity, '5', null, [5]],
  },
  call: {
    signal: [null, 5, {}, new AbortController(), new EventTarget(), { aborted: false }],
    priority: [1.5, NaN, Infinity, '1', null],
    label: [5, null, {}],
  },
  retries: {
    maxAttempts: notACount,
    baseMs: notADuration,
    maxMs: notADuration,
    maxRetryAfterMs: notAShare,
    share: notAShare,
    atLeast: notAShare,
    isRetryable: notAFunction,
    random: notAFunction,
    failureOf: notAFunction,
  },
};

/** What is said of each kind to be allowed. */
const ALLOWED: Record<string, string> = {
  quotas: 'a list of quotas',
  maxConcurrentJobs: 'a whole number, 1 or more, or Infinity',
  queueLimit: 'a whole number, 0 or more, or Infinity',
  retry: 'what retries() gives',
  scheduler: 'an RxJS scheduler',
  process: 'a function',
  limit: 'a finite number above 0',
  signal: 'an AbortSignal',
  priority: 'a whole number',
};

const badRows = Object.entries(notAllowed).flatMap(([door, options]) =>
  Object.entries(options).flatMap(([option, values]) =>
    values.map((value) => [door as Door, option, shown(value), value] as const),
  ),
);

function shown(value: unknown): string {
  if (value === null || ['number', 'undefined', 'boolean'].includes(typeof value))
    return String(value);
  if (typeof value === 'string') return `'${value}'`;
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

const given = (door: Door, options: Given) =>
  errorOf(() => doors[door].make({ ...doors[door].valid, ...options }));

describe('options of rxllm/lite', () => {
  it.each(DOORS)('of %s are taken when they are right', (door) => {
    expect(given(door, {})).toBe('no error');
  });

  it.each(badRows)('of %s name %s when it is %s', (door, option, _shown, value) => {
    const error = given(door, { [option]: value });

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({
      option: doors[door].pathOf(option),
      value: expect.stringMatching(/\S/) as unknown,
      allowed:
        ALLOWED[option] ?? (expect.stringMatching(/^a (text|number|function|whole)/) as unknown),
    });
    const { message, value: told, allowed } = error as InvalidOptionError;
    expect(message).toBe(
      `rxllm: option ${doors[door].pathOf(option)} is ${told}; allowed: ${allowed}`,
    );
  });

  it.each<[Door, string]>([
    [
      'LLMService.of',
      'modelName, serviceTag, quotas, maxConcurrentJobs, queueLimit, retry, scheduler',
    ],
    [
      'new LLMService',
      'modelName, serviceTag, quotas, maxConcurrentJobs, queueLimit, retry, scheduler',
    ],
    ['quota', 'unit, limit, windowMs, marginMs'],
    ['call', 'signal, priority, label'],
    [
      'retries',
      'maxAttempts, baseMs, maxMs, maxRetryAfterMs, share, atLeast, isRetryable, random, failureOf',
    ],
  ])('of %s name one that is unknown, and those that are', (door, allowed) => {
    const path = doors[door].pathOf('lmit');
    expect(given(door, { lmit: 5 })).toEqual(new InvalidOptionError(path, 'unknown', allowed));
  });

  it.each<[Door, string]>([
    ['LLMService.of', 'options'],
    ['new LLMService', 'options'],
    ['quota', 'quotas[1]'],
    ['call', 'call'],
    ['retries', 'retries'],
  ])('of %s are an object', (door, option) => {
    for (const value of [null, 5, 'a', [], true, process])
      expect(errorOf(() => doors[door].make(value))).toMatchObject({
        option,
        allowed: 'an object',
      });
  });

  it.each<Door>(['LLMService.of', 'new LLMService', 'quota'])('of %s must be given', (door) => {
    expect(errorOf(() => doors[door].make(undefined))).toMatchObject({
      value: 'missing',
      allowed: 'an object',
    });
  });

  it.each<Door>(['call', 'retries'])('of %s need not be given', (door) => {
    expect(errorOf(() => doors[door].make(undefined))).toBe('no error');
  });

  it.each(
    DOORS.flatMap((door) =>
      Object.keys(notAllowed[door])
        .filter((option) => !notAllowed[door][option]?.includes(undefined))
        .map((option) => [door, option] as const),
    ),
  )('of %s take %s that is undefined as not given', (door, option) => {
    expect(given(door, { [option]: undefined })).toBe('no error');
  });

  it.each<[Door, string, unknown]>([
    ['LLMService.of', 'serviceTag', ''],
    ['LLMService.of', 'quotas', []],
    ['LLMService.of', 'maxConcurrentJobs', 1],
    ['LLMService.of', 'maxConcurrentJobs', Infinity],
    ['LLMService.of', 'queueLimit', 0],
    ['LLMService.of', 'queueLimit', Infinity],
    ['LLMService.of', 'retry', retries()],
    ['LLMService.of', 'scheduler', asyncScheduler],
    ['LLMService.of', 'scheduler', asapScheduler],
    ['LLMService.of', 'scheduler', new VirtualTime()],
    ['LLMService.of', 'scheduler', new TestScheduler(() => true)],
    ['quota', 'marginMs', 0],
    ['quota', 'limit', 0.5],
    ['quota', 'windowMs', Infinity],
    ['quota', 'windowMs', 0.5],
    ['quota', 'unit', 'images'],
    ['call', 'priority', -3],
    ['call', 'label', ''],
    ['call', 'signal', new AbortController().signal],
    ['retries', 'maxAttempts', Infinity],
    ['retries', 'share', Infinity],
    ['retries', 'share', 0],
    ['retries', 'atLeast', 0],
    ['retries', 'maxRetryAfterMs', 0],
    ['retries', 'maxRetryAfterMs', Infinity],
  ])('of %s take %s of an unusual value', (door, option, value) => {
    expect(given(door, { [option]: value })).toBe('no error');
  });

  it.each<[string, unknown, string]>([
    ['a limit in the second', [ownQuota, { ...ownQuota, limit: -5 }], 'quotas[1].limit is -5'],
    ['a window that is missing', [{ unit: 'a', limit: 5 }], 'quotas[0].windowMs is missing'],
    ['one that is no object', [ownQuota, ownQuota, 5], 'quotas[2] is 5'],
    ['one that is missing', [undefined], 'quotas[0] is missing'],
    [
      'one that has a model, as quotas of rxllm',
      [{ ...ownQuota, model: 'bucket' }],
      'quotas[0].model is unknown',
    ],
    ['a place without one', new Array(1), 'quotas[0] is missing'],
  ])('of quotas are named with their place: %s', (_what, quotas, message) => {
    expect((given('LLMService.of', { quotas }) as Error).message).toContain(`option ${message};`);
  });

  it.each<[string, string, Given]>([
    ['tenants', 'tenant', { tenant: 'a' }],
    ['timeouts', 'timeout', { timeout: 5 }],
    ['deadlines', 'deadline', { deadline: 5 }],
  ])('of call that only rxllm has are unknown: %s', (_what, option, options) => {
    expect(given('call', options)).toMatchObject({ option: `call.${option}`, value: 'unknown' });
  });

  it.each(['rateLimit', 'rateTracker', 'timeouts', 'whenQueueFull', 'tenantWeights'])(
    'of LLMService that only rxllm has are unknown: %s',
    (option) => {
      expect(given('LLMService.of', { [option]: 5 })).toMatchObject({ option, value: 'unknown' });
    },
  );

  it('of LLMService without of are no functions: a class has methods for these', () => {
    expect(given('new LLMService', { process })).toMatchObject({
      option: 'process',
      value: 'unknown',
    });
  });

  it('show of what is given only its kind, as it could be a secret', () => {
    for (const door of DOORS)
      for (const option of Object.keys(notAllowed[door])) {
        const secret =
          option === 'label' || option === 'serviceTag' ? ['sk-123'] : { key: 'sk-123' };
        expect((given(door, { [option]: secret }) as Error).message).not.toContain('sk-123');
      }
  });

  it('are as strict with what a class says of its most jobs', () => {
    class Echo extends LLMService<string, string> {
      static override readonly MAX_CONCURRENT_JOBS = -1;
      protected process = () => EMPTY;
    }

    expect(errorOf(() => new Echo({ modelName }))).toMatchObject({
      option: 'maxConcurrentJobs',
      value: '-1',
    });
  });

  it('of call are rejected, not thrown, by callAsync', async () => {
    const service = LLMService.of({ modelName, process });
    const promise = service.callAsync('', { priority: 1.5 });
    await expect(promise).rejects.toMatchObject({ option: 'call.priority', value: '1.5' });
  });

  it('of close that are missing mean to let calls finish', async () => {
    await expect(LLMService.of({ modelName, process }).close(undefined)).resolves.toBeUndefined();
    await expect(LLMService.of({ modelName, process }).close({})).resolves.toBeUndefined();
  });
});

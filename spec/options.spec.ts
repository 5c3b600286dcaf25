import { EMPTY, NEVER, of } from 'rxjs';
import {
  InMemoryRateTracker,
  InvalidOptionError,
  LLMService,
  quota,
  rateLimit,
  requestsPerMinute,
  TimeBoundedUsageTracker,
} from '../src/index.js';
import { errorOf } from './support/error-of.js';

/** What a public function is given when nothing is wrong; a row changes one thing of it. */
type Given = Record<string, unknown>;

const rateTracker = new TimeBoundedUsageTracker();
const store = new InMemoryRateTracker({ quotas: [] });
const quotas = [requestsPerMinute(5)];
const ownQuota = { unit: 'tokens', limit: 5, windowMs: 60_000 };

const doors = {
  quota: { make: (given) => quota(given as never), valid: ownQuota },
  TimeBoundedUsageTracker: {
    make: (given) => new TimeBoundedUsageTracker(given as never),
    valid: {},
  },
  InMemoryRateTracker: {
    make: (given) => new InMemoryRateTracker(given as never),
    valid: { quotas },
  },
  'InMemoryRateTracker over a tracker': {
    make: (given) => new InMemoryRateTracker(given as never),
    valid: { rateLimit: 5, rateTracker },
  },
  rateLimit: { make: (given) => rateLimit(given as never), valid: { quotas } },
  LLMService: {
    make: (given) => LLMService.of(given as never),
    valid: { modelName: 'echo-1', process: () => EMPTY },
  },
  call: {
    make: (given) =>
      LLMService.of({ modelName: 'echo-1', process: () => EMPTY }).call('', given as never),
    valid: {},
  },
} satisfies Record<string, { make: (given: unknown) => unknown; valid: Given }>;

type Door = keyof typeof doors;

const notALimit = [0, -1, NaN, Infinity, '5', null, [5], true, 5n];
const notADuration = notALimit;
const notAMargin = [-1, NaN, Infinity, '5', null, [5]];
const notAName = ['', '  ', 5, null, ['a'], undefined];
const notAScheduler = [null, 5, {}, { now: () => 0 }, { schedule: () => {} }, 'async'];
const notAConcurrency = [0, -1, NaN, 1.5, '5', null, [5], true];
const notAQueueLimit = [-1, NaN, 1.5, '5', null, -Infinity];
const notAFunction = [null, {}, 5, 'fn'];
const notQuotas = [null, {}, 5, 'fn', requestsPerMinute(5)];
const notAnObservable = [null, {}, 5, [1], Promise.resolve(1), () => EMPTY];

/** Option by option, what is not allowed. */
const notAllowed: Partial<Record<Door, Record<string, unknown[]>>> = {
  quota: {
    unit: notAName,
    limit: [...notALimit, undefined],
    windowMs: [...notADuration.filter((value) => value !== Infinity), undefined],
    model: ['sliding', null, 5, {}],
    marginMs: notAMargin,
  },
  TimeBoundedUsageTracker: {
    windowMs: notADuration,
    marginMs: notAMargin,
    scheduler: notAScheduler,
  },
  InMemoryRateTracker: { quotas: [...notQuotas, undefined], scheduler: notAScheduler },
  'InMemoryRateTracker over a tracker': {
    rateLimit: [...notALimit, undefined],
    rateTracker: [null, 5, {}, store, undefined],
  },
  rateLimit: {
    tracker: [null, 5, {}, rateTracker],
    quotas: notQuotas,
    costOf: notAFunction,
    maxConcurrent: notAConcurrency,
    released$: notAnObservable,
    cancelled$: notAnObservable,
    queue: [null, 5, {}, []],
    queueLimit: notAQueueLimit,
    onRefused: notAFunction,
    scheduler: notAScheduler,
  },
  LLMService: {
    modelName: notAName,
    serviceTag: [5, null, ['a']],
    rateLimit: notALimit,
    rateTracker: [null, 5, {}],
    quotas: notQuotas,
    maxConcurrentJobs: notAConcurrency,
    queueLimit: notAQueueLimit,
    scheduler: notAScheduler,
    process: [...notAFunction, undefined],
    costOf: notAFunction,
    usageOf: notAFunction,
  },
  call: {
    signal: [null, 5, {}, new AbortController()],
    priority: [1.5, NaN, Infinity, '1', null],
    label: [5, null, {}],
  },
};

const badRows = Object.entries(notAllowed).flatMap(([door, options]) =>
  Object.entries(options).flatMap(([option, values]) =>
    values.map((value) => [door as Door, option, describeValue(value), value] as const),
  ),
);

function describeValue(value: unknown): string {
  if (value === null || ['number', 'undefined', 'boolean'].includes(typeof value))
    return String(value);
  if (typeof value === 'string') return `'${value}'`;
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

describe('options', () => {
  it.each(Object.keys(doors) as Door[])('of %s are taken when they are right', (door) => {
    expect(errorOf(() => doors[door].make(doors[door].valid))).toBe('no error');
  });

  it.each(badRows)('of %s name %s when it is %s', (door, option, _shown, value) => {
    const error = errorOf(() => doors[door].make({ ...doors[door].valid, [option]: value }));
    const path = door === 'call' ? `call.${option}` : option;

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: path, allowed: expect.stringMatching(/\w/) });
    expect((error as Error).message).toMatch(
      new RegExp(`^rxllm: option ${path.replace('$', '\\$')} is .+; allowed: .+`),
    );
  });

  it.each(Object.keys(doors) as Door[])(
    'of %s name one that is unknown, and those that are',
    (door) => {
      const error = errorOf(() => doors[door].make({ ...doors[door].valid, lmit: 5 }));

      expect(error).toMatchObject({
        value: 'unknown',
        option: door === 'call' ? 'call.lmit' : 'lmit',
      });
      const known = { quota: 'windowMs', call: 'priority', LLMService: 'modelName' } as Partial<
        Record<Door, string>
      >;
      expect((error as InvalidOptionError).allowed).toContain(known[door] ?? '');
    },
  );

  it.each([
    ['quota', undefined],
    ['quota', null],
    ['quota', 5],
    ['quota', []],
    ['TimeBoundedUsageTracker', null],
    ['TimeBoundedUsageTracker', 5],
    ['InMemoryRateTracker', undefined],
    ['InMemoryRateTracker', null],
    ['InMemoryRateTracker', {}],
    ['rateLimit', undefined],
    ['rateLimit', null],
    ['rateLimit', {}],
    ['LLMService', undefined],
    ['LLMService', null],
    ['LLMService', {}],
    ['call', 5],
  ] as const)('of %s may not be %j', (door, given) => {
    expect(errorOf(() => doors[door].make(given))).toBeInstanceOf(InvalidOptionError);
  });

  it.each<[string, unknown, string]>([
    // quotas, named, is
    [
      'a limit in the second',
      [ownQuota, { ...ownQuota, limit: -5 }],
      'option quotas[1].limit is -5; allowed: a finite number above 0',
    ],
    [
      'a window that is missing',
      [{ unit: 'tokens', limit: 5 }],
      'option quotas[0].windowMs is missing; allowed: a number above 0, in ms, or Infinity',
    ],
    [
      'an unknown option',
      [{ ...ownQuota, window: 5 }],
      'option quotas[0].window is unknown; allowed: unit, limit, windowMs, marginMs, model',
    ],
    ['one that is no object', [5], 'option quotas[0] is 5; allowed: an object'],
    ['one that is missing', [undefined], 'option quotas[0] is missing; allowed: an object'],
  ])('of quotas are named with their place: %s', (_what, quotas, message) => {
    for (const door of ['InMemoryRateTracker', 'rateLimit', 'LLMService'] as const) {
      const error = errorOf(() => doors[door].make({ ...doors[door].valid, quotas }));
      expect((error as Error).message).toContain(message);
    }
  });

  it.each<[string, Door, Given, string]>([
    [
      'quotas beside rateTracker',
      'LLMService',
      { quotas, rateTracker: store },
      'quotas is given beside rateTracker',
    ],
    [
      'quotas beside rateLimit',
      'LLMService',
      { quotas, rateLimit: 5 },
      'quotas is given beside rateLimit',
    ],
    [
      'rateLimit beside a store',
      'LLMService',
      { rateLimit: 5, rateTracker: store },
      'rateLimit is given beside',
    ],
    ['rateTracker without rateLimit', 'LLMService', { rateTracker }, 'rateLimit is missing'],
    [
      'tracker beside quotas',
      'rateLimit',
      { quotas, tracker: store },
      'quotas is given beside tracker',
    ],
    ['neither tracker nor quotas', 'rateLimit', { quotas: undefined }, 'quotas is missing'],
    ['maxConcurrent without released$', 'rateLimit', { maxConcurrent: 5 }, 'released$ is missing'],
    [
      'scheduler beside rateTracker',
      'InMemoryRateTracker over a tracker',
      { scheduler: 5 },
      'scheduler is unknown',
    ],
    [
      'quotas beside rateTracker',
      'InMemoryRateTracker over a tracker',
      { quotas },
      'quotas is unknown',
    ],
  ])('contradict each other: %s of %s', (_what, door, given, message) => {
    const error = errorOf(() => doors[door].make({ ...doors[door].valid, ...given }));

    expect((error as Error).message).toContain(`rxllm: option ${message}`);
  });

  it.each<[Door, Given]>([
    ['quota', { marginMs: 0 }],
    ['quota', { marginMs: undefined }],
    ['quota', { limit: NEVER }],
    ['quota', { limit: 0.001, windowMs: 0.5 }],
    ['InMemoryRateTracker', { quotas: [] }],
    ['InMemoryRateTracker', { quotas: [ownQuota, ownQuota] }],
    ['rateLimit', { queueLimit: 0 }],
    ['rateLimit', { queueLimit: Infinity }],
    ['rateLimit', { maxConcurrent: Infinity, released$: NEVER }],
    ['rateLimit', { maxConcurrent: of(0), released$: NEVER }],
    ['LLMService', { serviceTag: '' }],
    ['LLMService', { rateLimit: 0.5 }],
    ['LLMService', { rateLimit: of(5), rateTracker }],
    ['LLMService', { rateTracker: store }],
    ['LLMService', { maxConcurrentJobs: Infinity, queueLimit: 0 }],
    ['call', { signal: undefined, priority: -5, label: '' }],
  ])('of %s may be %j', (door, given) => {
    expect(errorOf(() => doors[door].make({ ...doors[door].valid, ...given }))).toBe('no error');
  });

  it('are shown in errors by their kind only, when they could hold a secret', () => {
    const secret = 'sk-very-secret';
    const error = errorOf(() =>
      quota({ ...ownQuota, limit: secret as never }),
    ) as InvalidOptionError;

    expect([error.value, error.message.includes(secret)]).toEqual(['a text', false]);
  });

  it('are not copied: what was made elsewhere keeps its identity', () => {
    const limited = new InMemoryRateTracker({ rateLimit: 5, rateTracker });
    rateTracker.add(3);

    expect(limited.quotas).toMatchObject([{ used: 3 }]);
  });
});

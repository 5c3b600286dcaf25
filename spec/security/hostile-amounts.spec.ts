import fc from 'fast-check';
import { mergeMap, of, throwError, timer } from 'rxjs';
import {
  budget,
  type CallContext,
  InMemoryRateTracker,
  LLMService,
  type Quota,
  quota,
  type RateLimitReading,
  seededRandom,
  TimeBoundedUsageTracker,
  UsageTracker,
} from 'rxllm';
import { parseOpenAIResponse } from 'rxllm/openai';
import { VirtualTime } from '../support/virtual-time.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const SEED = 20_261_129;
const DAY_MS = 86_400_000;
const WINDOW_MS = 100;

/** What one call does with its service: what it tells of limits and usage, what it answers, how it ends. */
interface Script {
  readonly limits: unknown;
  readonly used: unknown;
  readonly answers: readonly unknown[];
  readonly error: unknown;
}

const HONEST: Script = { limits: undefined, used: undefined, answers: ['fine'], error: undefined };

function serviceOf(quotas: readonly Quota[], more: object = {}) {
  const time = new VirtualTime();
  const starts: number[] = [];
  const process = (script: Script, context: CallContext) => {
    starts.push(time.now());
    return timer(5, time).pipe(mergeMap(() => play(script, context)));
  };
  const service = LLMService.of({
    modelName: 'm',
    quotas,
    scheduler: time,
    retry: { random: seededRandom(SEED) },
    process,
    costOf: () => ({ tokens: 10, outputTokens: 5 }),
    usageOf: (answer: unknown) => answer as never,
    ...more,
  });
  return { service, time, starts };
}

function play({ limits, used, answers, error }: Script, context: CallContext) {
  if (limits !== undefined) context.reportLimits(limits as RateLimitReading);
  if (used !== undefined) context.reportUsage(used as number);
  // eslint-disable-next-line rxjs-x/throw-error -- clients throw anything
  return error === undefined ? of(...answers.map(responseOf)) : throwError(() => error);
}

/** A response is its own usage; `fine` says nothing of it. */
function responseOf(answer: unknown): unknown {
  return answer === 'fine' ? undefined : answer;
}

/** How often each of the calls ends, and with what. */
function endsOf(service: LLMService<Script, unknown>, scripts: readonly Script[]) {
  const ends = scripts.map((): unknown[] => []);
  scripts.forEach((script, index) => {
    service.call(script).subscribe({
      error: (error: unknown) => ends[index]?.push(error),
      complete: () => ends[index]?.push('answered'),
    });
  });
  return ends;
}

const tokens = (model: 'sliding-window' | 'token-bucket' | 'fixed-window') =>
  quota({ unit: 'tokens', limit: 40, windowMs: WINDOW_MS, marginMs: 0, model });
const requests = quota({ unit: 'requests', limit: 3, windowMs: WINDOW_MS, marginMs: 0 });

const number = fc.constantFrom<unknown[]>(0, -1, 1, 7, 40, 1e9, 1e15, 1e300, 1e308, Number.MAX_VALUE, Number.MIN_VALUE, NaN, Infinity, -Infinity, null, undefined, '5', 'x', {}, [], true); // prettier-ignore
/** A provider that tells of no requests is believed: then more go out. That is not asked here. */
const unit = fc.constantFrom('tokens', 'outputTokens', '__proto__', 'constructor', 'toString', 'x'); // prettier-ignore
const dim = fc.constantFrom<unknown[]>('requests', 'tokens', '__proto__', 'constructor', null, 5);
const limit = fc.record({ dim, limit: number, remaining: number, resetMs: number, windowMs: number }, { requiredKeys: [] }); // prettier-ignore
const limits = fc.oneof(
  fc.constant(undefined),
  fc.record({ limits: fc.oneof(fc.array(limit, { maxLength: 3 }), number), retryAfterMs: number, shouldPause: number, retryable: number }, { requiredKeys: [] }), // prettier-ignore
);
const usage = fc.oneof(number, fc.array(fc.tuple(unit, number), { maxLength: 3 }).map(ownFields));
const error = fc.oneof(
  fc.constant(undefined),
  fc.record({
    status: fc.constantFrom(429, 503, 529, 500, 400, 401, NaN, -1),
    headers: fc.record({ 'retry-after': fc.constantFrom('0', '-1', '1', '9999', '1000000000000', '9'.repeat(15), '1e999', 'NaN', '') }), // prettier-ignore
  }),
);
const script: fc.Arbitrary<Script> = fc.record({ limits, used: usage, answers: fc.array(usage, { maxLength: 2 }), error }); // prettier-ignore

/** Own fields also where the name is that of the prototype. */
function ownFields(pairs: readonly (readonly [string, unknown])[]): object {
  const fields = {};
  for (const [name, value] of pairs)
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
  return fields;
}

describe(`a service whose provider tells anything (seed ${SEED})`, () => {
  const setUp = fc.record({
    quotas: fc.constantFrom<Quota[][]>([requests, tokens('sliding-window')], [requests, tokens('token-bucket')], [requests, tokens('fixed-window')], [tokens('token-bucket')]), // prettier-ignore
    more: fc.constantFrom({}, { limits: 'learn' }, { learnOutput: { atLeast: 1 } }),
    scripts: fc.array(script, { minLength: 1, maxLength: 8 }),
  });

  it('ends each call once, keeps to its limits, and serves an honest call a month later', () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(setUp, ({ quotas, more, scripts }) => {
        const { service, time, starts } = serviceOf(quotas, more);
        const ends = endsOf(service, [...scripts, HONEST]);
        time.advance(32 * DAY_MS);
        const after = endsOf(service, [HONEST]);
        time.advance(DAY_MS);

        expect(ends.map(({ length }) => length)).toEqual(ends.map(() => 1));
        expect(after).toEqual([['answered']]);
        for (const at of quotas.includes(requests) ? starts : [])
          expect(starts.filter((one) => one >= at && one < at + WINDOW_MS).length).toBeLessThan(4);
        const { queued, inFlight, retrying } = service.toJSON();
        expect([queued, inFlight, retrying]).toEqual([0, 0, 0]);
        expect(JSON.stringify(service)).not.toMatch(/NaN/);
      }),
      { numRuns: 400, seed: SEED },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
  });

  it.each(['1000000000000', '9'.repeat(15)])(
    'lets no call wait for a retry-after of %s s, nor closes for ever',
    (after) => {
      // prettier-ignore
      const { service, time } = serviceOf([requests]);
      const refused = { ...HONEST, error: { status: 429, headers: { 'retry-after': after } } };
      const ends = endsOf(service, [refused, HONEST, HONEST, HONEST, HONEST]);
      time.advance(1_000);

      const tooLong = [expect.objectContaining({ code: 'RETRY_AFTER_TOO_LONG' })];
      expect(ends).toEqual([tooLong, ['answered'], ['answered'], tooLong, tooLong]);
      expect(service.toJSON().gate?.reopensAt).toBeLessThanOrEqual(DAY_MS + 1_000);
      time.advance(DAY_MS);
      const later = endsOf(service, [HONEST]);
      time.advance(1_000);
      expect(later).toEqual([['answered']]);
    },
  );

  it('keeps to a retry-after of a month, as that of a plan may be', () => {
    const { service, time } = serviceOf([requests]);
    const after = String((30 * DAY_MS) / 1_000);
    endsOf(service, [{ ...HONEST, error: { status: 429, headers: { 'retry-after': after } } }]);
    time.advance(1_000);

    expect(service.toJSON().gate).toEqual({ status: 'closed', reopensAt: 30 * DAY_MS + 5 });
  });

  it.each(['sliding-window', 'token-bucket', 'fixed-window'] as const)(
    'lets calls go on after usages whose sum is no number, in a %s',
    (model) => {
      const { service, time } = serviceOf([tokens(model)]);
      const huge = { ...HONEST, used: { tokens: 1e308 } };
      const ends = endsOf(service, [huge, huge, huge, HONEST]);
      time.advance(2_000 * WINDOW_MS);

      expect(ends).toEqual([['answered'], ['answered'], ['answered'], ['answered']]);
      expect(service.toJSON().quotas).toMatchObject([{ used: 0, remaining: 40 }]);
    },
  );

  it('spends a budget with them, rather than to let calls wait for ever', () => {
    const { service, time } = serviceOf([budget({ unit: 'tokens', limit: 40 })]);
    const huge = { ...HONEST, used: { tokens: 1e308 } };
    const ends = endsOf(service, [huge, huge, huge, HONEST, HONEST]);
    time.advance(DAY_MS);

    expect(ends.map(([end]) => end)).toEqual([
      ...Array<string>(4).fill('answered'),
      expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
    ]);
  });

  it('forgets answers of nonsense when it has learned of others', () => {
    const { service, time } = serviceOf([requests], { learnOutput: { atLeast: 1, latest: 3 } });
    endsOf(service, [1e308, 1e308, 2, 2, 2, 2].map((outputTokens) => ({ ...HONEST, used: { tokens: 10, outputTokens } }))); // prettier-ignore
    time.advance(DAY_MS);

    expect(service.toJSON().estimates).toMatchObject([{ expected: 2, used: 6 }]);
  });

  it('takes texts for no numbers, where they stand for them in a reading', () => {
    const { service, time } = serviceOf([requests], { limits: 'learn' });
    const told = { dim: 'requests', limit: '1', remaining: '0', resetMs: '9', windowMs: '100' };
    const texts = { limits: [told], retryAfterMs: '9', shouldPause: true, retryable: true };
    endsOf(service, [{ ...HONEST, limits: texts }]);
    time.advance(6);

    expect(service.toJSON().quotas).toMatchObject([{ limit: 3 }]);
    expect(typeof service.toJSON().gate?.reopensAt).toBe('number');
  });
});

describe('a tracker that is told anything', () => {
  it('has a total again when what overflowed has left', () => {
    const time = new VirtualTime();
    const tracker = new TimeBoundedUsageTracker({ windowMs: 10, scheduler: time });
    tracker.add(1e308);
    tracker.add(1e308);
    time.advance(5);
    tracker.add(7);
    expect(tracker.total).toBeGreaterThan(1e289);
    time.advance(5);

    expect(tracker.total).toBe(7);
  });

  it('gives out no more than its limit of what costs more than numbers can hold', () => {
    const time = new VirtualTime();
    const tracker = new InMemoryRateTracker({ quotas: [requests], scheduler: time });

    expect(tracker.neverFits({ requests: 1e308 })).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('keeps account under the names that every object has, and changes none of theirs', () => {
    const usage = new UsageTracker('__proto__', (current, more: object) => ({
      ...current,
      ...more,
    }));
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      usage.updateFromModel({ model: name, subLabel: name, response: ownFields([[name, 5]]) });
    const other: Record<string, unknown> = {};
    usage.addTo(other);

    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const total = Object.getOwnPropertyDescriptor(usage.totals, name)?.value as object;
      expect(Object.getOwnPropertyDescriptor(total, name)?.value).toBe(5);
    }
    expect(Object.getPrototypeOf(other)).toBe(Object.prototype);
    expect(Object.keys(other)).toEqual(['__proto__']);
  });

  it.each([
    null,
    'x',
    [],
    { prompt_tokens: '12', completion_tokens: NaN },
    { prompt_tokens: -1 },
    { prompt_tokens: 1e300, completion_tokens: {} },
  ])('counts usage %j of OpenAI as a request alone', (told) => {
    // prettier-ignore
    const once = parseOpenAIResponse({}, { usage: told as never });

    expect(once).toEqual({ requests: 1, prompt_tokens: 0, response_tokens: 0 });
  });
});

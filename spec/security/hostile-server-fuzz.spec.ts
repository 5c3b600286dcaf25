import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import { PROMPT } from './support/canaries.js';
import {
  type Attack,
  event,
  type HostileProvider,
  startHostileProvider,
} from './support/hostile-provider.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const SEED = 20_261_129;
const messages = [{ role: 'user' as const, content: PROMPT }];

const odd = fc.constantFrom<unknown[]>(null, 0, -1, 1e308, 1.5, '', 'x', '7', true, [], {}, [null]);
const NAMES = ['index', 'content', 'refusal', 'tool_calls', 'message', 'delta', 'finish_reason', 'choices', 'usage', 'prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'cached_tokens', 'error', 'code', 'type', 'status', 'length', '__proto__', 'constructor', 'toString', 'then']; // prettier-ignore
const { body: anyBody } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 5 },
    odd,
    fc.string(),
    fc.array(tie('body'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('body')), { maxLength: 5 }).map(objectOf),
  ),
}));
const said = fc.record({ content: fc.oneof(odd, fc.string()), refusal: odd, tool_calls: odd }, { requiredKeys: [] }); // prettier-ignore
const choice = fc.record({ index: odd, message: fc.oneof(said, odd), delta: fc.oneof(said, odd), finish_reason: fc.oneof(fc.constant('stop'), odd) }, { requiredKeys: [] }); // prettier-ignore
const usage = fc.record({ prompt_tokens: odd, completion_tokens: odd, prompt_tokens_details: fc.record({ cached_tokens: odd }) }, { requiredKeys: [] }); // prettier-ignore
const shaped = fc.record({ choices: fc.array(choice, { maxLength: 3 }), usage: fc.oneof(usage, odd) }, { requiredKeys: [] }); // prettier-ignore
const body = fc.oneof(shaped, anyBody).map((one) => JSON.stringify(one));
const garbage = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('data:', '\n\n', ':\n', 'data: [DONE]\n\n')); // prettier-ignore
const events = fc
  .array(
    fc.oneof(
      body.map((one) => event(JSON.parse(one))),
      garbage,
    ),
    { maxLength: 6 },
  )
  .map((all) => all.join(''));
const headerNames = ['x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', 'x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'anthropic-ratelimit-tokens-limit', 'x-request-id', 'openai-processing-ms', 'date', 'x-should-retry']; // prettier-ignore
const headerValue = fc.constantFrom('', '0', '-1', '1', '7', 'NaN', 'Infinity', '1e999', '9'.repeat(400), '1h', '0s', '1970-01-01T00:00:00Z', '275760-09-13T00:00:00Z', '__proto__', 'true'); // prettier-ignore
const response = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    201,
    400,
    401,
    404,
    408,
    409,
    413,
    422,
    500,
    502,
    599,
    999,
  ),
  type: fc.constantFrom('application/json', 'text/event-stream', 'text/html', '', 'x/y;charset=zz'),
  headers: fc.dictionary(fc.constantFrom(...headerNames), headerValue, { maxKeys: 4 }),
  parts: fc.array(fc.oneof(body, events, garbage), { maxLength: 3 }),
  ending: fc.constantFrom('end', 'end', 'end', 'destroy'),
});

/** Own fields also where the name is that of the prototype, as JSON has them. */
function objectOf(pairs: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(
    `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
  );
}

function attackOf({ status, type, headers, parts, ending }: FuzzedResponse): Attack {
  return (answer) => {
    answer.writeHead(status, { ...headers, 'content-type': type });
    for (const part of parts) answer.write(part);
    if (ending === 'end') answer.end();
    else setImmediate(() => answer.destroy());
  };
}

type FuzzedResponse = typeof response extends fc.Arbitrary<infer T> ? T : never;

describe(`OpenAIService, whatever the provider answers (seed ${SEED}),`, () => {
  const lost: unknown[] = [];
  const onLost = (error: unknown) => lost.push(error);
  let provider: HostileProvider;
  beforeAll(async () => {
    process.on('unhandledRejection', onLost).on('uncaughtException', onLost);
    provider = await startHostileProvider();
  });
  afterAll(async () => {
    await provider.close();
    process.off('unhandledRejection', onLost).off('uncaughtException', onLost);
  });

  it('ends each call with text or an error, and serves the next', async () => {
    const names = Object.getOwnPropertyNames(Object.prototype);
    const prices = { m: { inputPerMillion: 1, cachedInputPerMillion: 0.5, outputPerMillion: 2 } };
    const service = provider.serviceWith({ prices, timeout: 20_000 });
    const isError = (one: unknown) => Object.prototype.toString.call(one) === '[object Error]';

    await fc.assert(
      fc.asyncProperty(response, fc.boolean(), async (one, stream) => {
        provider.attackWith(attackOf(one));
        const end: unknown = await lastValueFrom(
          service.call({ messages, stream }).pipe(toArray()),
        ).catch((error: unknown) => error);

        const isText = Array.isArray(end) && end.every((piece) => typeof piece === 'string');
        expect(isText || isError(end)).toBe(true);
        // A TypeError would be one of ours: a thing taken for what it is not.
        expect(isError(end) && /Cannot |not iterable|is not a|undefined/.test(String(end))).toBe(
          false,
        );
        expect(await service.callAsync({ messages })).toBe('Fine.');
        expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
      }),
      { numRuns: 300, seed: SEED },
    );

    expect(lost).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names);
    expect(({} as Record<string, unknown>)['prompt_tokens']).toBeUndefined();
  });
});

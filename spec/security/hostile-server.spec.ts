import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OpenAI } from 'openai';
import { lastValueFrom, toArray } from 'rxjs';
import type { OpenAIService } from 'rxllm/openai';
import { ANSWER, HIDDEN, KEY, leaksIn, LOGGED, PROMPT } from './support/canaries.js';
import {
  type Attack,
  event,
  type HostileProvider,
  piece,
  sendEvents,
  sendForEver,
  sendJson,
  sendRaw,
  startHostileProvider,
} from './support/hostile-provider.js';

/** Not to be measured by: a machine that is busy may take long. */
jest.setTimeout(60_000);

const MB = 1_000_000;
const messages = [{ role: 'user' as const, content: PROMPT }];

let provider: HostileProvider;
const lost: unknown[] = [];
const onLost = (error: unknown) => lost.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onLost).on('uncaughtException', onLost);
  provider = await startHostileProvider();
});
afterAll(async () => {
  await provider.close();
  process.off('unhandledRejection', onLost).off('uncaughtException', onLost);
});

/** How the call ended, whose answer was the attack: its text or its error; and how one after it did. */
async function endOf(attack: Attack, stream: boolean, service: OpenAIService, timeout = 20_000) {
  const ends: string[] = [];
  service.events$.subscribe(({ type }) => {
    if (type === 'completed' || type === 'failed') ends.push(type);
  });
  provider.attackWith(attack);
  const call$ = service.call({ messages, stream }, { timeout });
  const end = lastValueFrom(call$.pipe(toArray())).then(
    (pieces) => ({ text: pieces.join('') }),
    (error: unknown) => ({ error: error as Error }),
  );
  const next = await service.callAsync({ messages }, { timeout: 20_000 });
  await service.onIdle();
  return { end: await end, ends, next };
}

/** What no attack may change: one end, the next is served, nothing is held, nothing is lost. */
async function survives(
  attack: Attack,
  stream: boolean,
  { service = provider.serviceWith(), timeout = 20_000 } = {},
) {
  const { end, ends, next } = await endOf(attack, stream, service, timeout);

  expect(next).toBe('Fine.');
  expect(ends).toHaveLength(2);
  expect(service.toJSON()).toMatchObject({ queued: 0, inFlight: 0, retrying: 0 });
  expect(lost).toEqual([]);
  return end;
}

const choice = (message: unknown, more: object = { finish_reason: 'stop' }) => ({
  choices: [{ index: 0, message, ...more }],
});
const text = { role: 'assistant', content: 'Hi.' };
const usages: unknown[] = [
  { prompt_tokens: '7', completion_tokens: '8' },
  { prompt_tokens: -1, completion_tokens: -1 },
  { prompt_tokens: null, completion_tokens: [9] },
  { prompt_tokens: { prompt_tokens: 1 }, completion_tokens: 1e300 },
  { prompt_tokens: 1e308, completion_tokens: 1e308 },
  'many',
  [],
  { ['__proto__']: { prompt_tokens: 5, completion_tokens: 5 } },
];
const NO_NUMBER = '{"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1e400,"completion_tokens":1e400}}'; // prettier-ignore

/** Name, whether it is a stream, what is sent, and the end: a text, or what the error is like. */
type Case = readonly [string, boolean, Attack, string | object];

const whole: readonly Case[] = [
  ['no JSON', false, sendJson(`${ANSWER} {`), { code: 'MALFORMED_ANSWER' }],
  ['half of JSON', false, sendJson('{"choices":[{"mess'), { code: 'MALFORMED_ANSWER' }],
  ['null', false, sendJson('null'), { code: 'MALFORMED_ANSWER' }],
  ['a number', false, sendJson('7'), { code: 'MALFORMED_ANSWER' }],
  ['a list', false, sendJson('[]'), { code: 'MALFORMED_ANSWER' }],
  ['no choices', false, sendJson({}), { code: 'MALFORMED_ANSWER' }],
  ['choices that are null', false, sendJson({ choices: null }), { code: 'MALFORMED_ANSWER' }],
  ['choices that are a text', false, sendJson({ choices: 'x' }), { code: 'MALFORMED_ANSWER' }],
  ['an empty list of choices', false, sendJson({ choices: [] }), { reason: 'no finish_reason' }],
  ['a choice that is null', false, sendJson({ choices: [null] }), { code: 'NO_TEXT' }],
  ['a choice without a message', false, sendJson({ choices: [{}] }), { code: 'NO_TEXT' }],
  ['content that is a number', false, sendJson(choice({ content: 5 })), { reason: 'no text' }],
  ['content that is an object', false, sendJson(choice({ content: {} })), { reason: 'no text' }],
  ['tool calls that are a number', false, sendJson(choice({ tool_calls: 5 })), ''],
  ['an odd finish_reason', false, sendJson(choice({ content: '' }, { finish_reason: { toString: 1 } })), { reason: 'unknown' }], // prettier-ignore
  ['a finish_reason of 1 MB', false, sendJson(choice({ content: '' }, { finish_reason: 'x'.repeat(MB) })), { reason: 'unknown' }], // prettier-ignore
  ['a finish_reason that tells the answer', false, sendJson(choice({ content: '' }, { finish_reason: ANSWER })), { reason: 'unknown' }], // prettier-ignore
  ['usage of 1e400', false, sendJson(NO_NUMBER), 'Hi.'],
  ...usages.map((usage): Case => [`usage ${JSON.stringify(usage)}`, false, sendJson({ ...choice(text), usage }), 'Hi.']), // prettier-ignore
  ['an error with the status of a success', false, sendJson({ error: { message: 'busy', code: 'overloaded' } }), { code: 'overloaded' }], // prettier-ignore
  ['a page of HTML', false, page(200, '<h1>'), { code: 'MALFORMED_ANSWER' }],
  ['a 429 with 10 MB of HTML', false, page(429, '<b>'.repeat(3.4 * MB)), { status: 429 }],
  ['a 500 without a body', false, page(500, ''), { status: 500 }],
  ['a status of 999', false, sendJson({}, 999), { status: 999 }],
  ['headers of 16 kB', false, sendJson({}, 200, headersOf(15_000)), { name: 'Error' }],
  ['many headers', false, sendJson({ ...choice(text) }, 200, manyHeaders()), 'Hi.'],
  ['odd limits', false, sendJson(choice(text), 200, oddLimits()), 'Hi.'],
  ['a redirect to itself', false, redirect(), { name: 'Error' }],
  ['an answer that is cut off', false, cutOff('{"choices":[{"mess'), { name: expect.any(String) }],
  ['a connection that is closed', false, sendRaw(''), { name: 'Error' }],
  ['what is no HTTP', false, sendRaw('hello\r\n\r\n'), { name: 'Error' }],
  ['two lengths', false, sendRaw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9\r\n\r\n{}'), { name: 'Error' }], // prettier-ignore
  ['chunks that break off', false, sendRaw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n{"a"'), { name: expect.any(String) }], // prettier-ignore
  ['chunks of no length', false, sendRaw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), { name: expect.any(String) }], // prettier-ignore
  ['no end of an answer', false, sendForEver(' '.repeat(1_000), 'application/json'), { timeout: 'timeout' }], // prettier-ignore
  ['no answer at all', false, () => {}, { timeout: 'timeout' }],
  ['a deep answer', false, sendJson('['.repeat(100_000) + ']'.repeat(100_000)), { code: 'MALFORMED_ANSWER' }], // prettier-ignore
];

const streams: readonly Case[] = [
  ['an event that is no JSON', true, sendEvents(`data: ${ANSWER}\n\n`), { code: 'MALFORMED_ANSWER' }], // prettier-ignore
  ['an event that is null', true, sendEvents(`data: null\n\n${event(piece('Hi.'))}`), 'Hi.'],
  [
    'events without choices',
    true,
    sendEvents(`${event({ ping: 1 })}${event(piece('Hi.'))}`),
    'Hi.',
  ],
  ['choices of null', true, sendEvents(event({ choices: [null] }) + event(piece('Hi.'))), 'Hi.'],
  ['a choice without a delta', true, sendEvents(event({ choices: [{ index: 0 }] })), { code: 'NO_TEXT' }], // prettier-ignore
  ['deltas of other kinds', true, sendEvents([5, {}, [], true].map((one) => event(piece(one))).join('')), { reason: 'no text' }], // prettier-ignore
  ['pieces between deltas of other kinds', true, sendEvents(event(piece('H')) + event(piece(5)) + event(piece('i.'))), 'Hi.'], // prettier-ignore
  ['usage of nonsense', true, sendEvents(event(piece('Hi.')) + usages.map((usage) => event({ choices: [], usage })).join('')), 'Hi.'], // prettier-ignore
  ['an error inside', true, sendEvents(event(piece('Hi.')) + event({ error: { code: 'gone' } })), { code: 'gone' }], // prettier-ignore
  ['an error that is a text', true, sendEvents(event({ error: 'gone' })), { message: '"gone"' }],
  ['garbage', true, sendEvents('\u0000\uFFFF: \r\r\n:\ndata\nid: 7\n\nretry: -1\n\n'), { code: 'NO_TEXT' }], // prettier-ignore
  ['nothing', true, sendEvents(''), { code: 'NO_TEXT' }],
  ['a JSON body', true, sendJson(choice(text)), { code: 'NO_TEXT' }],
  ['lines that end in any way', true, sendEvents(`data: ${JSON.stringify(piece('H'))}\r\rdata: ${JSON.stringify(piece('i.'))}\r\n\r\n`), 'Hi.'], // prettier-ignore
  ['a line of 10 MB', true, sendEvents(event(piece('x'.repeat(10 * MB)))), 'x'.repeat(10 * MB)],
  ['10 MB without an end of line', true, sendEvents('x'.repeat(10 * MB)), { code: 'NO_TEXT' }],
  ['10 MB of ends of lines', true, sendEvents('\n'.repeat(10 * MB)), { code: 'NO_TEXT' }],
  ['10 MB of comments', true, sendEvents(': ping\n'.repeat(1.4 * MB)), { code: 'NO_TEXT' }],
  ['10 MB of lines in one event', true, sendEvents(`${'data: 1\n'.repeat(1.2 * MB)}\n`), { code: 'MALFORMED_ANSWER' }], // prettier-ignore
  ['a line without an end', true, sendForEver('x'.repeat(MB)), { code: 'MALFORMED_ANSWER' }], // prettier-ignore
  ['events without an end', true, sendForEver(event(piece('x'))), { timeout: 'timeout' }],
  ['pings without an end', true, sendForEver(': ping\n\n'), { timeout: 'timeout' }],
  ['a stream that stalls', true, stall(event(piece('Hi.'))), { timeout: 'timeout' }],
  ['a stream that is cut off', true, cutOff(event(piece('Hi.'))), { message: 'terminated' }],
  ['more after its end', true, sendEvents(`${event(piece('Hi.'))}data: [DONE]\n\ndata: {no JSON\n\n`), 'Hi.'], // prettier-ignore
];

function page(status: number, html: string): Attack {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(html);
  };
}

/** As often as `fetch` follows, and once more. */
function redirect(left = 20): Attack {
  return (response) => {
    if (left > 0) provider.attackWith(redirect(left - 1));
    response.writeHead(302, { location: '/v1/chat/completions' });
    response.end();
  };
}

function cutOff(begun: string): Attack {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '1000000' });
    response.write(begun, () => response.socket?.destroy());
  };
}

function stall(begun: string): Attack {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(begun);
  };
}

function headersOf(length: number): Record<string, string> {
  return { 'x-ratelimit-limit-requests': '9'.repeat(length), 'x-request-id': 'x'.repeat(length) };
}

function manyHeaders(): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [`x-ratelimit-limit-${n}`, '__proto__']),
  );
}

function oddLimits(): Record<string, string> {
  return {
    'x-ratelimit-limit-requests': '-1',
    'x-ratelimit-remaining-requests': 'NaN',
    'x-ratelimit-reset-requests': '1e999',
    'x-ratelimit-limit-__proto__': '1',
    'openai-processing-ms': '-1e308',
    'retry-after': '1e12',
  };
}

describe('a call of OpenAIService whose provider sends', () => {
  it.each([...whole, ...streams])('%s (stream: %p) has one end', async (_, stream, attack, end) => {
    const timeout = 'timeout' in Object(end) ? 300 : 20_000;
    const told = await survives(attack, stream, { timeout });
    const { text, error } = { text: undefined, error: undefined, ...told };

    if (typeof end === 'string') expect([error, text === end]).toEqual([undefined, true]);
    else expect(error).toMatchObject(end);
  });
});

describe('what OpenAIService tells of a hostile answer', () => {
  it.each([...whole, ...streams].filter(([name]) => /no JSON|tells the answer/.test(name)))(
    'holds nothing of it: %s',
    async (_, stream, attack) => {
      const printed = jest.spyOn(console, 'error').mockImplementation(() => {});
      const service = provider.serviceWith();
      const events: unknown[] = [];
      service.events$.subscribe((one) => events.push(one));
      const end = await survives(attack, stream, { service });

      expect(leaksIn([end, service], HIDDEN)).toEqual([]);
      expect(leaksIn(events)).toEqual([]);
      expect(printed).not.toHaveBeenCalled();
      printed.mockRestore();
    },
  );
});

describe('what is logged of a provider that repeats what it was sent', () => {
  const told = { message: `${PROMPT} ${KEY} ${ANSWER}`, code: KEY, type: PROMPT, param: ANSWER };
  const headers = { 'x-request-id': KEY, 'set-cookie': KEY };

  it.each<[string, boolean, Attack]>([
    ['in a refusal', false, sendJson({ error: told }, 400, headers)],
    ['in a refusal as a text', false, page(401, told.message)],
    ['in an error event', true, sendEvents(event({ error: told }))],
    ['in an error with the status of a success', false, sendJson({ error: told }, 200, headers)],
  ])('holds nothing of it: %s', async (_, stream, attack) => {
    const service = provider.serviceWith();
    const seen: unknown[] = [];
    service.events$.subscribe((one) => seen.push(one));
    service.state$.subscribe((one) => seen.push(one));
    service.usage$.subscribe((one) => seen.push(one));
    const { error } = { error: undefined, ...(await survives(attack, stream, { service })) };

    expect(error).toHaveProperty('message', expect.stringContaining(PROMPT));
    expect(seen).toContainEqual(expect.objectContaining({ type: 'failed', error }));
    expect(leaksIn([seen, service], LOGGED)).toEqual([]);
  });
});

/**
 * `Headers` quotes a value that cannot be sent, so that a key with a line break in it, pasted or read from a
 * file, stood in the error, in the event of the failed call and in every log of them.
 */
describe('a key that cannot be sent', () => {
  it('is named as the option that is wrong, and not shown', async () => {
    const client = new OpenAI({ apiKey: `${KEY}\n${KEY}`, baseURL: 'http://127.0.0.1:9/v1' });
    const service = provider.serviceWith({ client });
    const events: unknown[] = [];
    service.events$.subscribe((one) => events.push(one));
    const error: unknown = await service.callAsync({ messages }).catch((one: unknown) => one);

    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'client' });
    expect(leaksIn([error, events], HIDDEN)).toEqual([]);
  });
});

describe('the memory of a service whose provider sends 10 MB at a time', () => {
  const collect = () => {
    setFlagsFromString('--expose_gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage().heapUsed;
  };

  it('comes back', async () => {
    const huge = streams.filter(([name]) => /a line of 10 MB|10 MB of lines/.test(name));
    const service = provider.serviceWith();
    const before = collect();
    for (const [, stream, attack] of huge) await endOf(attack, stream, service);

    expect(huge).toHaveLength(2);
    expect(collect() - before).toBeLessThan(20 * MB);
  });
});

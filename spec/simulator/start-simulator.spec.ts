import { asyncScheduler } from 'rxjs';
import { InvalidOptionError } from '../../src/errors.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/index.js';

const latency = { baseMs: 1, perTokenMs: 0, jitter: 0 };
const hello = {
  model: 'm',
  messages: [{ role: 'user', content: 'The tide comes in. It goes out.' }],
};

let running: Simulator[] = [];

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ latency, ...options });
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()));
  running = [];
});

function post({ url }: Simulator, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${url}/chat/completions`, { method: 'POST', body: text, ...init });
}

/** Asks until it is so; a request that is never so ends with the spec's own time limit. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('startSimulator', () => {
  it('listens on loopback only, on a free port', async () => {
    const [one, other] = [await start(), await start()];

    expect(one.url).toBe(`http://127.0.0.1:${one.port}/v1`);
    expect(one.port).not.toBe(other.port);
  });

  it('answers a chat completion in the form of OpenAI', async () => {
    const response = await post(await start({ tokensPerWindow: 1_000 }), hello);

    expect(response.status).toBe(200);
    expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe(String(1_000 - 15 - 8));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
      object: 'chat.completion',
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'The tide comes in. It goes out.' },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 15, completion_tokens: 8, total_tokens: 23 },
    });
  });

  it.each([true, false])(
    'streams chunks in the form of OpenAI (usage: %p)',
    async (include_usage) => {
      const body = { ...hello, stream: true, stream_options: { include_usage } };
      const response = await post(await start(), body);
      const events = (await response.text())
        .split('\n\n')
        .map((event) => event.slice('data: '.length));
      const chunks = events
        .slice(0, -2)
        .map((event) => JSON.parse(event) as Record<string, unknown>);
      const choices = chunks.map(({ choices }) => (choices as unknown[])[0]);

      expect(response.headers.get('content-type')).toMatch('text/event-stream');
      expect(events.slice(-2)).toEqual(['[DONE]', '']);
      expect(new Set(chunks.map(({ object }) => object))).toEqual(
        new Set(['chat.completion.chunk']),
      );
      expect(choices.slice(0, 2)).toMatchObject([
        { delta: { role: 'assistant', content: '' }, finish_reason: null },
        { delta: { content: 'The ' }, finish_reason: null },
      ]);
      expect(choices[9]).toMatchObject({ delta: {}, finish_reason: 'stop' });
      expect(chunks).toHaveLength(include_usage ? 11 : 10);
      expect(chunks.map((chunk) => 'usage' in chunk)).toEqual(chunks.map(() => include_usage));
      if (include_usage) {
        expect(chunks[10]).toMatchObject({ choices: [], usage: { total_tokens: 23 } });
        expect(chunks[9]).toMatchObject({ usage: null });
      }
    },
  );

  it('refuses what does not fit with 429 and counts it as the fault of the client', async () => {
    const simulator = await start({ requestsPerWindow: 1 });
    await post(simulator, hello);
    const response = await post(simulator, hello);

    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after-ms'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({
      error: { type: 'requests', code: 'rate_limit_exceeded', param: null },
    });
    expect(simulator.stats()).toMatchObject({ requests: 2, answered: 1, limitsBroken: 1 });
  });

  it('tells its stats and counts from zero when told', async () => {
    const simulator = await start();
    await post(simulator, hello);
    const stats = `http://127.0.0.1:${simulator.port}/stats`;

    expect(await (await fetch(stats)).json()).toEqual(simulator.stats());
    expect(simulator.stats().requests).toBe(1);
    expect(await (await fetch(`${stats}/reset`, { method: 'POST' })).json()).toMatchObject({
      requests: 0,
    });
  });

  it('lives in the time of the scheduler that it is given', async () => {
    let now = 0;
    const { schedule } = asyncScheduler;
    const scheduler = { now: () => now, schedule: schedule.bind(asyncScheduler) };
    const simulator = await start({ requestsPerWindow: 1, windowMs: 1_000, scheduler });
    const statusAt = async (at: number) => {
      now = at;
      return (await post(simulator, hello)).status;
    };

    expect([await statusAt(0), await statusAt(999), await statusAt(1_000)]).toEqual([
      200, 429, 200,
    ]);
  });

  it('lets a page of another origin ask and read the headers', async () => {
    const { url } = await start();
    const asked = { 'access-control-request-headers': 'authorization,content-type' };
    const { status, headers } = await fetch(`${url}/models`, { method: 'OPTIONS', headers: asked });

    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect((await fetch(`${url}/models`)).headers.get('access-control-expose-headers')).toBe('*');
  });

  it('lists its models and knows no other', async () => {
    const simulator = await start({ models: ['a', 'b'] });
    const list = (await (await fetch(`${simulator.url}/models`)).json()) as { data: object[] };
    const response = await post(simulator, hello);

    expect(list.data).toMatchObject([
      { id: 'a', object: 'model' },
      { id: 'b', object: 'model' },
    ]);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        message: 'The model `m` does not exist or you do not have access to it.',
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    });
  });

  it.each([
    ['POST', '/nope', 404, 'Invalid URL (POST /v1/nope)'],
    ['POST', '/models', 405, 'Not allowed to POST on /v1/models.'],
    ['GET', '/__proto__', 404, 'Invalid URL (GET /v1/__proto__)'],
  ])('answers %s %s with %i', async (method, path, status, message) => {
    const simulator = await start();
    const response = await fetch(simulator.url + path, { method });

    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(message);
    expect(simulator.stats()).toMatchObject({ invalid: 1, requests: 0 });
  });

  it.each([
    ['sk-secret-wrong-12345678', /Incorrect API key provided: sk-\*\*\*5678\./],
    ['short', /Incorrect API key provided: \*\*\*\./],
    [undefined, /didn't provide an API key/],
  ])('refuses the key %p without showing it', async (key, message) => {
    const simulator = await start({ apiKey: 'sk-secret-right-12345678' });
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const response = await post(simulator, hello, { headers });
    const text = await response.text();

    expect(response.status).toBe(401);
    expect(text).toMatch(message);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('short');
  });

  it('takes the right key', async () => {
    const simulator = await start({ apiKey: 'sk-right' });
    const response = await post(simulator, hello, {
      headers: { authorization: 'Bearer sk-right' },
    });

    expect(response.status).toBe(200);
  });

  it('refuses a body that is too large, and answers the next request on', async () => {
    const simulator = await start({ maxBodyBytes: 1_000 });

    expect((await post(simulator, 'x'.repeat(200_000))).status).toBe(413);
    expect((await post(simulator, '{')).status).toBe(400);
    expect((await post(simulator, hello)).status).toBe(200);
    expect(simulator.stats()).toMatchObject({ invalid: 2, answered: 1 });
  });

  it.each([true, false])('notices a client that goes away (streamed: %p)', async (stream) => {
    const simulator = await start({ latency: { ...latency, perTokenMs: 50_000 } });
    const controller = new AbortController();
    const { signal } = controller;
    const call = post(simulator, { ...hello, stream }, { signal }).then((r) => r.text());
    call.catch(() => undefined);
    await until(() => simulator.stats().inFlight === 1);
    controller.abort();

    await expect(call).rejects.toThrow();
    await until(() => simulator.stats().aborted === 1);
    expect(simulator.stats()).toMatchObject({ inFlight: 0, answered: 0 });
  });

  it.each([
    ['status500', 500, 'server_error'],
    ['overloaded529', 529, 'overloaded_error'],
    ['rate429', 429, 'rate_limit_exceeded'],
    ['bare429', 429, 'rate_limit_exceeded'],
  ])('injects %s', async (fault, status, word) => {
    const simulator = await start({ faults: { [fault]: 1 } });
    const response = await post(simulator, { ...hello, stream: true });

    expect(response.status).toBe(status);
    expect(await response.text()).toContain(word);
    expect(simulator.stats().limitsBroken).toBe(0);
  });

  it.each([true, false])('breaks the connection in the middle (streamed: %p)', async (stream) => {
    const simulator = await start({ faults: { brokenStream: 1 } });
    const call = post(simulator, { ...hello, stream }).then((response) => response.text());

    await expect(call).rejects.toThrow();
    expect(simulator.stats()).toMatchObject({ answered: 0, aborted: 0, inFlight: 0 });
  });

  it('ends what is open when it is closed, also twice', async () => {
    const simulator = await start({ faults: { hang: 1 } });
    const call = post(simulator, hello);
    call.catch(() => undefined);
    await until(() => simulator.stats().inFlight === 1);
    await Promise.all([simulator.close(), simulator.close()]);

    await expect(call).rejects.toThrow();
    await expect(fetch(simulator.url)).rejects.toThrow();
    await until(() => simulator.stats().inFlight === 0);
  });

  it('rejects an option that it does not know, and a key without showing it', async () => {
    const start = (options: object) => startSimulator(options);

    await expect(start({ tokens: 1 })).rejects.toThrow(InvalidOptionError);
    await expect(start({ tokensPerWindow: -5 })).rejects.toThrow(
      'rxllm: option tokensPerWindow is -5; allowed: a number > 0',
    );
    await expect(start({ apiKey: 17 })).rejects.toThrow('option apiKey is 17;');
    await expect(start({ apiKey: ['sk-secret'] })).rejects.toThrow('apiKey is of type array;');
    await expect(start({ models: [] })).rejects.toThrow(/^rxllm: option models is of type array;/);
    await expect(start({ port: 70_000 })).rejects.toThrow(/^rxllm: option port is 70000;/);
    await expect(start({ scheduler: {} })).rejects.toThrow(/^rxllm: option scheduler/);
  });

  it('rejects with the error of Node when its port is taken', async () => {
    const { port } = await start();

    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

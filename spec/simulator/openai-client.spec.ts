import OpenAI, {
  APIUserAbortError,
  AuthenticationError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/index.js';

const latency = { baseMs: 1, perTokenMs: 0, jitter: 0 };
const messages = [{ role: 'user' as const, content: 'The tide comes in. It goes out.' }];
const model = 'gpt-4o';

let simulator: Simulator;

async function clientOf(options: SimulatorOptions, apiKey = 'sk-right'): Promise<OpenAI> {
  simulator = await startSimulator({ latency, ...options });
  return new OpenAI({ baseURL: simulator.url, apiKey, maxRetries: 0 });
}

afterEach(() => simulator.close());

describe('the official client against the simulator', () => {
  it('gets an answer with its headers', async () => {
    const client = await clientOf({ requestsPerWindow: 10, apiKey: 'sk-right' });
    const { data, response, request_id } = await client.chat.completions
      .create({ model, messages })
      .withResponse();

    expect(data.choices[0]?.message.content).toBe('The tide comes in. It goes out.');
    expect(data.usage?.total_tokens).toBe(23);
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('9');
    expect(request_id).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it('gets a stream and its usage', async () => {
    const client = await clientOf({});
    const stream = await client.chat.completions.create({
      ...{ model, messages, stream: true },
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }

    expect(text).toBe('The tide comes in. It goes out.');
    expect(usage).toMatchObject({ prompt_tokens: 15, completion_tokens: 8 });
  });

  it('gets a RateLimitError with the time to wait', async () => {
    const client = await clientOf({ tokensPerWindow: 30 });
    await client.chat.completions.create({ model, messages });
    const error = await client.chat.completions
      .create({ model, messages })
      .catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(RateLimitError);
    const { status, code, type, headers, message } = error as RateLimitError;
    expect({ status, code, type }).toEqual({
      ...{ status: 429, code: 'rate_limit_exceeded', type: 'tokens' },
    });
    expect(Number(headers.get('retry-after-ms'))).toBeGreaterThan(0);
    expect(message).toMatch(/Limit 30, Used 23, Requested 23\. Please try again in /);
  });

  it('gets an AuthenticationError for a wrong key', async () => {
    const client = await clientOf({ apiKey: 'sk-other' });

    await expect(client.chat.completions.create({ model, messages })).rejects.toThrow(
      AuthenticationError,
    );
    await expect(client.models.list()).rejects.toMatchObject({ status: 401 });
  });

  it('gets a NotFoundError for a model that does not exist', async () => {
    const client = await clientOf({ models: ['other'] });

    await expect(client.chat.completions.create({ model, messages })).rejects.toThrow(
      NotFoundError,
    );
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['other']);
  });

  it('is counted as aborted when it aborts in the middle of a stream', async () => {
    const client = await clientOf({ latency: { ...latency, perTokenMs: 50_000 } });
    const controller = new AbortController();
    const { signal } = controller;
    const stream = await client.chat.completions.create(
      { model, messages, stream: true },
      { signal },
    );
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) controller.abort();
    }
    while (simulator.stats().aborted === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(simulator.stats()).toMatchObject({ completionTokens: 1, inFlight: 0, answered: 0 });
    await expect(client.chat.completions.create({ model, messages }, { signal })).rejects.toThrow(
      APIUserAbortError,
    );
  });
});

import { type Simulator, startSimulator } from 'rxllm/simulator';
import { HIDDEN, KEY, leaksIn, PROMPT } from './support/canaries.js';

const RIGHT = 'sk-right-9f8e7d6c5b4a3210';

describe('what the simulator tells', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({
      apiKey: RIGHT,
      models: ['m'],
      maxBodyBytes: 2_000,
      requestsPerWindow: 1,
      latency: { baseMs: 0, perTokenMs: 0 },
    });
  });
  afterAll(() => simulator.close());

  const body = (more: object = {}) =>
    JSON.stringify({ model: 'm', messages: [{ role: 'user', content: PROMPT }], ...more });
  const post = (text: string, key = RIGHT, path = '/chat/completions') =>
    fetch(simulator.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'x-api-key': KEY },
      body: text,
    });

  /** All that an answer holds: headers too. */
  async function told(answering: Promise<Response>, status: number): Promise<string> {
    const answer = await answering;
    expect(answer.status).toBe(status);
    return JSON.stringify([...answer.headers]) + (await answer.text());
  }

  it.each<[string, number, () => Promise<Response>]>([
    ['a wrong key', 401, () => post(body(), KEY)],
    ['a wrong key of the models', 401, () => fetch(`${simulator.url}/models`, { headers: { authorization: `Bearer ${KEY}` } })], // prettier-ignore
    ['no key', 401, () => fetch(`${simulator.url}/models`)],
    ['no JSON', 400, () => post(`${PROMPT} ${KEY} {`)],
    ['no list of messages', 400, () => post(body({ messages: PROMPT }))],
    ['an odd option', 400, () => post(body({ max_tokens: PROMPT }))],
    ['more choices', 400, () => post(body({ n: KEY }))],
    ['a body that is too large', 413, () => post(body({ user: PROMPT.repeat(100) }))],
    ['an unknown path', 404, () => post(body(), RIGHT, `/nowhere?key=${KEY}`)],
    ['a wrong method', 405, () => fetch(`${simulator.url}/chat/completions?key=${KEY}`)],
  ])('holds nothing of the request: %s', async (_what, status, ask) => {
    const text = await told(ask(), status);

    expect(leaksIn(text)).toEqual([]);
    expect(text).not.toContain(RIGHT);
  });

  it('holds no prompt in a refusal by a limit', async () => {
    await (await post(body())).text();

    expect(leaksIn(await told(post(body()), 429))).toEqual([]);
  });

  it('holds only numbers in /stats, and no key in what it is', async () => {
    const stats = await told(fetch(simulator.url.replace(/v1$/, 'stats')), 200);

    expect(JSON.parse(stats.slice(stats.indexOf('{')))).toMatchObject({ admitted: 1, invalid: 10 });
    expect(leaksIn([stats, simulator, simulator.stats()], HIDDEN)).toEqual([]);
    expect(JSON.stringify(simulator) + stats).not.toContain(RIGHT);
  });
});

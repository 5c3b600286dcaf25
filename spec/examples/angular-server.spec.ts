import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ErrorBody } from '../../examples/angular/server/wire.js';
import { type Example, makeExampleReady, startExample } from '../support/angular-example.js';
import { eventually } from '../support/eventually.js';

const folder = join(__dirname, '../../examples/angular');
const JSON_TYPE = { 'content-type': 'application/json' };

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As it is, with whatever `Host` and path: `fetch` would tidy both up. */
async function send(port: number, { path = '/api/ask', method = 'POST', headers, body }: Sent) {
  const sent = request({ host: '127.0.0.1', port, path, method, headers: headers ?? JSON_TYPE });
  sent.on('error', () => undefined); // it may be closed before the body is through
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode, headers: response.headers, text };
}

const bodyOf = (changes: object) =>
  JSON.stringify({ prompt: 'Hello.', priority: 0, tenant: 'spec', ...changes });

beforeAll(makeExampleReady, 600_000);

describe('the back end of examples/angular', () => {
  jest.setTimeout(60_000);

  let example: Example;
  let provider: Server | undefined;

  /** A provider that answers this to everything. */
  async function providerThat(answer: (body: string) => [status: number, text: string]) {
    provider = createServer((incoming, response) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => {
        const [status, text] = answer(body);
        response.writeHead(status, JSON_TYPE).end(text);
      });
    });
    await once(provider.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  }

  afterEach(async () => {
    await (example as Example | undefined)?.[Symbol.asyncDispose]();
    provider?.closeAllConnections();
    provider?.close();
    provider = undefined;
  });

  it('answers with the text and what it took', async () => {
    example = await startExample();

    const response = await example.ask({ prompt: 'The lamp is broken.' });

    expect(await response.json()).toEqual({
      text: 'The lamp is broken.',
      tokens: expect.any(Number),
    });
  });

  it('streams what becomes of a call, and its answer in between', async () => {
    example = await startExample(['--per-token-ms', '0']);

    const response = await example.stream({ prompt: 'What is a batch?' });

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => JSON.parse(data!) as { type: string },
    );
    expect(events[0]).toMatchObject({ type: 'queued', position: 1 });
    expect(events[1]).toMatchObject({ type: 'started' });
    expect(events.at(-1)).toMatchObject({ type: 'answered' });
    expect(await example.stats()).toMatchObject({ requests: 1 });
  });

  it.each<[string, Sent, number, string]>([
    ['a body that is no JSON', { body: '{' }, 400, 'BAD_JSON'],
    ['a body of another kind', { body: '[]' }, 422, 'BAD_REQUEST'],
    ['no body', {}, 400, 'BAD_JSON'],
    ['an empty prompt', { body: bodyOf({ prompt: '  ' }) }, 422, 'BAD_REQUEST'],
    ['a long prompt', { body: bodyOf({ prompt: 'x'.repeat(2_001) }) }, 422, 'BAD_REQUEST'],
    ['a broken priority', { body: bodyOf({ priority: 0.5 }) }, 422, 'BAD_REQUEST'],
    ['a high priority', { body: bodyOf({ priority: 11 }) }, 422, 'BAD_REQUEST'],
    ['a strange tenant', { body: bodyOf({ tenant: 'a b' }) }, 422, 'BAD_REQUEST'],
    ['a field that nobody knows', { body: bodyOf({ model: 'x' }) }, 422, 'BAD_REQUEST'],
    ['a large body', { body: 'x'.repeat(20_000) }, 413, 'TOO_LARGE'],
    ['what a form sends', { body: 'a=b', headers: {} }, 415, 'NOT_JSON'],
    ['another method', { method: 'PUT', body: bodyOf({}) }, 405, 'METHOD_NOT_ALLOWED'],
    ['an unknown address', { path: '/api/key', method: 'GET' }, 404, 'NOT_FOUND'],
    [
      'a prompt in an address',
      { path: '/api/stream?prompt=x', method: 'GET' },
      405,
      'METHOD_NOT_ALLOWED',
    ],
    ['a path upwards', { path: '/../server/main.js', method: 'GET' }, 404, 'NOT_FOUND'],
    ['a coded one', { path: '/%2e%2e/server/main.js', method: 'GET' }, 404, 'NOT_FOUND'],
    ['no path', { path: '//', method: 'GET' }, 400, 'BAD_ADDRESS'],
    ['another host', { headers: { ...JSON_TYPE, host: 'evil.example' } }, 421, 'WRONG_HOST'],
    ['a page from elsewhere', { headers: { origin: 'http://evil.example' } }, 403, 'WRONG_ORIGIN'],
    ['an image elsewhere', { headers: { 'sec-fetch-site': 'cross-site' } }, 403, 'WRONG_ORIGIN'],
  ])('refuses %s, and says no word of what was sent', async (_, sent, status, code) => {
    example = await startExample();

    const answer = await send(example.port, sent);

    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.text) as ErrorBody).error.code).toBe(code);
    expect(answer.text).not.toMatch(/evil|xxx/);
    expect(await example.stats()).toMatchObject({ requests: 0, invalid: 0 });
  });

  it('shows a page to whoever follows a link from elsewhere', async () => {
    example = await startExample();

    const { status, text } = await send(example.port, {
      ...{ path: '/usage', method: 'GET' },
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });

    expect(status).toBe(200);
    expect(text).toContain('<app-root');
  });

  it('has all of the application in its policy, and nothing else', async () => {
    example = await startExample();
    const { headers, text } = await send(example.port, { path: '/usage', method: 'GET' });
    const policy = String(headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];

    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
    expect(policy).not.toContain('unsafe');
    expect(text).toContain(`ngcspnonce="${nonce}"`);
    expect(text).not.toMatch(/https?:/);
  });

  it('cancels at the provider what the browser no longer waits for', async () => {
    example = await startExample(['--first-token-ms', '60000']);
    const controller = new AbortController();
    const asked = fetch(`${example.url}api/ask`, {
      ...{ method: 'POST', headers: JSON_TYPE, body: bodyOf({}), signal: controller.signal },
    });
    await eventually(async () => expect(await example.stats()).toMatchObject({ inFlight: 1 }));

    controller.abort();

    await expect(asked).rejects.toThrow();
    await eventually(async () => {
      expect(await example.stats()).toMatchObject({ inFlight: 0, aborted: 1 });
      expect(await example.usage()).toMatchObject({ inFlight: 0, ended: { cancelled: 1 } });
    });
  });

  it('says neither the key nor a prompt when the provider repeats both', async () => {
    const baseURL = await providerThat((body) => [
      400,
      JSON.stringify({ error: { message: body } }),
    ]);
    example = await startExample([], {
      OPENAI_API_KEY: 'sk-very-secret',
      OPENAI_BASE_URL: baseURL,
    });

    const asked = await example.ask({ prompt: 'a private matter' });
    const streamed = await example.stream({ prompt: 'a private matter' });

    expect(asked.status).toBe(502);
    const [text, events] = [await asked.text(), await streamed.text()];
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'PROVIDER_400' } });
    expect(events).toContain('"type":"failed","code":"PROVIDER_400"');
    expect(text + events + JSON.stringify(await example.usage())).not.toMatch(/secret|private/);
  });

  it('tells a call in flight when it is stopped, and ends', async () => {
    example = await startExample(['--first-token-ms', '60000']);
    const asked = example.ask();
    await eventually(async () => expect(await example.stats()).toMatchObject({ inFlight: 1 }));

    expect(await example.stop()).toBe(0);

    expect(await (await asked).json()).toMatchObject({ error: { code: 'SERVICE_CLOSED' } });
  });
});

describe('examples/angular', () => {
  it.each([
    [['--port', 'x'], /^--port is 'x'; allowed is a whole number from 0 to 65535$/],
    [['--tokens-per-minute', '1'], /^--tokens-per-minute is '1'; allowed/],
    [['--nope'], /^Unknown option '--nope'; see npm start -- --help$/],
    [['--model', 'a b'], /^--model is no name of a model/],
  ])('says in one line what is wrong with %p', (args, message) => {
    const start = () =>
      execFileSync(process.execPath, [join(folder, 'dist/server/main.js'), ...args], {
        stdio: 'pipe',
      });
    const error = (() => {
      try {
        start();
        return undefined;
      } catch (thrown) {
        return thrown as { status: number; stderr: Buffer };
      }
    })();
    expect(error?.status).toBe(1);
    expect(error?.stderr.toString().trim()).toMatch(message);
  });

  it('has a lock file that names no place but the package next to it', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const places = Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? []);
    expect(places).toEqual(['file:../..']);
  });
});

import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { BehaviorSubject, of, Subject } from 'rxjs';
import {
  type Dashboard,
  type DashboardOptions,
  type DashboardService,
  serveDashboard,
} from '../../src/dashboard/index.js';
import {
  InvalidOptionError,
  LLMService,
  requestsPerMinute,
  tokensPerMinute,
} from '../../src/index.js';

const TOKEN = '0123456789abcdef';

let open: Dashboard[] = [];

afterEach(async () => {
  await Promise.all(open.map((dashboard) => dashboard.close()));
  open = [];
});

async function serve(
  services: DashboardService | readonly DashboardService[] = echo(),
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const dashboard = await serveDashboard(services, options);
  open.push(dashboard);
  return dashboard;
}

function echo(modelName = 'echo-1', limit$ = new BehaviorSubject(100)) {
  return LLMService.of({
    modelName,
    quotas: [tokensPerMinute(limit$), requestsPerMinute(5)],
    costOf: () => ({ tokens: 1 }),
    process: (prompt: string) => of(prompt),
  });
}

function control({ url }: Dashboard, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${url}control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function refusal(response: Response) {
  return [response.status, ((await response.json()) as { error: string }).error];
}

/** With a Host header of one's own, which fetch does not allow. */
function statusFor({ port }: Dashboard, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end();
  });
}

/** Reads a stream of server-sent events until it holds so many. */
async function eventsOf(response: Response, count: number): Promise<[string, unknown][]> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (text.split('\n\n').length <= count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text
    .split('\n\n')
    .slice(0, count)
    .map((event) => [
      /^event: (.*)$/m.exec(event)![1]!,
      JSON.parse(/^data: (.*)$/m.exec(event)![1]!),
    ]);
}

describe('serveDashboard', () => {
  it('listens on this machine only, on a free port', async () => {
    const [one, other] = [await serve(), await serve()];

    expect(one.url).toBe(`http://127.0.0.1:${one.port}/`);
    expect(one.port).not.toBe(other.port);
  });

  it('serves a page that takes everything from itself', async () => {
    const { url } = await serve();
    const response = await fetch(url);
    const html = await response.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, part]) => part!);

    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(html).not.toMatch(/https?:\/\//);
    for (const part of parts) expect([part, (await fetch(url + part)).status]).toEqual([part, 200]);
  });

  it('tells a page all at first, and then samples', async () => {
    const service = echo();
    const { url } = await serve(service, { title: 'of mine', everyMs: 20 });
    const response = await fetch(`${url}events`);
    const [hello, sample] = await eventsOf(response, 2);

    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    expect(hello).toEqual(['hello', expect.objectContaining({ title: 'of mine', everyMs: 20 })]);
    expect(sample).toEqual([
      'sample',
      { at: expect.any(Number), services: [expect.objectContaining({ name: service.name })] },
    ]);
  });

  it('tells programs the state once, as JSON', async () => {
    const services = [echo('a'), echo('b')];
    const { url } = await serve(services);
    await services[1]!.callAsync('hi');
    const { services: states } = (await (await fetch(`${url}state`)).json()) as {
      services: { model: string; throughput: { completed: number } }[];
    };

    expect(states.map(({ model, throughput }) => [model, throughput.completed])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('ends the connections of pages when it closes, may be closed again, and leaves services alone', async () => {
    const service = echo();
    const dashboard = await serve(service);
    const page = await fetch(`${dashboard.url}events`);
    await dashboard.close();
    await dashboard.close();

    await expect(page.text()).rejects.toThrow();
    await expect(service.callAsync('hi')).resolves.toBe('hi');
  });

  it('listens to no service where the port is taken', async () => {
    const { port } = await serve();
    const service = echo();
    const events$ = new Subject<never>();
    const watched = { ...shape(service), events$ };

    await expect(serveDashboard(watched, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(events$.observed).toBe(false);
  });

  it('answers what it does not know with 404', async () => {
    const dashboard = await serve();
    const paths = [
      'nope',
      '../package.json',
      '%2e%2e/index.ts',
      'constructor',
      '__proto__',
      '//x/y',
    ];
    const statuses = await Promise.all(
      paths.map(async (path) => (await fetch(dashboard.url + path)).status),
    );

    expect(statuses).toEqual(paths.map(() => 404));
  });

  it.each([
    ['DELETE', '', 'GET, HEAD'],
    ['OPTIONS', 'uplot.js', 'GET, HEAD'],
    ['POST', 'state', 'GET, HEAD'],
    ['HEAD', 'events', 'GET'],
    ['PUT', 'control', 'POST'],
  ])('answers %s /%s with what is allowed there', async (method, path, allowed) => {
    const response = await fetch((await serve()).url + path, { method });

    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed]);
  });

  it.each(['', 'state', 'uplot.js'])('answers HEAD /%s as GET', async (path) => {
    const { url } = await serve();
    const [head, get] = [await fetch(url + path, { method: 'HEAD' }), await fetch(url + path)];

    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  });

  const hosts = [
    ['0.0.0.0', 'http://127.0.0.1'],
    ['::', 'http://[::1]'],
    ['[::1]', 'http://[::1]'],
  ] as const;

  it.each(hosts.filter(([host]) => host === '0.0.0.0' || hasIPv6()))(
    'says where to look at it on this machine where its host is %s',
    async (host, url) => {
      const dashboard = await serve(echo(), { host, token: TOKEN });

      expect(dashboard.url).toBe(`${url}:${dashboard.port}/`);
      expect((await fetch(dashboard.url)).status).toBe(401);
    },
  );

  it('goes on when connections end in the middle of a request', async () => {
    const dashboard = await serve();
    const ends = ['GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n', BODY_BEGUN].map((text) =>
      sendAndLeave(dashboard, text),
    );
    await Promise.all(ends);

    expect((await fetch(`${dashboard.url}state`)).status).toBe(200);
  });

  it('closes while requests come in', async () => {
    const dashboard = await serve();
    const requests = ['state', 'events', ''].map((path) => fetch(dashboard.url + path));
    const body = sendAndLeave(dashboard, BODY_BEGUN);
    await dashboard.close();

    await Promise.all([body, Promise.allSettled(requests)]);
    await expect(fetch(dashboard.url)).rejects.toThrow();
  });
});

describe('who may see the dashboard', () => {
  it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST', '127.1.2.3'])(
    'is who comes to %s',
    async (host) => {
      expect(await statusFor(await serve(), `${host}:80`)).toBe(200);
    },
  );

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.1'])(
    'is not a page whose name was made to lead here: %s',
    async (host) => {
      expect(await statusFor(await serve(), host)).toBe(403);
    },
  );

  it.each(['', 'state', 'events', 'page.css'])('is nobody without the token: /%s', async (path) => {
    const { url } = await serve(echo(), { token: TOKEN });
    const wrong = { authorization: 'Bearer 0123456789abcdeX' };

    expect(await refusal(await fetch(url + path))).toEqual([401, expect.stringMatching(/token/)]);
    expect((await fetch(url + path, { headers: wrong })).status).toBe(401);
    expect((await fetch(`${url}${path}?token=wrong`)).status).toBe(401);
  });

  it('is who shows the token once in the address: a cookie keeps it, the address does not', async () => {
    const { url, port } = await serve(echo(), { token: TOKEN });
    const response = await fetch(`${url}?token=${TOKEN}`, { redirect: 'manual' });
    const cookie = response.headers.get('set-cookie')!;

    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('./');
    expect(cookie).toBe(`rxllm-dashboard-${port}=${TOKEN}; HttpOnly; SameSite=Lax`);
    const headers = { cookie: `other=1; ${cookie.split(';')[0]!}` };
    expect((await fetch(`${url}state`, { headers })).status).toBe(200);
  });

  it.each(['+', '/', '=', '%'])('is who shows a token with %s in it', async (character) => {
    const token = `0123456789abcde${character}f`;
    const { url } = await serve(echo(), { token });
    const open = async (shown: string) =>
      (await fetch(`${url}?token=${shown}`, { redirect: 'manual' })).headers.get('set-cookie');
    const cookie = (await open(encodeURIComponent(token)))!.split(';')[0]!;

    expect(await open(token)).not.toBeNull();
    expect((await fetch(`${url}state`, { headers: { cookie } })).status).toBe(200);
  });

  it('is not a page of another origin that listens', async () => {
    const { url } = await serve();
    const statuses = await Promise.all(
      ['state', 'events'].map(
        async (path) =>
          (await fetch(url + path, { headers: { 'sec-fetch-site': 'same-site' } })).status,
      ),
    );

    expect(statuses).toEqual([403, 403]);
  });

  it('is a program that sends the token', async () => {
    const { url } = await serve(echo(), { token: TOKEN });
    const headers = { authorization: `Bearer ${TOKEN}` };

    expect((await fetch(`${url}state`, { headers })).status).toBe(200);
  });

  it('is by any name who has the token, as the names of other addresses are not known', async () => {
    const dashboard = await serve(echo(), { token: TOKEN, host: '0.0.0.0' });

    expect(await statusFor(dashboard, 'dashboard.example')).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const local = `http://127.0.0.1:${dashboard.port}/state`;
    expect((await fetch(local, { headers })).status).toBe(200);
  });
});

describe('controls', () => {
  it('do nothing unless the options allow it', async () => {
    const service = echo();
    const dashboard = await serve(service);
    const pause = { service: service.name, action: 'pause' };
    const limit = { service: service.name, action: 'limit', quota: 'tokens/60000', limit: 7 };

    expect(await refusal(await control(dashboard, pause))).toEqual([403, expect.stringMatching('canPause')]); // prettier-ignore
    expect(await refusal(await control(dashboard, limit))).toEqual([403, expect.stringMatching('limits')]); // prettier-ignore
    expect(service.toJSON().status).toBe('idle');
  });

  it('pause and resume one service', async () => {
    const services = [echo('a'), echo('b')] as const;
    const dashboard = await serve(services, { canPause: true });
    const statuses = () => services.map((service) => service.toJSON().status);
    const { name } = services[0];

    expect((await control(dashboard, { service: name, action: 'pause' })).status).toBe(204);
    expect(statuses()).toEqual(['paused', 'idle']);
    expect((await control(dashboard, { service: name, action: 'resume' })).status).toBe(204);
    expect(statuses()).toEqual(['idle', 'idle']);
  });

  it('change the limit that the options name, and show which that is', async () => {
    const limit$ = new BehaviorSubject(100);
    const service = echo('echo-1', limit$);
    const dashboard = await serve(service, { limits: [{ unit: 'tokens', limit$ }] });
    const asked = { service: service.name, action: 'limit', limit: 250 };

    expect((await control(dashboard, { ...asked, quota: 'tokens/60000' })).status).toBe(204);
    expect(service.toJSON().quotas.map(({ limit }) => limit)).toEqual([250, 5]);
    expect((await control(dashboard, { ...asked, quota: 'requests/60000' })).status).toBe(403);
    const state = (await (await fetch(`${dashboard.url}state`)).json()) as {
      services: { quotas: { canSetLimit: boolean }[] }[];
    };
    expect(state.services[0]!.quotas.map(({ canSetLimit }) => canSetLimit)).toEqual([true, false]);
  });

  it.each([
    ['no JSON', '{', 400],
    ['null', 'null', 400],
    ['a list', [], 400],
    ['no service', { action: 'pause' }, 400],
    ['an unknown service', { service: 'nobody', action: 'pause' }, 404],
    ['no action', { service: 'LLMService-echo-1' }, 400],
    ['an unknown action', { service: 'LLMService-echo-1', action: 'close' }, 400],
    ['an unknown quota', { action: 'limit', quota: 'nope', limit: 1 }, 404],
    ['a limit of 0', { action: 'limit', quota: 'tokens/60000', limit: 0 }, 400],
    ['a negative limit', { action: 'limit', quota: 'tokens/60000', limit: -5 }, 400],
    ['a limit as text', { action: 'limit', quota: 'tokens/60000', limit: '5' }, 400],
    ['a limit past all numbers', '{"service":"LLMService-echo-1","action":"limit","quota":"tokens/60000","limit":1e999}', 400], // prettier-ignore
    ['a large body', 'x'.repeat(20_000), 413],
  ])('refuse %s, and say why', async (_, body, status) => {
    const limit$ = new BehaviorSubject(100);
    const service = echo('echo-1', limit$);
    const dashboard = await serve(service, {
      canPause: true,
      limits: [{ unit: 'tokens', limit$ }],
    });
    const isLimit = typeof body === 'object' && 'quota' in body;
    const asked = isLimit ? { service: service.name, ...body } : body;

    expect(await refusal(await control(dashboard, asked))).toEqual([status, expect.any(String)]);
    expect(limit$.value).toBe(100);
    expect(service.toJSON().status).toBe('idle');
  });

  it.each([
    ['the origin of another page', { origin: 'http://evil.example' }, 403],
    ['the origin of a page in a sandbox', { origin: 'null' }, 403],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
    ['what another site sends without an origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['what a form can send', { 'content-type': 'text/plain' }, 415],
  ])('refuse %s', async (_, headers, status) => {
    const service = echo();
    const dashboard = await serve(service, { canPause: true });
    const asked = { service: service.name, action: 'pause' };

    expect((await control(dashboard, asked, headers)).status).toBe(status);
    expect(service.toJSON().status).toBe('idle');
  });

  it("are the own page's also behind a proxy, which calls the host otherwise", async () => {
    const service = echo();
    const dashboard = await serve(service, { canPause: true });
    const headers = { origin: 'https://dashboards.example', 'sec-fetch-site': 'same-origin' };
    const asked = { service: service.name, action: 'pause' };

    expect((await control(dashboard, asked, headers)).status).toBe(204);
  });

  it('say nothing of what went wrong inside', async () => {
    const service = echo();
    const broken = {
      ...shape(service),
      pause: () => {
        throw new Error('sk-secret');
      },
    };
    const dashboard = await serve(broken, { canPause: true });
    const response = await control(dashboard, { service: service.name, action: 'pause' });

    expect(await refusal(response)).toEqual([500, 'This failed.']);
  });
});

describe('options of serveDashboard', () => {
  const limit$ = new BehaviorSubject(1);

  it.each<[string, unknown, string]>([
    ['an unknown one', { ports: 1 }, 'ports'],
    ['a port that is none', { port: 70_000 }, 'port'],
    ['a port as text', { port: '80' }, 'port'],
    ['a short token', { token: 'short' }, 'token'],
    ['a token that no header can hold', { token: 'ä'.repeat(20) }, 'token'],
    ['another host without a token', { host: '0.0.0.0' }, 'token'],
    ['an empty host', { host: '' }, 'host'],
    ['samples too close', { everyMs: 1 }, 'everyMs'],
    ['samples that never come', { everyMs: Infinity }, 'everyMs'],
    ['a history without an end', { historyMs: Infinity }, 'historyMs'],
    ['a limit without a Subject', { limits: [{ unit: 'tokens', limit$: 5 }] }, 'limits[0].limit$'],
    ['a misspelt limit', { limits: [{ units: 'tokens', limit$ }] }, 'limits[0]'],
    ['a limit of no quota', { limits: [{ unit: 'usd', limit$ }] }, 'limits[0]'],
    ['a limit of no service', { limits: [{ unit: 'tokens', service: 'x', limit$ }] }, 'limits[0]'],
    ['no object', 5, 'options'],
  ])('refuse %s, by name', async (_, options, name) => {
    const error = await refusalOf(echo(), options as DashboardOptions);

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(`rxllm: option ${name}`);
  });

  it.each<[string, unknown]>([
    ['none', []],
    ['what is no service', [{}]],
    ['null', null],
    ['two of one name', [echo(), echo()]],
    ['one without events', { ...shape(echo()), events$: undefined }],
    ['one without a name', { ...shape(echo()), name: undefined }],
    ['one that cannot say what it does', { ...shape(echo()), toJSON: () => { throw new Error('no'); } }], // prettier-ignore
    ['one that says nothing', { ...shape(echo()), toJSON: () => undefined }],
  ])('refuse services: %s', async (_, services) => {
    const error = await refusalOf(services as never);

    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain('rxllm: option services');
  });

  it('are refused with the limits that there are, as they are to be written', async () => {
    const error = await refusalOf(echo(), { limits: [{ service: 'x', unit: 'tokens', limit$ }] });

    expect((error as Error).message).toContain(
      "{ service: 'LLMService-echo-1', unit: 'tokens', windowMs: 60000 }",
    );
  });

  it('never show the token in an error', async () => {
    const token = 'secret token with spaces';
    const error = await refusalOf(echo(), { token });

    expect((error as Error).message).not.toContain('secret');
  });
});

function hasIPv6(): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.family === 'IPv6');
}

/** A body that does not come whole. */
const BODY_BEGUN =
  'POST /control HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{';

/** Sends bytes, and then ends the connection, unless the server does. */
function sendAndLeave({ port }: Dashboard, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, () => socket.destroy()));
    socket.once('error', () => resolve());
    socket.once('close', () => resolve());
  });
}

/** What it rejects with. */
function refusalOf(...given: Parameters<typeof serveDashboard>): Promise<unknown> {
  return serve(...given).catch((error: unknown) => error);
}

/** A service of one's own need not be one of rxllm. */
function shape(service: DashboardService): DashboardService {
  const { name, modelName = name, events$ } = service;
  const [pause, resume] = [() => service.pause(), () => service.resume()];
  return { name, modelName, events$, pause, resume, toJSON: () => service.toJSON() };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatorStats } from '../../src/simulator/index.js';
import type { AskRequest, UsageSnapshot } from '../../examples/angular/server/wire.js';

const folder = join(__dirname, '../../examples/angular');

/** The example's server as a child process, on a free port. */
export interface Example extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What the simulator has counted. */
  stats(): Promise<SimulatorStats>;
  /** What the back end tells of its usage now. */
  usage(): Promise<UsageSnapshot>;
  /** One call that passes the browser by. */
  ask(request?: Partial<AskRequest>): Promise<Response>;
  /** The same, whose answer is streamed. */
  stream(request?: Partial<AskRequest>, signal?: AbortSignal): Promise<Response>;
  /** Ctrl-C; the exit code. */
  stop(): Promise<number | null>;
}

/** Installs and builds what is out of date: minutes in a fresh clone, a second afterwards. */
export async function makeExampleReady(): Promise<void> {
  const child = spawn(process.execPath, [join(folder, 'set-up.mjs')], { stdio: 'pipe' });
  const output: string[] = [];
  child.stdout.on('data', (text: Buffer) => output.push(text.toString()));
  child.stderr.on('data', (text: Buffer) => output.push(text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`examples/angular cannot be made ready:\n${output.join('')}`);
}

/** Starts it; of the environment it gets no key, unless the spec says so. */
export async function startExample(
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Example> {
  const program = [join(folder, 'dist/server/main.js'), '--port', '0', ...args];
  const child = spawn(process.execPath, program, {
    env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return exampleOf(child, await addressesOf(child));
}

interface Addresses {
  readonly url: string;
  readonly statsUrl: string | undefined;
}

/** As it says itself when it listens. */
async function addressesOf(child: ChildProcess): Promise<Addresses> {
  let statsUrl: string | undefined;
  for await (const line of createInterface({ input: child.stdout! })) {
    statsUrl ??= /^What reaches it: (\S+)/.exec(line)?.[1];
    const url = /^Open (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { url, statsUrl };
  }
  throw new Error('the server has ended before it listened');
}

function exampleOf(child: ChildProcess, { url, statsUrl }: Addresses): Example {
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const stop = async () => {
    child.kill('SIGINT');
    const [code] = await Promise.race([ended, killedLater(child)]);
    return code;
  };
  const post = (path: string, request: Partial<AskRequest> = {}, signal?: AbortSignal) =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Hello there.', priority: 0, tenant: 'spec', ...request }),
      ...(signal && { signal }),
    });
  return {
    url,
    port: Number(new URL(url).port),
    stats: async () => (await (await fetch(statsUrl!)).json()) as SimulatorStats,
    usage: () => firstSnapshot(`${url}api/usage`),
    ask: (request) => post('/api/ask', request),
    stream: (request, signal) => post('/api/stream', request, signal),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** So that one that does not stop leaves nothing behind. */
async function killedLater(child: ChildProcess): Promise<[null]> {
  await delay(20_000, undefined, { ref: false });
  child.kill('SIGKILL');
  return [null];
}

/** The first event that has no name. */
async function firstSnapshot(url: string): Promise<UsageSnapshot> {
  const controller = new AbortController();
  const { body } = await fetch(url, { signal: controller.signal });
  let text = '';
  try {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const data = /(?:^|\n\n)data: (.*)\n\n/.exec(text)?.[1];
      if (data !== undefined) return JSON.parse(data) as UsageSnapshot;
    }
  } finally {
    controller.abort();
  }
  throw new Error('the stream of usage has ended');
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { SimulatorStats } from 'rxllm/simulator';
import { Child } from './child.js';
import { readJournal } from './journal.js';
import type { Sample } from './memory-growth.js';
import type { CallerEnd, CallerMessage, Memory, ProviderMessage } from './messages.js';
import { idleIn, readRecords, type Records } from './read-records.js';
import type { SoakOptions } from './soak-options.js';

/** All that a soak has seen, not yet judged. */
export interface SoakRun {
  /** Where the journals are: for whoever has run it to look at, or to throw away. */
  readonly folder: string;
  readonly options: SoakOptions;
  readonly records: Records;
  /** Connections that the provider closed as nobody used them. */
  readonly idle: number;
  readonly stats: SimulatorStats;
  readonly samples: { readonly caller: readonly Sample[]; readonly provider: readonly Sample[] };
  readonly caller: CallerEnd;
  readonly provider: { readonly peakRss: number; readonly cpuMs: number };
  /** What was still there when it should not have been, and processes that did not end. */
  readonly remains: readonly string[];
  readonly wallMs: number;
}

/** Told of how far it is. */
export type Progress = (calls: number, memory: Memory) => void;

/** Runs the provider and the callers in processes of their own, `here` is where their programs lie. */
export async function runSoak(
  options: SoakOptions,
  here: string,
  progress: Progress,
): Promise<SoakRun> {
  const folder = mkdtempSync(join(tmpdir(), 'rxllm-soak-'));
  const start = performance.now();
  const provider = new Child<ProviderMessage>('provider', join(here, 'provider-process.ts'), {
    folder,
    options,
  });
  let caller: Child<CallerMessage> | undefined;
  const kill = () => {
    provider.kill();
    caller?.kill();
  };
  const limit = limitOf(options.minutes);
  try {
    const url = await Promise.race([urlOf(provider), limit.passed]);
    caller = new Child<CallerMessage>('caller', join(here, 'caller-process.ts'), {
      url,
      folder,
      options,
    });
    const seen = await Promise.race([follow({ caller, provider, url, progress }), limit.passed]);
    const journals = journalsIn(folder);
    const records = readRecords(journals, options.calls);
    return {
      folder,
      options,
      records,
      idle: idleIn(journals),
      ...seen,
      wallMs: performance.now() - start,
    };
  } catch (error) {
    kill();
    rmSync(folder, { recursive: true });
    throw error;
  } finally {
    limit.clear();
    kill();
  }
}

interface Parties {
  readonly caller: Child<CallerMessage>;
  readonly provider: Child<ProviderMessage>;
  readonly url: string;
  readonly progress: Progress;
}

async function follow({ caller, provider, url, progress }: Parties) {
  const samples = { caller: [] as Sample[], provider: [] as Sample[] };
  const remains: string[] = [];
  let message = await caller.receive();
  for (; message.kind === 'checkpoint'; message = await caller.receive()) {
    const { calls, memory } = message;
    samples.caller.push({ calls, memory });
    samples.provider.push({ calls, memory: await memoryOf(provider) });
    remains.push(...message.remains.map((what) => `after ${calls} calls: ${what}`));
    progress(calls, memory);
    caller.send('go on');
  }
  remains.push(...message.remains.map((what) => `at the end: ${what}`), ...(await caller.end()));
  provider.send('settle');
  await provider.receive();
  const stats = await statsAt(url);
  provider.send('stop');
  const stopped = await provider.receive();
  if (stopped.kind !== 'stopped') throw new Error('the provider did not stop');
  remains.push(...(await provider.end()));
  return { samples, caller: message, provider: stopped, remains, stats };
}

async function urlOf(provider: Child<ProviderMessage>): Promise<string> {
  const message = await provider.receive();
  if (message.kind !== 'listening') throw new Error('the provider does not listen');
  return message.url;
}

async function memoryOf(provider: Child<ProviderMessage>): Promise<Memory> {
  provider.send('memory');
  const message = await provider.receive();
  if (message.kind !== 'memory') throw new Error('the provider did not say what it holds');
  return message.memory;
}

/** The simulator's own count, by its own way of telling it. */
async function statsAt(url: string): Promise<SimulatorStats> {
  const response = await fetch(new URL('/stats', url));
  return (await response.json()) as SimulatorStats;
}

function journalsIn(folder: string) {
  const read = (name: string) => readJournal(join(folder, `${name}.log`));
  return { provider: read('provider'), caller: read('caller'), events: read('events') };
}

/** Rejects when the time is over, or when the soak is interrupted, so that all of it is cleaned up. */
function limitOf(minutes: number): { readonly passed: Promise<never>; readonly clear: () => void } {
  let end: (why: string) => void = () => undefined;
  const passed = new Promise<never>((_, reject) => {
    end = (why) => {
      reject(new Error(why));
    };
  });
  passed.catch(() => undefined);
  const interrupt = () => {
    end('it was interrupted');
  };
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.once(signal, interrupt);
  const timer = setTimeout(() => {
    end(`it was not done after ${minutes} minutes, and was ended`);
  }, minutes * 60_000);
  const clear = () => {
    clearTimeout(timer);
    for (const signal of signals) process.removeListener(signal, interrupt);
  };
  return { passed, clear };
}

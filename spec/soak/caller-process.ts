// The callers of a soak, in a process of their own. Argument: { url, folder, options } as JSON.
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { OpenAI } from 'openai';
import { quota, seededRandom, type ServiceEvent } from 'rxllm';
import { collectGarbage } from './collect-garbage.js';
import { Crowd } from './crowd.js';
import { Journal } from './journal.js';
import type { CallerMessage } from './messages.js';
import { numberedFetch } from './numbered-fetch.js';
import { NumberedService } from './numbered-service.js';
import { reasonOf } from './reason-of.js';
import { remainsOf, usedQuotas } from './remains.js';
import type { SoakOptions } from './soak-options.js';
import { LIMITS } from './terms.js';

interface Argument {
  readonly url: string;
  readonly folder: string;
  readonly options: SoakOptions;
}

const MOST_CHECKPOINTS = 25;
/** So often every permit is used again between two of them, at least. */
const LEAST_GENERATIONS = 5;
/** Longer than the quotas' window and its margin: after that nothing is charged. */
const WINDOW_HAS_PASSED_MS = LIMITS.windowMs + 300;

const { url, folder, options } = JSON.parse(String(process.argv[2])) as Argument;
const events = new Journal(join(folder, 'events.log'));
const journal = new Journal(join(folder, 'caller.log'));
const service = makeService();
const load = { inFlight: 0, most: 0, sum: 0, starts: 0 };
service.events$.subscribe(note);
process.once('disconnect', leaveAtOnce);
void soak();

function makeService(): NumberedService {
  const { windowMs, requests, tokens } = LIMITS;
  return new NumberedService({
    client: new OpenAI({
      ...{ baseURL: url, apiKey: 'any', maxRetries: 0, timeout: options.lostAfterMs },
      fetch: numberedFetch(journal, options),
    }),
    modelName: 'simulated',
    quotas: [
      quota({ unit: 'requests', limit: requests, windowMs }),
      quota({ unit: 'tokens', limit: tokens, windowMs }),
    ],
    maxConcurrentJobs: options.inFlight,
    retry: { baseMs: 20, maxMs: 200, atLeast: 100, random: seededRandom(options.seed) },
  });
}

async function soak(): Promise<void> {
  const crowd = new Crowd({ service, journal, options });
  const step = Math.max(
    LEAST_GENERATIONS * options.inFlight,
    Math.ceil(options.calls / MOST_CHECKPOINTS),
  );
  let busyMs = 0;
  for (let calls = 0; calls < options.calls;) {
    calls = Math.min(options.calls, calls + step);
    const start = performance.now();
    await crowd.until(calls);
    busyMs += performance.now() - start;
    await checkpoint(calls);
  }
  await end(busyMs);
}

/** Waits until the other side has been measured as well. */
async function checkpoint(calls: number): Promise<void> {
  journal.flush();
  events.flush();
  const remains = await remainsOf(service);
  tell({ kind: 'checkpoint', calls, memory: await collectGarbage(), remains });
  await once(process, 'message');
}

async function end(busyMs: number): Promise<void> {
  await setTimeout(WINDOW_HAS_PASSED_MS);
  const used = usedQuotas(service);
  await service.close();
  const remains = [...used, ...(await remainsOf(service))];
  journal.close();
  events.close();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const { most: mostInFlight, sum, starts } = load;
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  const figures = { busyMs, mostInFlight, meanInFlight: sum / starts };
  tell({ kind: 'ended', remains, peakRss: maxRSS * 1024, cpuMs, ...figures });
  process.removeListener('disconnect', leaveAtOnce);
  process.disconnect();
  // Nothing is left to do: the process ends by itself, or something was not let go.
}

/** The soak was ended from outside: nobody is left to tell. */
function leaveAtOnce(): void {
  process.exit(1);
}

function note(event: ServiceEvent): void {
  const { type, label = '?' } = event;
  if (type === 'fault') events.write('fault');
  else if (type === 'queued') events.write(type, label);
  else if (type === 'retrying') events.write(type, label, event.attempt, reasonOf(event.error));
  else events.write(type, label, event.attempt);
  weigh(event);
}

/** Counted from the events, not by what the service says of itself. */
function weigh(event: ServiceEvent): void {
  const isOver = 'runMs' in event ? event.runMs !== undefined : event.type === 'retrying';
  if (isOver) load.inFlight--;
  if (event.type !== 'started') return;
  load.inFlight++;
  load.most = Math.max(load.most, load.inFlight);
  load.sum += load.inFlight;
  load.starts++;
}

function tell(message: CallerMessage): void {
  process.send?.(message);
}

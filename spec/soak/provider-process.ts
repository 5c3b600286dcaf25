// The provider of a soak, in a process of its own. It counts beside the simulator, by what Node's own HTTP server
// tells: which requests came, and how each answer ended. Argument: { folder, options } as JSON.
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startSimulator } from 'rxllm/simulator';
import { collectGarbage } from './collect-garbage.js';
import { Journal } from './journal.js';
import type { ProviderMessage } from './messages.js';
import type { SoakOptions } from './soak-options.js';
import { providerOf } from './terms.js';

interface Argument {
  readonly folder: string;
  readonly options: SoakOptions;
}

interface Arrival {
  readonly socket: Socket;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const CHATS = '/v1/chat/completions';
const LEAST_WAIT_MS = 20;
const MOST_WAIT_MS = 5_000;

const { folder, options } = JSON.parse(String(process.argv[2])) as Argument;
const journal = new Journal(join(folder, 'provider.log'));
const watched = new WeakSet<Socket>();
let open = 0;

subscribe('http.server.request.start', (message) => {
  const { request, response, socket } = message as Arrival;
  if (request.url !== CHATS) return;
  watch(socket);
  const { 'x-call-id': call = '?', 'x-attempt': attempt = '?' } = request.headers;
  const number = `${String(call)}/${String(attempt)}`;
  open++;
  journal.write('arrived', number);
  response.once('close', () => {
    open--;
    journal.write('ended', number, response.headersSent ? response.statusCode : 0, endOf(response));
  });
});

/** A connection that nobody has used for long is closed; a request that is on its way then never comes. */
function watch(socket: Socket): void {
  if (watched.has(socket)) return;
  watched.add(socket);
  socket.once('timeout', () => {
    journal.write('idle');
  });
}

/** `finished`: all of it was handed to the system; `handed`: cut when it was complete; `cut`: in the middle. */
function endOf(response: ServerResponse): string {
  if (response.writableFinished) return 'finished';
  return response.writableEnded ? 'handed' : 'cut';
}

const simulator = startSimulator(providerOf(options));

async function answer(message: unknown): Promise<void> {
  if (message === 'memory') tell({ kind: 'memory', memory: await collectGarbage() });
  else if (message === 'settle') await settle();
  else await stop();
}

/** Waits until every answer has ended, and writes down all that there is; what has not ended by then is told so. */
async function settle(): Promise<void> {
  for (let waitedMs = 0; open > 0 && waitedMs < MOST_WAIT_MS; waitedMs += LEAST_WAIT_MS)
    await setTimeout(LEAST_WAIT_MS);
  journal.flush();
  tell({ kind: 'settled' });
}

async function stop(): Promise<void> {
  await (await simulator).close();
  journal.close();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  tell({ kind: 'stopped', peakRss: maxRSS * 1024, cpuMs });
  process.disconnect();
}

function tell(message: ProviderMessage): void {
  process.send?.(message);
}

process.on('message', (message) => void answer(message));
// Nobody is left to answer to.
process.once('disconnect', () => void simulator.then((one) => one.close()));
void simulator.then(({ url }) => {
  tell({ kind: 'listening', url });
});

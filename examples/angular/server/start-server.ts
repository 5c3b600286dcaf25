import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { failureOf } from './failure.js';
import { connect } from './provider.js';
import { type Resources, route } from './routes.js';
import { sendFailure } from './send.js';
import type { Settings } from './settings.js';
import { StaticFiles } from './static-files.js';
import { Usage } from './usage.js';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Where the simulator counts what reaches it, if it is one that is asked. */
  readonly statsUrl: string | undefined;
  /** Whom it asks. */
  readonly providerName: string;
  /** Gives up what is being answered, and stops. */
  close(): Promise<void>;
}

const APPLICATION = join(import.meta.dirname, '../browser');
/** A request has to have come in whole by then. */
const REQUEST_TIMEOUT_MS = 10_000;
const MOST_CONNECTIONS = 500;

/** Starts the server on loopback. */
export async function startServer(settings: Settings, env: NodeJS.ProcessEnv) {
  const files = new StaticFiles(APPLICATION);
  const provider = await connect(settings, env);
  const usage = new Usage(provider);
  const server = serve({ provider, usage, files });
  try {
    await once(server.listen(settings.port, '127.0.0.1'), 'listening');
  } catch (error) {
    await provider[Symbol.asyncDispose]();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    statsUrl: provider.statsUrl,
    providerName: provider.name,
    close: async () => {
      server.close();
      usage[Symbol.dispose]();
      // Those that wait for an answer are told; then connections are closed, also those that only watch.
      await provider[Symbol.asyncDispose]();
      server.closeAllConnections();
    },
  } satisfies RunningServer;
}

function serve(resources: Resources): Server {
  const options = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
  const server = createServer(options, (request, response) => {
    route(request, response, resources).catch((error: unknown) => {
      sendFailure(response, failureOf(error));
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

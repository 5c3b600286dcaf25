import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { openAIError, type SimulatedProvider } from '../../provider/index.js';
import type { SimulatorOptions } from '../options.js';
import { RequestError } from '../request-error.js';
import { allowBrowsers } from './allow-browsers.js';
import { routes } from './routes.js';
import { sendJson } from './send.js';

/** Longer than clients keep a connection, so that none is closed as it is used again. */
const KEEP_ALIVE_MS = 65_000;

/**
 * An HTTP server in front of the provider; it does not listen yet.
 *
 * @internal
 */
export function serve(provider: SimulatedProvider, options: SimulatorOptions): Server {
  const route = routes(provider, options);
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    allowBrowsers(request, response);
    try {
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else await route(request, response);
    } catch (error) {
      fail(provider, response, error);
    }
    // A body that nobody read would keep the connection from its next request.
    request.resume();
  };
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response);
  });
}

function fail(provider: SimulatedProvider, response: ServerResponse, error: unknown): void {
  if (error instanceof RequestError) {
    provider.reject();
    sendJson(response, error.status, error.body);
    return;
  }
  // Either the client went away while it was sending, and nobody reads this, or the simulator is at
  // fault; its reason could hold a prompt, so it is not told.
  sendJson(response, 500, openAIError('The simulator failed.', 'server_error'));
}

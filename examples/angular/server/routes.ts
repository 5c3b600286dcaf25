import type { IncomingMessage, ServerResponse } from 'node:http';
import { ask } from './ask.js';
import { parseAskRequest, readAskQuery } from './ask-request.js';
import { Failure } from './failure.js';
import { checkOrigin } from './guard.js';
import type { Provider } from './provider.js';
import { readJson } from './read-body.js';
import type { StaticFiles } from './static-files.js';
import { stream } from './stream.js';
import type { Usage } from './usage.js';

/** What requests are answered with. */
export interface Resources {
  readonly provider: Provider;
  readonly usage: Usage;
  readonly files: StaticFiles;
}

const METHODS: Readonly<Record<string, readonly string[]>> = {
  '/api/ask': ['POST'],
  '/api/stream': ['GET', 'POST'],
  '/api/usage': ['GET'],
};

/** Answers a request; what is wrong with it is a `Failure`. */
export async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, usage, files }: Resources,
): Promise<void> {
  checkOrigin(request);
  const { pathname, searchParams } = urlOf(request);
  switch (`${request.method ?? ''} ${pathname}`) {
    case 'POST /api/ask':
      return ask(provider, parseAskRequest(await readJson(request)), response);
    case 'POST /api/stream':
      return stream(provider, parseAskRequest(await readJson(request)), response);
    case 'GET /api/stream':
      // An EventSource comes back by itself when a stream has ended. The answer is not asked for twice.
      if (request.headers['last-event-id'] !== undefined) return endForGood(response);
      return stream(provider, readAskQuery(searchParams), response);
    case 'GET /api/usage':
      return usage.send(response);
    default:
      checkMethod(request.method, pathname);
      return files.send(pathname, response);
  }
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  if (url.startsWith('/') && URL.canParse(url, 'http://localhost')) {
    return new URL(url, 'http://localhost');
  }
  throw new Failure(400, 'BAD_ADDRESS', 'The address cannot be read.');
}

/** 204 tells an EventSource to stop. */
function endForGood(response: ServerResponse): void {
  response.writeHead(204).end();
}

function checkMethod(method = '', pathname: string): void {
  if (pathname.startsWith('/api/') && !METHODS[pathname]) {
    throw new Failure(404, 'NOT_FOUND', 'There is no such address.');
  }
  const methods = METHODS[pathname] ?? ['GET', 'HEAD'];
  if (methods.includes(method)) return;
  const allow = methods.join(', ');
  throw new Failure(405, 'METHOD_NOT_ALLOWED', `This address takes ${allow}.`, { allow });
}

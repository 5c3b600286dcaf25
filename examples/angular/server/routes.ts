import type { IncomingMessage, ServerResponse } from 'node:http';
import { ask } from './ask.js';
import { parseAskRequest } from './ask-request.js';
import { Failure } from './failure.js';
import { checkHost, checkOrigin } from './guard.js';
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
  '/api/stream': ['POST'],
  '/api/usage': ['GET'],
};

/** Answers a request; what is wrong with it is a `Failure`. */
export async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, usage, files }: Resources,
): Promise<void> {
  checkHost(request);
  const pathname = pathOf(request);
  // A link to a page may stand anywhere.
  if (pathname.startsWith('/api/')) checkOrigin(request);
  switch (`${request.method ?? ''} ${pathname}`) {
    case 'POST /api/ask':
      return ask(provider, parseAskRequest(await readJson(request)), response);
    case 'POST /api/stream':
      return stream(provider, parseAskRequest(await readJson(request)), response);
    case 'GET /api/usage':
      return usage.send(response);
    default:
      checkMethod(request.method, pathname);
      return files.send(pathname, response);
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/') && URL.canParse(url, 'http://localhost')) {
    return new URL(url, 'http://localhost').pathname;
  }
  throw new Failure(400, 'BAD_ADDRESS', 'The address cannot be read.');
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

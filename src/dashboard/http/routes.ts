import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Feed } from '../feed/feed.js';
import { pageFiles } from '../page-files.js';
import type { Access } from './access.js';
import type { Controls } from './controls.js';
import { readJson } from './read-json.js';
import { RefusedRequest } from './refused-request.js';
import type { SampleStreams } from './sample-streams.js';

/** What answers requests. */
export interface RouteParts {
  readonly access: Access;
  readonly feed: Feed;
  readonly streams: SampleStreams;
  readonly controls: Controls;
}

/** Answers one request; what it throws as `RefusedRequest` is what the sender is told. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What is answered to a method and a path.
 *
 * @internal
 */
export function routes({ access, feed, streams, controls }: RouteParts): Handler {
  const table: Readonly<Record<string, (...exchange: Parameters<Handler>) => unknown>> = {
    'GET /events': (_, response) => streams.add(response),
    'GET /state': (_, response) =>
      send(response, 'application/json', JSON.stringify(feed.hello().sample)),
    'POST /control': async (request, response) => {
      checkOrigin(request);
      controls.do(await readJson(request));
      response.writeHead(204).end();
    },
  };
  return async (request, response) => {
    const url = urlOf(request);
    const cookie = access.cookieFor(request, url);
    if (cookie !== undefined) {
      enter(response, cookie);
      return;
    }
    access.check(request);
    const route = `${request.method ?? ''} ${url.pathname}`;
    if (Object.hasOwn(table, route)) await table[route]?.(request, response);
    else sendFile(request, response, url.pathname);
  };
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://dashboard');
  } catch {
    throw new RefusedRequest(400, 'This is no address.');
  }
}

/** The address without the token, which else would stand in histories and screenshots. */
function enter(response: ServerResponse, cookie: string): void {
  response.writeHead(303, { location: './', 'set-cookie': cookie }).end();
}

/** Another page's script must not act in the name of who looks at it. */
function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host = '' } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
    throw new RefusedRequest(403, 'Only the dashboard itself may ask for this.');
}

function sendFile({ method }: IncomingMessage, response: ServerResponse, path: string): void {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const file = Object.hasOwn(pageFiles, name) ? pageFiles[name] : undefined;
  if (!file) throw new RefusedRequest(404, 'There is nothing of this name.');
  if (method !== 'GET' && method !== 'HEAD')
    throw new RefusedRequest(405, 'This can be read only.');
  if (name === 'index.html') response.setHeader('content-security-policy', PAGE_POLICY);
  send(response, file.type, file.text);
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

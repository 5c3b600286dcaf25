import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Feed } from '../feed/feed.js';
import type { Access } from './access.js';
import { checkOrigin } from './check-origin.js';
import type { Controls } from './controls.js';
import { pageFile } from './page-file.js';
import { readJson } from './read-json.js';
import { RefusedRequest } from './refused-request.js';
import type { SampleStreams } from './sample-streams.js';
import { send } from './send.js';

/** What answers requests. */
export interface RouteParts {
  readonly access: Access;
  readonly feed: Feed;
  readonly streams: SampleStreams;
  readonly controls: Controls;
}

/** Answers one request; what it throws as `RefusedRequest` is what the sender is told. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What is done, by method. */
type Route = ReadonlyMap<string, (...exchange: Parameters<Handler>) => unknown>;

/**
 * What is answered to a method and a path.
 *
 * @internal
 */
export function routes(parts: RouteParts): Handler {
  const { access } = parts;
  const table = tableOf(parts);
  return async (request, response) => {
    const url = urlOf(request);
    const cookie = access.cookieFor(request, url);
    if (cookie !== undefined) {
      enter(response, cookie);
      return;
    }
    access.check(request);
    if (table.has(url.pathname)) checkOrigin(request);
    const route = table.get(url.pathname) ?? fileRoute(url.pathname);
    await actionOf(route, request, response)(request, response);
  };
}

function tableOf({ feed, streams, controls }: RouteParts): ReadonlyMap<string, Route> {
  const state = (_: IncomingMessage, response: ServerResponse) =>
    send(response, 'application/json', JSON.stringify(feed.hello().sample));
  const control: Handler = async (request, response) => {
    controls.do(await readJson(request));
    response.writeHead(204).end();
  };
  return new Map<string, Route>([
    ['/events', new Map([['GET', (_, response) => streams.add(response)]])],
    ['/state', readable(state)],
    ['/control', new Map([['POST', control]])],
  ]);
}

function readable(action: (...exchange: Parameters<Handler>) => unknown): Route {
  return new Map([
    ['GET', action],
    ['HEAD', action],
  ]);
}

function fileRoute(path: string): Route {
  const file = pageFile(path);
  if (!file) throw new RefusedRequest(404, 'There is nothing of this name.');
  return readable((_, response) => file(response));
}

function actionOf(route: Route, { method = '' }: IncomingMessage, response: ServerResponse) {
  const action = route.get(method);
  if (action) return action;
  const allowed = [...route.keys()].join(', ');
  response.setHeader('allow', allowed);
  throw new RefusedRequest(405, `This takes ${allowed} only.`);
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

import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets pages of any origin call the simulator and read its headers, as OpenAI does: an application
 * under development comes from another port of this machine.
 *
 * @internal
 */
export function allowBrowsers(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', '*');
  const asked = request.headers['access-control-request-headers'];
  // `*` would not cover Authorization.
  if (asked !== undefined) response.setHeader('access-control-allow-headers', asked);
}

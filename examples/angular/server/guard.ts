import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.js';

const OWN_NAMES = ['127.0.0.1', 'localhost'];

/**
 * Lets in what the application itself asks for.
 *
 * A page of somebody else's may point its own name at this machine (DNS rebinding): then `Host` is that name. Or it
 * may ask across origins: then the browser says so.
 */
export function checkOrigin({ headers, socket }: IncomingMessage): void {
  const hosts = OWN_NAMES.map((name) => `${name}:${socket.localPort ?? ''}`);
  if (!hosts.includes(headers.host ?? '')) {
    throw new Failure(421, 'WRONG_HOST', `This is ${hosts.join(' or ')}.`);
  }
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const isOwn = origin === undefined || origin === `http://${headers.host}`;
  if (!isOwn || (site !== 'same-origin' && site !== 'none')) {
    throw new Failure(403, 'WRONG_ORIGIN', 'Only the application itself may ask.');
  }
}

import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.js';

const OWN_NAMES = ['127.0.0.1', 'localhost'];

/** A page of somebody else's may point its own name at this machine (DNS rebinding): then `Host` is that name. */
export function checkHost({ headers, socket }: IncomingMessage): void {
  // As a URL has it: port 80 is not said.
  const hosts = OWN_NAMES.map((name) => new URL(`http://${name}:${socket.localPort ?? ''}`).host);
  if (!hosts.includes(headers.host ?? '')) {
    throw new Failure(421, 'WRONG_HOST', `This is ${hosts.join(' or ')}.`);
  }
}

/** Lets in what the application itself asks for: of what a page elsewhere asks for the browser says so. */
export function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const isOwn = origin === undefined || origin === `http://${headers.host}`;
  if (!isOwn || (site !== 'same-origin' && site !== 'none')) {
    throw new Failure(403, 'WRONG_ORIGIN', 'Only the application itself may ask.');
  }
}

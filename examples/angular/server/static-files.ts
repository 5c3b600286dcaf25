import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { Failure } from './failure.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

const INDEX = '/index.html';
const NONCE = /CSP_NONCE/g;
const HASHED = /-[A-Z0-9]{8}\.(js|css)$/;

/** Pages of the application: the browser's router shows them, all from one file. */
const PAGES = ['/', '/ask', '/batch', '/usage'];

/** The built application. Its files are read once, by name, so that no path leads anywhere else. */
export class StaticFiles {
  private readonly files: ReadonlyMap<string, Buffer>;

  constructor(folder: string) {
    this.files = new Map(namesIn(folder).map((name) => [name, readFileSync(join(folder, name))]));
    if (!this.files.has(INDEX))
      throw new Error('the application is not built; npm start builds it');
  }

  /** Sends a file or the page; a `Failure` where there is none. */
  send(path: string, response: ServerResponse): void {
    const name = PAGES.includes(path) ? INDEX : path;
    const file = this.files.get(name);
    if (!file) throw new Failure(404, 'NOT_FOUND', 'There is no such page.');
    const nonce = randomBytes(16).toString('base64');
    const body = name === INDEX ? Buffer.from(file.toString().replace(NONCE, nonce)) : file;
    response.writeHead(200, { ...headersOf(name, nonce), 'content-length': body.length });
    response.end(response.req.method === 'HEAD' ? undefined : body);
  }
}

function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll(sep, '/'));
}

function headersOf(name: string, nonce: string) {
  return {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policyWith(nonce),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** Nothing but what comes from here; styles of components have the nonce, and Angular alone makes HTML. */
function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types angular angular#bundler',
  ].join('; ');
}

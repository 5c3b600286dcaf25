import type { ServerResponse } from 'node:http';
import { pageFiles } from '../page-files.js';
import { send } from './send.js';

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What sends the file of such a path; undefined where there is none.
 *
 * @internal
 */
export function pageFile(path: string): ((response: ServerResponse) => void) | undefined {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const file = Object.hasOwn(pageFiles, name) ? pageFiles[name] : undefined;
  if (!file) return undefined;
  return (response) => {
    if (name === 'index.html') response.setHeader('content-security-policy', PAGE_POLICY);
    send(response, file.type, file.text);
  };
}

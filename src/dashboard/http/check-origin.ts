import type { IncomingMessage } from 'node:http';
import { RefusedRequest } from './refused-request.js';

/**
 * The page of another origin must neither act nor listen in the name of who looks at the dashboard.
 *
 * Browsers say where a request comes from in `Sec-Fetch-Site`, whatever a proxy in front makes of `Host`; older ones,
 * and those that come by plain HTTP to another machine, in `Origin`. Programs say neither, and act for themselves.
 *
 * @throws RefusedRequest 403
 * @internal
 */
export function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host, 'sec-fetch-site': site } = headers;
  const isOwn =
    site === undefined
      ? origin === undefined || origin.replace(/^https?:\/\//, '') === host
      : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new RefusedRequest(403, 'Only the dashboard itself may ask for this.');
}

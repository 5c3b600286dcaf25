import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from './is-loopback.js';
import { RefusedRequest } from './refused-request.js';

const WRONG_HOST = 'Only a name of this machine is answered: localhost, 127.0.0.1 or [::1].';
const TOKEN_NEEDED =
  'A token is needed, and none or a wrong one was shown: open …/?token=… once, or send it as Authorization: Bearer.';

/**
 * Who may see the dashboard.
 *
 * Without a token whoever comes by a name of this machine: a page of the internet whose name was made to lead here
 * (DNS rebinding) does not. With one who shows it: as `?token=`, as the cookie that this leaves behind, or as
 * `Authorization: Bearer`.
 *
 * @internal
 */
export class Access {
  constructor(private readonly token: string | undefined) {}

  /** @throws RefusedRequest 401 or 403 */
  check(request: IncomingMessage): void {
    const { token } = this;
    if (token === undefined) {
      if (!isLoopback(hostOf(request))) throw new RefusedRequest(403, WRONG_HOST);
    } else if (!shownIn(request).some((shown) => isSame(shown, token))) {
      throw new RefusedRequest(401, TOKEN_NEEDED);
    }
  }

  /**
   * The cookie for who shows the token in the address; undefined for everybody else.
   *
   * Lax, as a strict one would not come along where somebody follows a link from elsewhere; what another site's page
   * asks for by itself has none, and `checkOrigin` besides.
   *
   * It has no path, so that a browser takes the address's own: behind a proxy dashboards have the same port, and are
   * told apart by what their paths begin with.
   */
  cookieFor(request: IncomingMessage, url: URL): string | undefined {
    // A plus means a space in a query, which no token holds.
    const shown = url.searchParams.get('token')?.replaceAll(' ', '+');
    if (this.token === undefined || shown === undefined) return undefined;
    if (!isSame(shown, this.token)) return undefined;
    return `${cookieName(request)}=${encodeURIComponent(shown)}; HttpOnly; SameSite=Lax`;
  }
}

/** Without the port. */
function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return host.replace(/:\d*$/, '');
}

function shownIn(request: IncomingMessage): string[] {
  const { authorization = '', cookie = '' } = request.headers;
  const bearer = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  const name = `${cookieName(request)}=`;
  const cookies = cookie.split(/;\s*/).filter((one) => one.startsWith(name));
  return [
    ...(bearer === undefined ? [] : [bearer]),
    ...cookies.map((one) => decoded(one.slice(name.length))),
  ];
}

/** A cookie goes to every port of a host: dashboards side by side must not take each other's. */
function cookieName({ socket: { localPort = 0 } }: IncomingMessage): string {
  return `rxllm-dashboard-${localPort}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** How long it takes tells nothing of how much of it was right. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

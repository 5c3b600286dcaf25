import type { Journal } from './journal.js';
import { promptOf } from './prompt.js';
import { meets, type Plant, type SoakOptions } from './soak-options.js';

type Fetch = typeof globalThis.fetch;

const NUMBERS = /"metadata":\{"call":"(\d+)","attempt":"(\d+)"\}/;

/**
 * Node's own `fetch` with its one agent of connections that are kept alive; it takes the numbers that
 * `NumberedService` has put into the body for headers of their own, and notes each request that it is
 * told to send.
 */
export function numberedFetch(journal: Journal, options: SoakOptions): Fetch {
  const { planted, lostAfterMs } = options;
  return (url, init = {}) => {
    const text = init.body as string;
    const [, call = '?', attempt = '?'] = NUMBERS.exec(text) ?? [];
    const headers = new Headers(init.headers);
    headers.set('x-call-id', call);
    headers.set('x-attempt', attempt);
    journal.write('sent', `${call}/${attempt}`);
    const sent = { ...init, headers };
    const isMet = (plant: Plant) => attempt === '1' && meets(planted, plant, Number(call));
    if (isMet('twice')) void drain(url, { ...sent, signal: AbortSignal.timeout(lostAfterMs) });
    return fetch(url, isMet('swap') ? swapped(sent, Number(call)) : sent);
  };
}

async function drain(...[url, init]: Parameters<Fetch>): Promise<void> {
  const response = await fetch(url, init).catch(() => undefined);
  await response?.text().catch(() => undefined);
}

function swapped(init: RequestInit, call: number): RequestInit {
  const headers = new Headers(init.headers);
  headers.delete('content-length');
  return {
    ...init,
    headers,
    body: (init.body as string).replace(promptOf(call), promptOf(call + 1)),
  };
}

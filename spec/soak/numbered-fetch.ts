import type { Journal } from './journal.js';
import { promptOf } from './prompt.js';
import type { Plant } from './soak-options.js';

type Fetch = typeof globalThis.fetch;

const NUMBERS = /"metadata":\{"call":"(\d+)","attempt":"(\d+)"\}/;
/** Planted faults meet the first try of one call in so many. */
const ONE_IN = 97;

/**
 * Node's own `fetch` with its one agent of connections that are kept alive; it takes the numbers that
 * `NumberedService` has put into the body for headers of their own, and notes each request that it is
 * told to send.
 */
export function numberedFetch(journal: Journal, planted: readonly Plant[]): Fetch {
  return (url, init = {}) => {
    const text = init.body as string;
    const [, call = '?', attempt = '?'] = NUMBERS.exec(text) ?? [];
    const headers = new Headers(init.headers);
    headers.set('x-call-id', call);
    headers.set('x-attempt', attempt);
    journal.write('sent', `${call}/${attempt}`);
    const isMet = attempt === '1' && Number(call) % ONE_IN === 0;
    const sent = { ...init, headers };
    if (isMet && planted.includes('twice')) void drain(fetch(url, sent));
    return fetch(url, isMet && planted.includes('swap') ? swapped(sent, Number(call)) : sent);
  };
}

async function drain(response: Promise<Response>): Promise<void> {
  await response.then((whole) => whole.text()).catch(() => undefined);
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

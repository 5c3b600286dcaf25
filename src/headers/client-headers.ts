import type { HeadersLike } from './headers-view.js';

const MOST_HEADERS = 1_000;

/** What has names and values but cannot be iterated: Angular's `HttpHeaders`. */
interface KeyedHeaders {
  keys(): readonly string[];
  get(name: string): string | null;
}

/** The headers that a client's error keeps, in a form that can be read; none from what has none. */
export function clientHeaders(headers: unknown): HeadersLike {
  if (typeof headers !== 'object' || headers === null) return {};
  if (!isKeyed(headers)) return headers as HeadersLike;
  return headers
    .keys()
    .slice(0, MOST_HEADERS)
    .map((name) => [name, headers.get(name) ?? undefined]);
}

function isKeyed(headers: object): headers is KeyedHeaders {
  const { keys, get } = headers as Partial<KeyedHeaders>;
  if (typeof keys !== 'function' || typeof get !== 'function') return false;
  return !(Symbol.iterator in headers);
}

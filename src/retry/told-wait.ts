import { fieldAt, fieldOf } from './field.js';

const PLACES = [['headers'], ['responseHeaders'], ['response', 'headers']];
const DECIMAL = /^\d{1,15}(?:\.\d{1,15})?$/;
const LONGEST_VALUE = 64;
const MOST_HEADERS = 1_000;

/**
 * Milliseconds that `retry-after-ms` or `retry-after` in seconds tell, whichever says more than 0 first; null
 * where neither is a number. A date is none: that takes a clock.
 */
export function toldWaitMs(error: unknown): number | null {
  const waits = PLACES.map((place) => fieldAt(error, place))
    .flatMap((headers) => [waitIn(headers, 'retry-after-ms', 0), waitIn(headers, 'retry-after', 3)])
    .filter((wait) => wait !== null);
  return waits.find((wait) => wait > 0) ?? waits[0] ?? null;
}

function waitIn(headers: unknown, name: string, exponent: number): number | null {
  if (typeof headers !== 'object' || headers === null) return null;
  try {
    return msIn(gotFrom(headers, name) ?? foundIn(headers, name), exponent);
  } catch {
    return null;
  }
}

function msIn(value: unknown, exponent: number): number | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'string' && typeof first !== 'number') return null;
  const digits = String(first).slice(0, LONGEST_VALUE).trim();
  return DECIMAL.test(digits) ? Number(`${digits}e${exponent}`) : null;
}

/** From a `Headers`, a `Map`, and what has `get` as they have: Angular's `HttpHeaders`. */
function gotFrom(headers: object, name: string): unknown {
  const get = fieldOf(headers, 'get');
  return typeof get === 'function' ? get.call(headers, name) : undefined;
}

/** From a `Map` with other capitals, pairs, or a record. */
function foundIn(headers: object, name: string): unknown {
  const pairs =
    Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers);
  let left = MOST_HEADERS;
  for (const pair of pairs) {
    if (left-- === 0) return undefined;
    const [key, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof key === 'string' && key.length === name.length && key.toLowerCase() === name)
      return value;
  }
  return undefined;
}

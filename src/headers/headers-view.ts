/** A header's value: several of one name are a list in Node, of which the first is read. */
export type HeaderValue = string | number | readonly string[] | undefined;

/** Headers as clients hand them out: a `Headers`, a `Map`, pairs, or a record with names in any case. */
export type HeadersLike =
  Iterable<readonly [name: string, value: HeaderValue]> | Readonly<Record<string, HeaderValue>>;

/** Names in lower case, values cut to a length that no honest one has. */
export type HeadersView = ReadonlyMap<string, string>;

const TELLING =
  /^(?:x-)?rate-?limit-|^x-tokenlimit-|^anthropic-|^(?:x-ms-)?retry-after|^x-should-retry$|^date$/;
const MOST_HEADERS = 1000;
const MOST_TELLING = 100;
const LONGEST_NAME = 80;
const LONGEST_VALUE = 200;

/** The headers that tell something of limits; of one name's several, the first. */
export function viewHeaders(...sources: readonly unknown[]): HeadersView {
  const view = new Map<string, string>();
  for (const source of sources) {
    for (const [name, value] of pairsOf(source)) {
      if (view.size >= MOST_TELLING) return view;
      if (TELLING.test(name) && !view.has(name)) view.set(name, value);
    }
  }
  return view;
}

function* pairsOf(source: unknown): Generator<[name: string, value: string]> {
  if (typeof source !== 'object' || source === null) return;
  let left = MOST_HEADERS;
  for (const pair of Symbol.iterator in source ? iterableOf(source) : Object.entries(source)) {
    if (left-- <= 0) return;
    const [name, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const text = textOf(value);
    if (typeof name === 'string' && name.length <= LONGEST_NAME && text !== undefined)
      yield [name.toLowerCase(), text];
  }
}

function iterableOf(source: object): Iterable<unknown> {
  const iterable = source as Partial<Iterable<unknown>>;
  return typeof iterable[Symbol.iterator] === 'function' ? (source as Iterable<unknown>) : [];
}

function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return String(first);
  return typeof first === 'string' ? first.slice(0, LONGEST_VALUE).trim() : undefined;
}

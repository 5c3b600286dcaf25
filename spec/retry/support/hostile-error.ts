import fc from 'fast-check';

/** Throws whatever is done to it. */
function no(): never {
  throw new Error('no');
}

const NAMES = ['status', 'statusCode', 'code', 'type', 'name', 'message', 'cause', 'headers', 'response', 'error', 'body', 'data', 'get', 'keys', 'retry-after', 'lastError', 'constructor', '__proto__']; // prettier-ignore

/** An object whose getters throw. */
export const throwing: object = Object.defineProperties(
  {},
  Object.fromEntries(NAMES.slice(0, -1).map((name) => [name, { get: no }])),
);

/** A proxy of which nothing can be looked at. */
export const untouchable: object = new Proxy(() => {}, {
  get: no,
  has: no,
  getPrototypeOf: no,
  ownKeys: no,
  getOwnPropertyDescriptor: no,
});

/** A proxy that is of no use any more. */
export const revoked: object = makeRevoked();

/** An object each of whose fields is itself. */
export const mirror: object = new Proxy({}, { get: (_target, _name, self): unknown => self });

/** An error that is its own cause, and one whose causes never end. */
export const endless: readonly object[] = [makeCyclic(), makeEndless(), mirror];

/**
 * Makes an error of anything. A function, as fast-check itself looks at what it generates, and some of this
 * throws then.
 */
export const hostileError: fc.Arbitrary<() => unknown> = fc.letrec<{ make: () => unknown }>(
  (tie) => ({
    make: fc.oneof({ maxDepth: 6 }, leaf(), record(tie('make')), record(tie('make')).map(asError)),
  }),
).make;

function leaf(): fc.Arbitrary<() => unknown> {
  const odd = [throwing, untouchable, revoked, mirror, ...endless, no, () => '1'];
  const usual = [0, 200, 429, 503, 529, '1', '429', 'AbortError', 'overloaded_error', 'fetch failed', new Headers({ 'retry-after': '1' }), new Map([['Retry-After', '2']])]; // prettier-ignore
  return fc.oneof(
    fc.nat(odd.length - 1).map((index) => () => odd[index]),
    fc.nat(usual.length - 1).map((index) => () => usual[index]),
    fc.anything({ withBigInt: true, withMap: true }).map((thing) => () => thing),
  );
}

function record(value: fc.Arbitrary<() => unknown>): fc.Arbitrary<() => object> {
  const fields = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 7 });
  return fields.map(
    (pairs) => () => Object.fromEntries(pairs.map(([name, make]) => [name, make()])),
  );
}

function asError(make: () => object): () => Error {
  return () => Object.defineProperties(new Error(), Object.getOwnPropertyDescriptors(make()));
}

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function makeCyclic(): Error {
  const inner = new Error('inner');
  const outer = new Error('outer', { cause: inner });
  inner.cause = outer;
  return outer;
}

function makeEndless(): object {
  return {
    get cause() {
      return makeEndless();
    },
  };
}

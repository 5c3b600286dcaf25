import { contentOf } from './content-of.js';

/** What test frameworks put in the place of a value: `expect.any(Number)`. */
interface Matcher {
  asymmetricMatch(value: unknown): boolean;
}

/**
 * Whether two values are the same for a test: the same kind of thing with the same content, at any depth.
 *
 * Errors are the same when class, name, message, cause and fields are. What shows nothing of its content (a promise,
 * an object whose fields are all private) is the same only as itself. A matcher of a test framework, as
 * `expect.any(Number)`, decides for itself.
 */
export function isSame(actual: unknown, expected: unknown): boolean {
  return isSameWithin(actual, expected, new Map());
}

/** Pairs that are being compared are taken to be the same: what leads back to itself does so in both. */
type Pairs = Map<object, unknown>;

function isSameWithin(actual: unknown, expected: unknown, pairs: Pairs): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (Object.is(actual, expected)) return true;
  if (!isObject(actual) || !isObject(expected)) return false;
  if (pairs.get(actual) === expected) return true;
  pairs.set(actual, expected);
  const [got, wanted] = [contentOf(actual), contentOf(expected)];
  if (!got || !wanted || got.length !== wanted.length) return false;
  return got.every(([name, value], index) => {
    const [otherName, other] = wanted[index] ?? [];
    return name === otherName && isSameWithin(value, other, pairs);
  });
}

export function isMatcher(value: unknown): value is Matcher {
  return isObject(value) && typeof (value as Partial<Matcher>).asymmetricMatch === 'function';
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What test frameworks put in the place of a value: `expect.any(Number)`. */
interface Matcher {
  asymmetricMatch(value: unknown): boolean;
}

/**
 * Whether two values are the same for a test: the same kind of thing with the same content, at any depth.
 *
 * Errors are the same when class, name, message and fields are; a matcher of a test framework, as
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
  if (classOf(actual) !== classOf(expected)) return false;
  if (pairs.get(actual) === expected) return true;
  pairs.set(actual, expected);
  if (!isSameWithin(hiddenIn(actual), hiddenIn(expected), pairs)) return false;
  return haveSameFields(actual, expected, pairs);
}

function haveSameFields(actual: object, expected: object, pairs: Pairs): boolean {
  const keys = Object.keys(actual);
  return (
    keys.length === Object.keys(expected).length &&
    keys.every(
      (key) =>
        Object.hasOwn(expected, key) &&
        isSameWithin(
          actual[key as keyof typeof actual],
          expected[key as keyof typeof expected],
          pairs,
        ),
    )
  );
}

/** What no field shows. */
function hiddenIn(value: object): unknown {
  const tag = tagOf(value);
  if (tag === '[object Date]') return (value as Date).getTime();
  if (tag === '[object Map]' || tag === '[object Set]') return [...(value as Set<unknown>)];
  if (tag === '[object Error]') return [(value as Error).name, (value as Error).message];
  return undefined;
}

/**
 * By name rather than by identity: some frameworks run each test file in a realm of its own, where what the platform
 * makes (`structuredClone`, `fetch`) is of another `Object` than what the test makes.
 */
function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const { constructor } = prototype ?? { constructor: Object };
  return `${tagOf(value)} ${typeof constructor === 'function' ? constructor.name : ''}`;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function isMatcher(value: unknown): value is Matcher {
  return isObject(value) && typeof (value as Partial<Matcher>).asymmetricMatch === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

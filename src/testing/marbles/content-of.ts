/** A part of a value, by its name. */
export type Part = readonly [name: PropertyKey, value: unknown];

/** What no field shows, of what the platform makes: by its tag, as it may come from another realm. */
const HIDDEN: Readonly<Record<string, (value: never) => readonly Part[]>> = {
  '[object Date]': (date: Date) => [['time', date.getTime()]],
  '[object Map]': (map: Map<unknown, unknown>) => [...map].map((entry, index) => [`entry ${index}`, entry]), // prettier-ignore
  '[object Set]': (set: Set<unknown>) => [...set].map((entry, index) => [`entry ${index}`, entry]),
  '[object RegExp]': (pattern: RegExp) => [['pattern', String(pattern)]],
  '[object URL]': (url: URL) => [['href', url.href]],
  '[object ArrayBuffer]': (buffer: ArrayBuffer) => [['bytes', [...new Uint8Array(buffer)]]],
  '[object Error]': ({ name, message, cause }: Error) => [['name', name], ['message', message], ['cause', cause]], // prettier-ignore
  '[object Number]': boxed,
  '[object String]': boxed,
  '[object Boolean]': boxed,
  '[object Array]': () => [],
};

/**
 * All that makes a value what it is, in an order that does not depend on who made it: its class, what the platform
 * hides in it, its fields. Undefined where nothing can be seen of it.
 */
export function contentOf(value: object): readonly Part[] | undefined {
  const tag = Object.prototype.toString.call(value);
  const hidden = Object.hasOwn(HIDDEN, tag) ? HIDDEN[tag] : undefined;
  const fields = fieldsOf(value);
  const className = classOf(value);
  if (!hidden && fields.length === 0 && className !== 'Object') return undefined;
  return [['class', `${tag} ${className}`], ...(hidden?.(value as never) ?? []), ...fields];
}

function boxed(value: object): readonly Part[] {
  return [['value', value.valueOf()]];
}

function fieldsOf(value: object): Part[] {
  return Reflect.ownKeys(value)
    .filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
    .map((key): Part => [key, value[key as keyof typeof value]])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}

/**
 * By name rather than by identity: some frameworks run each test file in a realm of its own, where what the platform
 * makes (`structuredClone`, `fetch`) is of another `Object` than what the test makes.
 */
function classOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const { constructor } = prototype ?? { constructor: Object };
  return typeof constructor === 'function' ? constructor.name : '';
}

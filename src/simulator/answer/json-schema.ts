/** An object of JSON, or a JSON schema that is one. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @internal */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The type that a value for this schema will have; where none is named, what its words suggest.
 *
 * @internal
 */
export function typeOf(schema: JsonObject): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return type.find((name) => name !== 'null') ?? 'null';
  if (type !== undefined) return type;
  if ('properties' in schema) return 'object';
  return 'items' in schema || 'prefixItems' in schema ? 'array' : 'string';
}

/**
 * Follows references and alternatives to a schema that says by itself what to make; `brief` prefers
 * the alternatives that end soonest.
 *
 * @internal
 */
export function resolve(given: unknown, root: JsonObject, brief: boolean): JsonObject {
  let schema = isObject(given) ? given : {};
  // As many steps as no honest schema needs: a reference may lead to itself.
  for (let step = 0; step < 16; step++) {
    const next = stepFrom(schema, root, brief);
    if (!next) break;
    schema = next;
  }
  return schema;
}

function stepFrom(schema: JsonObject, root: JsonObject, brief: boolean): JsonObject | undefined {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === 'string') return { ...lookUp($ref, root), ...rest };
  const alternatives = [anyOf, oneOf].find(Array.isArray)?.filter(isObject);
  if (alternatives) return { ...rest, ...choose(alternatives, brief) };
  if (Array.isArray(allOf)) return allOf.filter(isObject).reduce(merge, rest);
  return undefined;
}

function choose(alternatives: readonly JsonObject[], brief: boolean): JsonObject {
  const isNull = (schema: JsonObject) => schema['type'] === 'null';
  const ends = (schema: JsonObject) => isNull(schema) || !('$ref' in schema);
  return alternatives.find(brief ? ends : (schema) => !isNull(schema)) ?? alternatives[0] ?? {};
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const properties = { ...objectAt(a, 'properties'), ...objectAt(b, 'properties') };
  const required = [...listAt(a, 'required'), ...listAt(b, 'required')];
  return { ...a, ...b, ...(Object.keys(properties).length > 0 && { properties, required }) };
}

function lookUp(reference: string, root: JsonObject): JsonObject {
  const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  const found = path.reduce<unknown>(
    (at, key) => (isObject(at) && Object.hasOwn(at, unescaped(key)) ? at[unescaped(key)] : {}),
    root,
  );
  return isObject(found) ? found : {};
}

const unescaped = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** @internal */
export function objectAt(schema: JsonObject, key: string): JsonObject {
  return isObject(schema[key]) ? schema[key] : {};
}

/** @internal */
export function listAt(schema: JsonObject, key: string): readonly unknown[] {
  return Array.isArray(schema[key]) ? (schema[key] as readonly unknown[]) : [];
}

/** @internal */
export function numberAt(schema: JsonObject, key: string, otherwise: number): number {
  return typeof schema[key] === 'number' ? schema[key] : otherwise;
}

import { InvalidOptionError } from '../errors.js';
import type { Kind } from './kind.js';
import { parseObject, parseValue } from './parse-value.js';

/** The options of an object: which it must have, which it may have. */
export interface Fields {
  readonly required?: Readonly<Record<string, Kind>>;
  readonly optional?: Readonly<Record<string, Kind>>;
}

/**
 * Gives the object back when it has these options and no others: what a schema does, for what must be small in a
 * page and so does without zod.
 *
 * @param path Where the object is: `quotas[1]`; none where its options are named alone.
 */
export function parseFields<T extends object>(
  { required = {}, optional = {} }: Fields,
  given: T,
  path = '',
): T {
  parseObject(path || 'options', given);
  const fields = { ...required, ...optional };
  const values = given as Readonly<Record<string, unknown>>;
  const nameOf = (key: string) => (path ? `${path}.${key}` : key);
  for (const [key, kind] of Object.entries(fields))
    if (key in required || values[key] !== undefined) parseValue(kind, nameOf(key), values[key]);
  const unknown = Object.keys(given).find((key) => !(key in fields));
  if (unknown === undefined) return given;
  throw new InvalidOptionError(nameOf(unknown), 'unknown', Object.keys(fields).join(', '));
}

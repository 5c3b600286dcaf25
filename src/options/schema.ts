import * as z from 'zod/mini';
import type { Kind } from './kind.js';

/** A schema that looks into what it is given: an object with options, a list, one of several. */
export type Schema = z.ZodMiniType;

/** What each option may be, by name. */
export type Shape = Readonly<Record<string, Kind | Schema>>;

function schemaOf(allowed: Kind | Schema): Schema {
  return 'isAllowed' in allowed ? z.custom(allowed.isAllowed, allowed.allowed) : allowed;
}

function mapped(shape: Shape, toSchema: (allowed: Kind | Schema) => Schema) {
  const entries = Object.entries(shape).map(([name, allowed]) => [name, toSchema(allowed)]);
  return Object.fromEntries(entries) as Record<string, Schema>;
}

/** An object with these options and no others. */
export function objectOf({ required = {}, optional = {} }: { required?: Shape; optional?: Shape }) {
  const shape = {
    ...mapped(required, schemaOf),
    ...mapped(optional, (allowed) => z.optional(schemaOf(allowed))),
  };
  return z.strictObject(shape, 'an object');
}

export function listOf(element: Kind | Schema, allowed: string): z.ZodMiniArray {
  return z.array(schemaOf(element), allowed);
}

/** A list that is not empty. */
export function someOf(element: Kind | Schema, allowed: string): Schema {
  return listOf(element, allowed).check(z.minLength(1, allowed));
}

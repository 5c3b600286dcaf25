import * as z from 'zod/mini';
import { invalidOption } from '../invalid-option.js';
import type { Schema } from './schema.js';

/**
 * Gives the input back when the schema allows it: it is checked, never copied, so that the caller's own
 * objects (trackers, quotas, schedulers) keep their identity.
 *
 * The schema is made at first use: whoever starts an application waits for those only that it needs.
 *
 * @param name What the input is called in errors; none where its options are named alone.
 */
export function parserOf(makeSchema: () => Schema, name = ''): <T>(input: T) => T {
  let schema: Schema | undefined;
  return (input) => {
    const made = (schema ??= makeSchema());
    const issue = z.safeParse(made, input).error?.issues[0];
    if (issue) throw invalidOption(issue, input, name, (path) => keysAt(made, path));
    return input;
  };
}

/** The options that are known where an unknown one was given. */
function keysAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const { innerType, element, options, shape = {} } = schema.def as unknown as SchemaParts;
  const [key, ...rest] = path;
  if (innerType) return keysAt(innerType, path);
  if (options) return options.flatMap((option) => keysAt(option, path));
  if (key === undefined) return Object.keys(shape);
  const inner = element ?? shape[key];
  return inner ? keysAt(inner, rest) : [];
}

/** What of zod's kinds of schema leads further in: optional, list, one of several, object. */
interface SchemaParts {
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
  readonly shape?: Readonly<Record<PropertyKey, Schema>>;
}

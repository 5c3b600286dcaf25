const LONGEST_TEXT = 1_000;

/** What an unknown thing holds there; undefined where it holds nothing, or throws when it is looked at. */
export function fieldOf(thing: unknown, name: string): unknown {
  if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null)
    return undefined;
  try {
    return (thing as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** The same further inside: `fieldAt(error, ['response', 'status'])`. */
export function fieldAt(thing: unknown, path: readonly string[]): unknown {
  return path.reduce(fieldOf, thing);
}

/** A text that it holds there, cut to a length that no code and no telling message has; else nothing. */
export function textIn(thing: unknown, name: string): string {
  const text = fieldOf(thing, name);
  return typeof text === 'string' ? text.slice(0, LONGEST_TEXT) : '';
}

/** What an unknown thing holds at the end of a path: `fieldAt(error, 'response', 'status')`. */
export function fieldAt(thing: unknown, ...path: readonly string[]): unknown {
  return path.reduce(fieldOf, thing);
}

function fieldOf(thing: unknown, name: string): unknown {
  if (typeof thing !== 'object' || thing === null) return undefined;
  return (thing as Readonly<Record<string, unknown>>)[name];
}

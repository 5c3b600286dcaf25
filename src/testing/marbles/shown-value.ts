const MOST_CHARACTERS = 32;

/** A value as a timeline shows it: a text as it is, an error by name and message, all else as JSON, cut where it is long. */
export function shownValue(value: unknown): string {
  const text = textOf(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? "''" : value.replace(/\s+/g, ' ');
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    const json: unknown = JSON.stringify(value);
    // Of a function, a symbol and undefined there is none.
    return typeof json === 'string' ? json : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

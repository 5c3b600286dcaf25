import { InvalidOptionError } from './errors.js';

/** What a schema says is wrong: the part of zod's issue that is looked at. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** Words an issue as an error that names the option, its value and what is allowed. */
export function invalidOption(
  issue: Issue,
  input: unknown,
  prefix: string,
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): InvalidOptionError {
  const { code, path, message, keys = [] } = issue;
  if (code === 'unrecognized_keys') {
    const unknown = nameOf(prefix, [...path, ...keys.slice(0, 1)]);
    return new InvalidOptionError(unknown, 'unknown', knownKeys(path).join(', '));
  }
  return new InvalidOptionError(nameOf(prefix, path), describe(valueAt(path, input)), message);
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  const step = (at: unknown, key: PropertyKey) =>
    (at as Record<PropertyKey, unknown> | undefined)?.[key];
  return path.reduce<unknown>(step, input);
}

/** `quotas[1].limit`, `prices['gpt-4.1'].inputPerMillion`: a key may be any text. */
function nameOf(prefix: string, path: readonly PropertyKey[]): string {
  const name = prefix + path.map(stepOf).join('');
  return name.replace(/^\./, '') || 'options';
}

function stepOf(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w$]+$/.test(String(key)) ? `.${String(key)}` : `['${String(key)}']`;
}

/** Numbers are shown; of everything else, which could hold a secret, only its kind. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value === 'string') return value.trim() === '' ? 'an empty text' : 'a text';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

import { InvalidOptionError } from './errors.js';

/** What a schema says is wrong: the part of zod's issue that is looked at. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly expected?: string;
}

/** Words an issue as an error that names the option, its value and what is allowed. */
export function invalidOption(
  issue: Issue,
  input: unknown,
  prefix: string,
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): InvalidOptionError {
  const { code, path, message, keys = [], expected } = issue;
  if (code === 'unrecognized_keys') {
    const unknown = pathOf([prefix, ...path, ...keys.slice(0, 1)]);
    return new InvalidOptionError(unknown, 'unknown', knownKeys(path).join(', '));
  }
  const allowed = code === 'invalid_type' && expected === 'object' ? 'an object' : message;
  return new InvalidOptionError(pathOf([prefix, ...path]), describe(valueAt(path, input)), allowed);
}

function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  const step = (at: unknown, key: PropertyKey) =>
    (at as Record<PropertyKey, unknown> | undefined)?.[key];
  return path.reduce<unknown>(step, input);
}

function pathOf(path: readonly PropertyKey[]): string {
  const parts = path.filter((part) => part !== '');
  const joined = parts.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return joined.join('').replace(/^\./, '') || 'options';
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

import { InvalidOptionError } from './errors.js';
import { shownValue } from './shown-value.js';

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
  return new InvalidOptionError(
    nameOf(prefix, path),
    shownValue(valueAt(path, input), message),
    message,
  );
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

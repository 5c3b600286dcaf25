import { InvalidOptionError } from './errors.js';
import { kindOf } from './kind-of.js';
import { shownName } from './shown-name.js';

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
    shown(valueAt(path, input), message),
    message,
  );
}

/** Of a text only that it is one, as it may hold a secret; unless it should have been one of a few names. */
function shown(value: unknown, allowed: string): string {
  return allowed.startsWith("'") ? shownName(value) : kindOf(value);
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

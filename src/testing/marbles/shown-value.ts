import { isMatcher } from './is-same.js';

const MOST_CHARACTERS = 32;

/**
 * A value as a timeline shows it: a text as it is, an error by name and message, a matcher by its own words, all else
 * as JSON; cut where it is long.
 */
export function shownValue(value: unknown, mostCharacters = MOST_CHARACTERS): string {
  const text = textOf(value).replace(/\s+/g, ' ');
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? "''" : value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Object.is(value, -0)) return '-0';
  if (isMatcher(value)) return wordsOf(value);
  try {
    const json: unknown = JSON.stringify(value);
    // Of a function, a symbol and undefined there is none.
    return typeof json === 'string' ? json : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Jest's and Vitest's have a method for it. */
function wordsOf(matcher: object): string {
  const { toAsymmetricMatcher } = matcher as { readonly toAsymmetricMatcher?: () => string };
  return toAsymmetricMatcher?.call(matcher) ?? Object.prototype.toString.call(matcher);
}

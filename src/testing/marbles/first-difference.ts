import { contentOf } from './content-of.js';
import { isMatcher, isObject, isSame } from './is-same.js';

/** Where two values differ first, and what stands there in each. */
export interface Difference {
  /** `usage.tokens`; empty where they differ as a whole. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Stands for what is not there. */
const NOTHING = '(nothing)';

/** The first place, as deep as it goes, where two values that are not the same differ. */
export function firstDifference(expected: unknown, actual: unknown, path = ''): Difference {
  const whole = { path, expected, actual };
  if (!isObject(expected) || !isObject(actual) || isMatcher(expected)) return whole;
  const [wanted, got] = [contentOf(expected), contentOf(actual)];
  if (!wanted || !got || !isSame(got[0], wanted[0])) return whole;
  for (const name of new Set([...wanted, ...got].map(([one]) => one))) {
    const [should, is] = [wanted, got].map((parts) => parts.find(([one]) => one === name));
    const isThere = should !== undefined && is !== undefined;
    if (!isThere)
      return {
        ...whole,
        path: joined(path, name),
        expected: should ? should[1] : NOTHING,
        actual: is ? is[1] : NOTHING,
      };
    if (!isSame(is[1], should[1])) return firstDifference(should[1], is[1], joined(path, name));
  }
  return whole;
}

function joined(path: string, name: PropertyKey): string {
  return path === '' ? String(name) : `${path}.${String(name)}`;
}

import { hasMethod, isAmount, isObject, isText } from './is.js';
import type { Kind } from './kind.js';
import { text } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf, type Shape } from './schema.js';
import { timeouts } from './timeouts.js';

const signal: Kind = {
  isAllowed: (v) => hasMethod(v, 'addEventListener') && 'aborted' in (v as object),
  allowed: 'an AbortSignal',
};

const LONGEST_DEADLINE_MS = 1e11;

/** Also one of another window or context. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

const deadline: Kind = {
  isAllowed: (v) =>
    isDate(v) ? !Number.isNaN(v.getTime()) : isAmount(v) && v <= LONGEST_DEADLINE_MS,
  allowed: 'a number of ms from now, 0 or more, or a Date for an instant',
};

const integer: Kind = { isAllowed: Number.isInteger, allowed: 'a whole number' };

const options: Shape = {
  signal,
  priority: integer,
  tenant: text,
  label: text,
  ...timeouts,
  deadline,
};

const check = parserOf(() => objectOf({ optional: options }), 'call');

/** The options that most calls have: known to be right without asking zod, which takes as long as the queue. */
const usualOptions = new Map<string, (value: unknown) => boolean>([
  ['priority', Number.isInteger],
  ['tenant', isText],
  ['label', isText],
]);

function areUsual(options: object): boolean {
  return Object.entries(options).every(([name, value]) => usualOptions.get(name)?.(value));
}

/** A copy, as its owner may change his own before somebody subscribes, or have a class of his own make it. */
export function parseCallOptions<T>(given: T): T {
  const own = isObject(given) ? { ...allOf(given) } : given;
  return isObject(own) && areUsual(own) ? own : check(own);
}

/** Inherited ones too: whoever reads an option does not ask whose it is. */
function allOf<T extends object>(given: T): T {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === Object.prototype || prototype === null) return given;
  const read = Object.keys(options)
    .filter((name) => name in given)
    .map((name) => [name, given[name as keyof T]]);
  return { ...given, ...(Object.fromEntries(read) as T) };
}

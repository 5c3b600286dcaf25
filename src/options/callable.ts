import { hasMethod, isObject, isText } from './is.js';
import type { Kind } from './kind.js';
import { parserOf } from './parser.js';
import { parseValue } from './parse-value.js';
import { someOf } from './schema.js';

function isCallable(value: unknown): boolean {
  const methods = ['call', 'callAsync', 'expectedWait'];
  const hasName = isObject(value) && 'name' in value && isText(value.name);
  return hasName && methods.every((method) => hasMethod(value, method));
}

export const callable: Kind = {
  isAllowed: isCallable,
  allowed: 'a service, or several made into one',
};

export function parseCallable<T>(option: string, value: T): T {
  return parseValue(callable, option, value);
}

export const parseCallables = parserOf(
  () => someOf(callable, 'a list of one or more that can be called'),
  'callables',
);

import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { isAmount, isObject } from './is.js';
import type { Kind } from './kind.js';
import { aFunction, name } from './kinds.js';

/** Gives the value back when it is of this kind. */
export function parseValue<T>(kind: Kind, option: string, value: T): T {
  const { isAllowed, allowed, shown = kindOf } = kind;
  if (isAllowed(value)) return value;
  throw new InvalidOptionError(option, shown(value), allowed);
}

const anObject: Kind = {
  isAllowed: (value) => isObject(value) && !Array.isArray(value),
  allowed: 'an object',
};

export function parseObject<T extends object>(option: string, value: T): T {
  return parseValue(anObject, option, value);
}

export function parseFunction<T>(option: string, value: T): T {
  return parseValue(aFunction, option, value);
}

const amount: Kind = { isAllowed: isAmount, allowed: 'a finite number, 0 or more' };

/** Asked several times for every call: `parseValue` only words the error. */
export function parseAmount(option: string, value: number): number {
  return isAmount(value) ? value : parseValue(amount, option, value);
}

export function parseName(option: string, value: string): string {
  return parseValue(name, option, value);
}

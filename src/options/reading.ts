import { InvalidOptionError } from '../errors.js';
import { kindOf } from '../kind-of.js';
import { isObject } from './is.js';

/** Checks what a user's function, or a reader, gave as the reading of a provider's answer. */
export function parseReading<T>(option: string, value: T): T {
  const limits = isObject(value) && 'limits' in value ? value.limits : undefined;
  if (Array.isArray(limits) && limits.every(isObject)) return value;
  throw new InvalidOptionError(option, kindOf(value), 'what readRateLimits or readFailure gives');
}

import { type Fields, parseFields } from '../options/fields.js';
import { hasMethod, isFinitePositive } from '../options/is.js';
import type { Kind } from '../options/kind.js';
import {
  aFunction,
  countOrInfinity,
  margin,
  name,
  scheduler,
  text,
  timeSpan,
  unit,
} from '../options/kinds.js';
import { parseValue } from '../options/parse-value.js';
import type { CallOptions } from './call-options.js';

const list: Kind = { isAllowed: Array.isArray, allowed: 'a list of quotas' };
const limit: Kind = { isAllowed: isFinitePositive, allowed: 'a finite number above 0' };
const queueLimit: Kind = {
  isAllowed: (value) => value === 0 || countOrInfinity.isAllowed(value),
  allowed: 'a whole number, 0 or more, or Infinity',
};
const retry: Kind = {
  isAllowed: (value) => hasMethod(value, 'start'),
  allowed: 'what retries() gives',
};
const integer: Kind = { isAllowed: Number.isInteger, allowed: 'a whole number' };
const signal: Kind = {
  isAllowed: (value) => hasMethod(value, 'addEventListener') && 'aborted' in (value as object),
  allowed: 'an AbortSignal',
};

const service: Fields = {
  required: { modelName: name },
  optional: {
    serviceTag: text,
    quotas: list,
    maxConcurrentJobs: countOrInfinity,
    queueLimit,
    retry,
    scheduler,
  },
};
const quota: Fields = {
  required: { unit, limit, windowMs: timeSpan },
  optional: { marginMs: margin },
};
const functions: Fields = {
  required: { process: aFunction },
  optional: { costOf: aFunction, usageOf: aFunction },
};
const call: Fields = { optional: { signal, priority: integer, label: text } };

export function parseServiceOptions<T extends { readonly quotas?: readonly object[] }>(
  options: T,
): T {
  const { quotas = [] } = parseFields(service, options);
  for (const [index, one] of quotas.entries()) parseFields(quota, one, `quotas[${index}]`);
  return options;
}

export function parseFunctions<T extends object>(given: T): T {
  return parseFields(functions, given);
}

/** A copy, of inherited ones too, as its owner may change his own before somebody subscribes. */
export function parseCallOptions(options: CallOptions): CallOptions {
  const { signal, priority, label } = parseFields(call, options, 'call');
  return { signal, priority, label };
}

/** What a class says of itself is as good as an option. */
export function parseMostJobs(value: number): number {
  return parseValue(countOrInfinity, 'maxConcurrentJobs', value);
}

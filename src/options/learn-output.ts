import * as z from 'zod/mini';
import { isNumber } from './is.js';
import type { Kind } from './kind.js';
import { count } from './kinds.js';
import { objectOf, type Schema } from './schema.js';

const fraction: Kind = {
  isAllowed: (value) => isNumber(value) && value > 0 && value <= 1,
  allowed: 'a number above 0, at most 1',
};

export function learnOutput(): Schema {
  const options = objectOf({ optional: { quantile: fraction, atLeast: count, latest: count } });
  return z.union([z.boolean(), options], 'true, false, or { quantile, atLeast, latest }');
}

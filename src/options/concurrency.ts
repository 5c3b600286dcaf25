import { isObservable } from 'rxjs';
import type { Kind } from './kind.js';
import { countOrInfinity } from './kinds.js';
import { parseValue } from './parse-value.js';

export const concurrency: Kind = {
  isAllowed: (value) => isObservable(value) || countOrInfinity.isAllowed(value),
  allowed: 'a whole number, 1 or more, or Infinity, or an Observable of such numbers',
};

/** Of a live bound 0 is allowed too: it lets nothing out. */
export function checkConcurrency(option: string, value: number): void {
  if (value !== 0) parseValue(countOrInfinity, option, value);
}

import { isObservable } from 'rxjs';
import { isFinitePositive } from './is.js';
import type { Kind } from './kind.js';
import { parseValue } from './parse-value.js';

const limitValue: Kind = { isAllowed: isFinitePositive, allowed: 'a finite number above 0' };

export const limit: Kind = {
  isAllowed: (value) => isObservable(value) || isFinitePositive(value),
  allowed: 'a finite number above 0, or an Observable of such numbers',
};

export function checkLimit(option: string, value: number): void {
  parseValue(limitValue, option, value);
}

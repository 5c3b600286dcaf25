import {
  hasMethod,
  isAmount,
  isCount,
  isFinitePositive,
  isFunction,
  isNotNegative,
  isText,
} from './is.js';
import type { Kind } from './kind.js';

export const text: Kind = { isAllowed: isText, allowed: 'a text' };

export const name: Kind = {
  isAllowed: (value) => isText(value) && value.trim() !== '',
  allowed: 'a text that is not empty',
};

export const unit: Kind = {
  isAllowed: (v) => isText(v) && v.trim() !== '' && !(v in Object.prototype),
  allowed: 'a text that is not empty, and no name that every object has, as constructor',
};

export const aFunction: Kind = { isAllowed: isFunction, allowed: 'a function' };

export const count: Kind = { isAllowed: isCount, allowed: 'a whole number, 1 or more' };

export const countOrInfinity: Kind = {
  isAllowed: (value) => isCount(value) || value === Infinity,
  allowed: 'a whole number, 1 or more, or Infinity',
};

export const share: Kind = {
  isAllowed: isNotNegative,
  allowed: 'a number, 0 or more',
};

export const duration: Kind = {
  isAllowed: isFinitePositive,
  allowed: 'a number above 0, in ms',
};

export const timeSpan: Kind = {
  isAllowed: (value) => value === Infinity || isFinitePositive(value),
  allowed: 'a number above 0, in ms, or Infinity',
};

export const longest: Kind = {
  isAllowed: isNotNegative,
  allowed: 'a number, 0 or more, in ms',
};

export const margin: Kind = { isAllowed: isAmount, allowed: 'a number, 0 or more, in ms' };

export const scheduler: Kind = {
  isAllowed: (value) => hasMethod(value, 'now') && hasMethod(value, 'schedule'),
  allowed: 'an RxJS scheduler',
};

import { callable } from './callable.js';
import { isAmount } from './is.js';
import type { Kind } from './kind.js';
import { scheduler } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf } from './schema.js';

const delay: Kind = { isAllowed: isAmount, allowed: 'a finite number, 0 or more, in ms' };

export const parseHedgeOptions = parserOf(() =>
  objectOf({ required: { delayMs: delay }, optional: { to: callable, scheduler } }),
);

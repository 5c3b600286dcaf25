import { hasMethod } from './is.js';
import type { Kind } from './kind.js';
import { parserOf } from './parser.js';
import { someOf } from './schema.js';

const service: Kind = {
  isAllowed: (value) => hasMethod(value, 'open') && hasMethod(value, 'close'),
  allowed: 'a service',
};

export const parseServices = parserOf(() => someOf(service, 'one service or more'), 'services');

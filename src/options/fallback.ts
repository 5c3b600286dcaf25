import { aFunction, longest } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf } from './schema.js';

export const parseFallbackOptions = parserOf(() =>
  objectOf({ optional: { when: aFunction, maxWaitMs: longest } }),
);

import { aFunction } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf } from './schema.js';

/** The functions that a service is made of, where there is no class. */
export const parseProcessOptions = parserOf(() =>
  objectOf({
    required: { process: aFunction },
    optional: { costOf: aFunction, usageOf: aFunction, failureOf: aFunction },
  }),
);

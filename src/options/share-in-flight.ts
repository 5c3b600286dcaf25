import { aFunction } from './kinds.js';
import { parserOf } from './parser.js';
import { objectOf } from './schema.js';

export const parseShareInFlightOptions = parserOf(() =>
  objectOf({ required: { keyOf: aFunction } }),
);

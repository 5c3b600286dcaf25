import type { RateLimit } from '../../index.js';
import type { Said } from '../said.js';

/** Reads the limits that providers of one habit tell; nothing from an answer of others. */
export type Family = (said: Said) => readonly RateLimit[];

import { fixedWindow } from './fixed-window.js';
import type { Limit } from './limit.js';
import { slidingLog } from './sliding-log.js';
import { tokenBucket } from './token-bucket.js';

/**
 * The ways in which a provider can count, by the name that the option `limitModel` takes.
 *
 * `sliding-log` is the strictest (never more than the limit in any window), `token-bucket` is
 * OpenAI's, `fixed-window` starts from zero at each multiple of the window.
 */
export const LIMIT_MODELS = {
  'sliding-log': slidingLog,
  'token-bucket': tokenBucket,
  'fixed-window': fixedWindow,
} as const satisfies Record<string, (limit: number, windowMs: number) => Limit>;

/** Name of a way to count. */
export type LimitModel = keyof typeof LIMIT_MODELS;

import type { RateLimit } from './rate-limit-reading.js';

const UNITS: ReadonlyMap<string, string> = new Map([
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input-tokens', 'inputTokens'],
  ['output-tokens', 'outputTokens'],
]);

/** The unit of quotas that a provider's limit counts; undefined where there is none for it. */
export function unitOf({ dim }: RateLimit): string | undefined {
  return UNITS.get(dim);
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The window of a provider's limit, in ms; where it is not named, a day when it takes longer than a minute
 * until all is full again, otherwise a minute.
 */
export function windowMsOf({ windowMs, resetMs }: RateLimit): number {
  return windowMs ?? ((resetMs ?? 0) > MINUTE_MS ? DAY_MS : MINUTE_MS);
}

import type { RateLimit } from './rate-limit-reading.js';

const UNITS: ReadonlyMap<string, string> = new Map([
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input-tokens', 'inputTokens'],
  ['output-tokens', 'outputTokens'],
]);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No provider has a longer window of fixed length than a month of 31 days. */
const LONGEST_MS = 31 * DAY_MS;
/** A window that is told of may be counted in a longer one here: a minute in one with a margin of its own. */
const LONGER = 1.25;
/** Providers round resets up to whole seconds. */
const ROUNDED_MS = 1_000;

/** The unit of quotas that a provider's limit counts; undefined where there is none for it. */
export function unitOf({ dim }: RateLimit): string | undefined {
  return UNITS.get(dim);
}

/** Whether it can be a limit: one of less than 1 would let nothing out, ever. */
export function isToldLimit(limit: unknown): limit is number {
  return typeof limit === 'number' && limit >= 1 && limit <= Number.MAX_SAFE_INTEGER;
}

/** Whether it can be what is left: some say -1 where they do not know. */
export function isToldAmount(remaining: unknown): remaining is number {
  return typeof remaining === 'number' && remaining >= 0 && remaining <= Number.MAX_SAFE_INTEGER;
}

/**
 * The window of a provider's limit, in ms; where it is not named, a day when it takes longer than a minute
 * until all is full again, otherwise a minute. Undefined where it cannot be.
 */
export function windowMsOf(told: RateLimit): number | undefined {
  const { windowMs } = told;
  if (windowMs === undefined) return resetMsOf(told) > MINUTE_MS + ROUNDED_MS ? DAY_MS : MINUTE_MS;
  return windowMs > 0 && windowMs <= LONGEST_MS ? windowMs : undefined;
}

/** 0 where it says nothing, or nothing that can be. */
function resetMsOf({ resetMs }: RateLimit): number {
  return resetMs !== null && resetMs <= LONGEST_MS ? resetMs : 0;
}

/** Whether a quota of that window may be the one that the provider tells of. */
export function isMeant(told: RateLimit, windowMs: number): boolean {
  const toldMs = windowMsOf(told);
  if (toldMs === undefined || windowMs > toldMs * LONGER) return false;
  if (told.windowMs !== undefined) return windowMs >= toldMs;
  // What is full again only after the window has passed has a longer one.
  return resetMsOf(told) <= windowMs + ROUNDED_MS;
}

/**
 * Whether a quota of that window is without doubt the one that the provider tells of. Where it names no window,
 * the pace at which it is full again must not be that of a day.
 */
export function isSurelyMeant(told: RateLimit, windowMs: number): boolean {
  const toldMs = windowMsOf(told);
  if (toldMs === undefined || windowMs < toldMs || !isMeant(told, windowMs)) return false;
  return told.windowMs !== undefined || toldMs === DAY_MS || isFullInAMinute(told);
}

function isFullInAMinute({ limit, remaining, resetMs }: RateLimit): boolean {
  if (limit === null || remaining === null || resetMs === null) return false;
  const refillMs = ((resetMs - ROUNDED_MS) * limit) / (limit - remaining);
  return !(refillMs > MINUTE_MS * LONGER);
}

import type { RateLimit } from '../../index.js';
import { type Axis, axesOf, limitOf } from '../axis.js';
import { firstDecimal } from '../decimal.js';
import { msUntil } from '../reset.js';
import type { Said } from '../said.js';
import { suffixedNaming } from './suffixed-naming.js';

const USUAL_PERIOD_S = 60;
const FAR = 10;
const EPOCH_S = 1e9;

/**
 * OpenAI's names with bare numbers, and `x-ratelimit-renewalperiod-*` in seconds. A reset is in milliseconds on
 * some deployments and in seconds on others: whichever is nearer to the share of the period that is used.
 */
export function azure({ headers, at, azure }: Said): readonly RateLimit[] {
  if (!azure) return [];
  return axesOf(headers, suffixedNaming).flatMap((axis) => readAxis(axis, at) ?? []);
}

/**
 * How long an axis holds that is used up and yet says that it is full at once, or says nothing; null if there is
 * none. Taken literally, a refusal is repeated dozens of times within its period.
 */
export function azureHoldMs(said: Said): number | null {
  const holds = axesOf(said.headers, suffixedNaming).filter((axis) => holdsSilently(axis, said.at));
  return said.azure && holds.length > 0 ? Math.max(...holds.map(periodMsOf)) : null;
}

function readAxis(axis: Axis, at: number | null): RateLimit | undefined {
  const limit = limitOf(axis, at);
  if (!limit) return undefined;
  const told = firstDecimal(axis.texts.get('renewalperiod'), 3);
  const resetMs = holdsSilently(axis, at) ? periodMsOf(axis) : resetMsOf(axis, limit);
  return { ...limit, resetMs, ...(told && { windowMs: told }) };
}

function holdsSilently({ texts }: Axis, at: number | null): boolean {
  return firstDecimal(texts.get('remaining')) === 0 && !msUntil(texts.get('reset'), at);
}

function periodMsOf({ texts }: Axis): number {
  return firstDecimal(texts.get('renewalperiod'), 3) || USUAL_PERIOD_S * 1000;
}

function resetMsOf(axis: Axis, limit: RateLimit): number | null {
  const value = firstDecimal(axis.texts.get('reset'));
  if (value === null || value >= EPOCH_S) return limit.resetMs;
  return isInMs(value, limit, periodMsOf(axis) / 1000) ? value : limit.resetMs;
}

/** Nothing is used, or it cannot be known: then the smaller. Many periods are no delay in seconds. */
function isInMs(value: number, { limit, remaining }: RateLimit, periodS: number): boolean {
  const expectedS = usedShare(limit, remaining) * periodS;
  if (expectedS <= 0 || value > FAR * periodS) return true;
  return Math.abs(value - expectedS * 1000) <= Math.abs(value - expectedS);
}

function usedShare(limit: number | null, remaining: number | null): number {
  if (remaining === 0) return 1;
  return !limit || remaining === null ? 0 : (limit - remaining) / limit;
}

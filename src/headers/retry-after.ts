import type { RateLimit } from '../index.js';
import { decimal, firstDecimal } from './decimal.js';
import { type ErrorBody, isFields } from './error-body.js';
import { azureHoldMs } from './families/azure.js';
import { proseWaitMs } from './prose-wait.js';
import { isFinal, isRefusal } from './refusal.js';
import { msUntil } from './reset.js';
import type { Said } from './said.js';

/**
 * Milliseconds to wait, from the first of these that says more than 0; 0 if all that is said is 0; null if
 * nothing is: the headers `retry-after-ms` and `retry-after`, and for a refusal that passes the reset of what
 * is used up, Google's `RetryInfo`, and the words of the message.
 *
 * An axis that Azure says is used up and full again at once holds for its renewal period, whatever else is said.
 */
export function retryAfterMs(said: Said, limits: readonly RateLimit[]): number | null {
  const told = toldByHeaders(said);
  if (!isRefusal(said) || isFinal(said, limits)) return firstWait(told);
  const { body } = said;
  const wait = firstWait([...told, usedUpMs(limits), retryInfoMs(body), proseWaitMs(body.text)]);
  const holdMs = azureHoldMs(said);
  return holdMs === null ? wait : Math.max(holdMs, wait ?? 0);
}

function toldByHeaders({ headers, at }: Said): readonly (number | null)[] {
  return [
    firstDecimal(headers.get('retry-after-ms')),
    firstDecimal(headers.get('x-ms-retry-after-ms')),
    msUntil(headers.get('retry-after'), at),
  ];
}

function firstWait(waits: readonly (number | null)[]): number | null {
  const said = waits.filter((wait) => wait !== null);
  return said.find((wait) => wait > 0) ?? said[0] ?? null;
}

function usedUpMs(limits: readonly RateLimit[]): number | null {
  const usedUp = limits.filter(({ remaining }) => remaining === 0);
  const resets = usedUp.map(({ resetMs }) => resetMs).filter((resetMs) => resetMs !== null);
  return resets.length === 0 ? null : Math.max(...resets);
}

function retryInfoMs({ records }: ErrorBody): number | null {
  const delay = records.map((record) => record['retryDelay']).find((value) => value !== undefined);
  if (typeof delay === 'string') return msUntil(delay.slice(0, 64), null);
  if (!isFields(delay)) return null;
  const ms = decimal(digitsOf(delay['seconds']), 3);
  return ms === null ? null : ms + (decimal(digitsOf(delay['nanos']), -6) ?? 0);
}

function digitsOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

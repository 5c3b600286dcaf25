import { type ServiceEvent, shownError } from '../../index.js';
import type { Amounts, EventSample } from '../protocol.js';
import type { NumberedEvent } from './event-log.js';
import { shownAmounts } from './shown-amounts.js';
import { shownText } from './shown-text.js';

/** What the user says of an event. */
export type DetailOf = (event: ServiceEvent) => string | undefined;

const LONGEST_DETAIL = 2_000;

/**
 * An event as a page shows it.
 *
 * @internal
 */
export function eventSample({ number, event }: NumberedEvent, detailOf: DetailOf): EventSample {
  const { type, at, callId = null, label, tenant, priority = null } = event;
  return {
    number,
    at,
    type,
    callId,
    label: label === undefined ? null : shownText(label),
    tenant: tenant === undefined ? null : shownText(tenant),
    priority,
    waitMs: 'waitMs' in event ? (event.waitMs ?? null) : null,
    runMs: 'runMs' in event ? (event.runMs ?? null) : null,
    spent: spentIn(event),
    error: 'error' in event ? errorText(event.error) : null,
    detail: detailText(event, detailOf),
  };
}

function spentIn(event: ServiceEvent): Amounts | null {
  const amounts = shownAmounts(event);
  return amounts ? Object.fromEntries(amounts) : null;
}

/** Without its message: `RateLimitError 429`. */
function errorText(error: unknown): string {
  const { name, code, status }: Partial<Record<string, unknown>> = { ...shownError(error) };
  return [name, code, status].filter(Boolean).join(' ');
}

/** A user's function that fails must not take the page from everybody. */
function detailText(event: ServiceEvent, detailOf: DetailOf): string | null {
  try {
    const detail: unknown = detailOf(event);
    return typeof detail === 'string' ? detail.slice(0, LONGEST_DETAIL) : null;
  } catch {
    return 'detailOf threw';
  }
}

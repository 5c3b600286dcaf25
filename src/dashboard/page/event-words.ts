import type { Amounts, EventSample } from '../protocol.js';
import { orderedUnits } from './amounts.js';
import { isMoney, shownAmount, shownDuration, shownUnit } from './format.js';

const BETWEEN = ' · ';

/** What there is to say of an event besides its type, label and tenant. */
export function eventDetails(event: EventSample): string {
  const { error, detail, priority, waitMs, runMs, spent } = event;
  return [
    error,
    waitMs !== null && `waited ${shownDuration(waitMs)}`,
    runMs !== null && `ran ${shownDuration(runMs)}`,
    spent && amounts(spent),
    priority !== null && priority !== 0 && `priority ${priority}`,
    detail,
  ]
    .filter(Boolean)
    .join(BETWEEN);
}

function amounts(spent: Amounts): string {
  return orderedUnits(spent)
    .filter((unit) => unit !== 'requests')
    .map((unit) => inWords(unit, spent[unit] ?? 0))
    .join(BETWEEN);
}

function inWords(unit: string, value: number): string {
  return isMoney(unit)
    ? shownAmount(unit, value)
    : `${shownAmount(unit, value)} ${shownUnit(unit)}`;
}

import type { ServiceEvent } from '../../index.js';
import { shownText } from './shown-text.js';

/** How many units a page shows of a call, a label or a service. */
export const MOST_UNITS = 32;

/** Amounts by unit, at most so many. */
type ShownAmounts = readonly (readonly [unit: string, amount: number])[];

/**
 * What a call was settled to as a page shows it: in 32 units at most, and only what is a number to JSON. Undefined
 * where it was not settled.
 *
 * @internal
 */
export function shownAmounts(event: ServiceEvent): ShownAmounts | undefined {
  const usage = 'usage' in event ? event.usage : undefined;
  if (!usage) return undefined;
  return Object.entries(usage)
    .slice(0, MOST_UNITS)
    .filter(([, amount]) => Number.isFinite(amount))
    .map(([unit, amount]) => [shownText(unit), amount]);
}

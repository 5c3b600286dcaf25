import type { RateLimit } from '../index.js';
import { firstDecimal } from './decimal.js';
import type { HeadersView } from './headers-view.js';
import { msUntil } from './reset.js';

/** What one header tells of its axis. */
export type AxisField = 'limit' | 'remaining' | 'reset' | 'renewalperiod' | 'status';

/** What is counted, and in which window. */
export interface AxisName {
  /** As in the header: `tokens-minute`. */
  readonly key: string;
  readonly dim: string;
  readonly windowMs?: number | undefined;
}

/** Headers that speak of the same thing. */
export interface Axis {
  readonly name: AxisName;
  readonly texts: ReadonlyMap<AxisField, string>;
}

/** How a family names its headers: undefined for those of others. */
export type Naming = (
  header: string,
) => { readonly name: AxisName; readonly field: AxisField } | undefined;

/** Gathers the headers that a family knows, by what they speak of. */
export function axesOf(headers: HeadersView, naming: Naming): readonly Axis[] {
  const axes = new Map<string, { name: AxisName; texts: Map<AxisField, string> }>();
  for (const [header, text] of headers) {
    const known = naming(header);
    if (!known) continue;
    const axis = axes.get(known.name.key) ?? { name: known.name, texts: new Map() };
    if (!axis.texts.has(known.field)) axis.texts.set(known.field, text);
    axes.set(known.name.key, axis);
  }
  return [...axes.values()];
}

/**
 * The limit that an axis tells, or none: amounts which are there but unknown (-1, garbage) make a reset
 * worthless too.
 */
export function limitOf({ name, texts }: Axis, at: number | null): RateLimit | undefined {
  const limit = firstDecimal(texts.get('limit'));
  const remaining = firstDecimal(texts.get('remaining'));
  const resetMs = msUntil(texts.get('reset'), at);
  const unknown = limit === null && remaining === null;
  if (unknown && (!resetMs || texts.has('limit') || texts.has('remaining'))) return undefined;
  const { dim, windowMs } = name;
  return { dim, limit, remaining, resetMs, ...(windowMs !== undefined && { windowMs }) };
}

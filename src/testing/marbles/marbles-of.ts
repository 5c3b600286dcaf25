import type { Moment } from './moment.js';

/** Longer gaps are written as a time: `58s`. */
const MOST_DASHES = 12;

/**
 * Writes moments as a marble diagram that could be pasted into a test: `a-b 58s c`.
 *
 * Undefined where none says it: a text longer than one character; two of one instant, `(ab)`, take four frames,
 * in which nothing else can be drawn.
 */
export function marblesOf(moments: readonly Moment[]): string | undefined {
  if (moments.some(({ text }) => Array.from(text).length !== 1)) return undefined;
  let marbles = '';
  let frame = 0;
  for (const [at, group] of byInstant(moments)) {
    if (at < frame) return undefined;
    const symbols = group.length > 1 ? `(${group.join('')})` : group.join('');
    marbles += gap(at - frame) + symbols;
    frame = at + symbols.length;
  }
  return marbles.trim();
}

/** What happened at each instant, in order. */
export function byInstant(moments: readonly Moment[]): ReadonlyMap<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const { at, text } of moments) groups.set(at, [...(groups.get(at) ?? []), text]);
  return groups;
}

function gap(ms: number): string {
  return ms <= MOST_DASHES && Number.isInteger(ms) ? '-'.repeat(ms) : ` ${duration(ms)} `;
}

function duration(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

import { isSame } from './is-same.js';
import type { Moment } from './moment.js';

/** One instant of two timelines. */
export interface Column {
  readonly at: string;
  readonly expected: string;
  readonly actual: string;
  readonly isSame: boolean;
  /** What differs, where a cell may not show it. */
  readonly values: readonly [expected: readonly unknown[], actual: readonly unknown[]];
}

/** What happens at one instant is cut here. */
const LONGEST_CELL = 40;

/** Every instant at which something is expected, or has happened, in order. */
export function columnsOf(expected: readonly Moment[], actual: readonly Moment[]): Column[] {
  const instants = [...new Set([...expected, ...actual].map(({ at }) => at))];
  return instants.sort((one, other) => one - other).map((at) => columnAt(at, expected, actual));
}

function columnAt(at: number, expected: readonly Moment[], actual: readonly Moment[]): Column {
  const wanted = expected.filter((one) => one.at === at);
  const got = actual.filter((one) => one.at === at);
  const values = [valuesOf(wanted), valuesOf(got)] as const;
  return {
    at: at === Infinity ? 'never' : at.toLocaleString('en'),
    expected: textsOf(wanted),
    actual: textsOf(got),
    isSame: isSame(values[1], values[0]),
    values,
  };
}

function textsOf(moments: readonly Moment[]): string {
  let cell = '';
  for (const [index, { text }] of moments.entries()) {
    if (index > 0 && cell.length + text.length >= LONGEST_CELL)
      return `${cell} … ${moments.length - index} more`;
    cell += (index > 0 ? ' ' : '') + text;
  }
  return cell;
}

function valuesOf(moments: readonly Moment[]): unknown[] {
  return moments.map(({ value }) => value);
}

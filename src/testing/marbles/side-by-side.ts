import { type Column, columnsOf } from './columns.js';
import { firstDifference } from './first-difference.js';
import { marblesOf } from './marbles-of.js';
import type { Moment } from './moment.js';
import { shownValue } from './shown-value.js';

/** Of a long timeline so many instants are shown, some of them before the first that differs. */
const MOST_COLUMNS = 12;
const COLUMNS_BEFORE = 3;
/** A longer one is hard to read, and the table says it all. */
const LONGEST_DIAGRAM = 100;
const LONGEST_VALUE = 200;

/**
 * Two timelines, one under the other, with marks where they differ; as marble diagrams too, where they can be drawn.
 *
 * ```text
 *   expected  ab 58s c
 *   actual    ab 59s c
 *
 *   ms        0  1  58,002  59,002
 *   expected  a  b  c
 *   actual    a  b          c
 *                   ^       ^
 * ```
 */
export function sideBySide(expected: readonly Moment[], actual: readonly Moment[]): string {
  const columns = columnsOf(expected, actual);
  return [...diagrams(expected, actual), ...table(columns), ...difference(columns)]
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

function diagrams(expected: readonly Moment[], actual: readonly Moment[]): string[] {
  const [wanted, got] = [marblesOf(expected), marblesOf(actual)];
  if (wanted === undefined || got === undefined) return [];
  if (Math.max(wanted.length, got.length) > LONGEST_DIAGRAM) return [];
  return [`expected  ${wanted || '(nothing)'}`, `actual    ${got || '(nothing)'}`, ''];
}

function table(columns: readonly Column[]): string[] {
  const from = Math.max(0, columns.findIndex((column) => !column.isSame) - COLUMNS_BEFORE);
  const shown = columns.slice(from, from + MOST_COLUMNS);
  const [before, after] = [from > 0, columns.length > from + shown.length];
  const row = (head: string, cellOf: (column: Column) => string, more = '…') =>
    [head.padEnd(8), ...(before ? [more] : []), ...shown.map(padded(cellOf)), ...(after ? [more] : [])].join('  '); // prettier-ignore
  return [
    row('ms', ({ at }) => at),
    row('expected', (column) => column.expected),
    row('actual', (column) => column.actual),
    row('', (column) => (column.isSame ? '' : '^'), ' '),
  ];
}

/** In full, what differs in two cells that look alike or are cut. */
function difference(columns: readonly Column[]): string[] {
  const column = columns.find((one) => !one.isSame);
  if (!column) return [];
  const isPlain = [column.expected, column.actual].every((cell) => !cell.includes('…'));
  if (isPlain && column.expected !== column.actual) return [];
  const { path, expected, actual } = firstDifference(...column.values);
  const where = path.replace(/^\d+(\.value)?\.?/, '');
  return [
    '',
    `at ${column.at} ms${where === '' ? '' : `, in ${where}`}`,
    `expected  ${shownValue(expected, LONGEST_VALUE)}`,
    `actual    ${shownValue(actual, LONGEST_VALUE)}`,
  ];
}

function padded(cellOf: (column: Column) => string): (column: Column) => string {
  return (column) =>
    cellOf(column).padEnd(Math.max(column.at.length, column.expected.length, column.actual.length));
}

import { isSame } from './is-same.js';
import { marblesOf } from './marbles-of.js';
import type { Moment } from './moment.js';

/** One instant of two timelines. */
interface Column {
  readonly at: string;
  readonly expected: string;
  readonly actual: string;
  readonly isSame: boolean;
}

/** Of a long timeline so many instants are shown, some of them before the first that differs. */
const MOST_COLUMNS = 12;
const COLUMNS_BEFORE = 3;
/** A longer one is hard to read, and the table says it all. */
const LONGEST_DIAGRAM = 100;

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
  return [...diagrams(expected, actual), ...table(columnsOf(expected, actual))]
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

function diagrams(expected: readonly Moment[], actual: readonly Moment[]): string[] {
  const [wanted, got] = [marblesOf(expected), marblesOf(actual)];
  if (wanted === undefined || got === undefined) return [];
  if (Math.max(wanted.length, got.length) > LONGEST_DIAGRAM) return [];
  return [`expected  ${wanted || '(nothing)'}`, `actual    ${got || '(nothing)'}`, ''];
}

function columnsOf(expected: readonly Moment[], actual: readonly Moment[]): Column[] {
  const instants = [...new Set([...expected, ...actual].map(({ at }) => at))];
  return instants
    .sort((one, other) => one - other)
    .map((at) => {
      const [wanted, got] = [expected, actual].map((all) => all.filter((one) => one.at === at));
      return {
        at: at === Infinity ? 'never' : at.toLocaleString('en'),
        expected: textsOf(wanted),
        actual: textsOf(got),
        isSame: isSame(valuesOf(got), valuesOf(wanted)),
      };
    });
}

function table(columns: readonly Column[]): string[] {
  const from = Math.max(0, columns.findIndex((column) => !column.isSame) - COLUMNS_BEFORE);
  const shown = columns.slice(from, from + MOST_COLUMNS);
  const hasMore = columns.length > from + shown.length;
  const row = (head: string, cellOf: (column: Column) => string) =>
    [head.padEnd(8), ...(from > 0 ? ['…'] : []), ...shown.map(padded(cellOf)), hasMore ? '…' : ''].join('  '); // prettier-ignore
  return [
    row('ms', ({ at }) => at),
    row('expected', (column) => column.expected),
    row('actual', (column) => column.actual),
    row('', (column) => (column.isSame ? '' : '^')).replace(/…/g, ' '),
  ];
}

function padded(cellOf: (column: Column) => string): (column: Column) => string {
  return (column) =>
    cellOf(column).padEnd(Math.max(column.at.length, column.expected.length, column.actual.length));
}

function textsOf(moments: readonly Moment[] = []): string {
  return moments.map(({ text }) => text).join(' ');
}

function valuesOf(moments: readonly Moment[] = []): unknown[] {
  return moments.map(({ value }) => value);
}

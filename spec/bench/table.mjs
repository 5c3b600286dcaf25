// Prints rows as a table with aligned columns; a column in which no row says anything is left out.

const COLUMNS = ['subject', 'figure', 'ratio', 'published', 'must reach', 'verdict'];

/**
 * One row. `reached` is whether the figure meets `must`; `broken` says that the subject did
 * something wrong, which fails the run.
 */
export function row({ subject, figure, ratio, published, must, reached, broken = false }) {
  const verdict = broken ? 'BROKEN' : must === undefined ? undefined : reached ? 'ok' : 'miss';
  const cells = { subject, figure, ratio: ratio?.toFixed(2), published, 'must reach': must };
  return { ...cells, verdict, broken };
}

export function table(rows) {
  const columns = COLUMNS.filter((column) => rows.some((cells) => cells[column] !== undefined));
  const lines = [columns, ...rows.map((cells) => columns.map((column) => cells[column] ?? ''))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  const rule = widths.map((width) => '-'.repeat(width));
  lines.splice(1, 0, rule);
  return lines.map((line) => `  ${aligned(line, widths)}`.trimEnd()).join('\n');
}

const aligned = (line, widths) =>
  line
    .map((cell, at) => (at === 0 || at > 3 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
    .join('  ');

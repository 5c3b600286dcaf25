import { bar, clock, count, dollars } from './format.js';
import type { Progress } from './progress.js';

const LABEL_COLUMNS = 10;
const LONGEST_BAR = 60;

/** The progress in lines that a terminal of so many columns does not wrap. */
export function frameOf(progress: Progress, columns: number): string[] {
  const { calls, callsInAll, windows, elapsedMs } = progress;
  const rate = (used: number, limit: number) => `${count(used)} of ${count(limit)} a minute`;
  const longestRate = Math.max(...windows.map(({ limit }) => rate(limit, limit).length));
  const width = Math.max(0, Math.min(LONGEST_BAR, columns - LABEL_COLUMNS - longestRate - 3));
  const rows = [
    ['documents', bar(calls / callsInAll, width), documentsIn(progress)],
    ...windows.map(({ unit, used, limit }) => [unit, bar(used / limit, width), rate(used, limit)]),
    ['calls', callsIn(progress)],
    ['so far', `${spentIn(progress)} in ${clock(elapsedMs)}, ${leftIn(progress)}`],
  ];
  return rows.map(([label = '', ...figures]) =>
    [label.padEnd(LABEL_COLUMNS), ...figures].join(' ').slice(0, columns - 1),
  );
}

/** The same in one plain line, for where no line can be drawn again. */
export function lineOf(progress: Progress): string {
  const windows = progress.windows.map(
    ({ unit, used, limit }) => `${count(used)} of ${count(limit)} ${unit}`,
  );
  return [
    `${clock(progress.elapsedMs)}  documents ${documentsIn(progress)}`,
    `calls ${callsIn(progress)}`,
    `window ${windows.join(', ')}`,
    spentIn(progress),
    leftIn(progress),
  ].join('; ');
}

function documentsIn({ documents: { done, total } }: Progress): string {
  return `${count(done)} of ${count(total)}`;
}

function callsIn({ queued, running, calls }: Progress): string {
  return `${count(queued)} queued, ${count(running)} running, ${count(calls)} answered`;
}

function spentIn({ tokens, cost }: Progress): string {
  return `${count(tokens)} tokens, ${dollars(cost)}`;
}

function leftIn({ leftMs }: Progress): string {
  return `about ${clock(leftMs)} left`;
}

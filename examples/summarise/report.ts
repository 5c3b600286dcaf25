import { count, dollars, duration, percent, plural } from './format.js';
import type { Done } from './job.js';
import type { Plan } from './plan.js';
import type { Refusals } from './provider.js';

/** What a run has come to. */
export interface Report extends Done {
  readonly plan: Pick<Plan, 'doneBefore' | 'skipped'>;
  readonly limits: { readonly requestsPerMinute: number; readonly tokensPerMinute: number };
  readonly refusals: Refusals;
}

/** What there is to tell of a run that had nothing to do. */
export const NOTHING_DONE: Omit<Report, 'plan' | 'limits'> = {
  outcomes: [],
  ...{ calls: 0, tokens: 0, cost: 0, elapsedMs: 0 },
  refusals: { received: 0, sent: undefined },
};

type Row = readonly [name: string, value: string];

const MINUTE_MS = 60_000;

/** The table at the end. */
export function tableOf(report: Report): string {
  return table([
    ['documents', documentsIn(report)],
    ['calls', count(report.calls)],
    ['tokens', count(report.tokens)],
    ['cost', dollars(report.cost)],
    ['time', duration(report.elapsedMs)],
    ...sharesIn(report),
    ['answers of 429', refusalsIn(report)],
  ]);
}

function documentsIn({ outcomes, plan }: Report): string {
  const kinds = outcomes.map(({ kind }) => kind);
  const numbers = [
    [kinds.filter((kind) => kind === 'failed').length, 'failed'],
    [plan.doneBefore, 'done before'],
    [plan.skipped.length, 'skipped'],
  ] as const;
  const others = numbers.filter(([number]) => number > 0);
  const summarised = kinds.filter((kind) => kind === 'summarised').length;
  return [[summarised, 'summarised'] as const, ...others]
    .map(([number, what]) => `${count(number)} ${what}`)
    .join(', ');
}

/**
 * A whole limit can go out at the first call, and again whenever a window has passed since. So the most that
 * anybody could have used is the limit times the windows that have begun.
 */
function sharesIn({ calls, tokens, elapsedMs, limits }: Report): Row[] {
  if (calls === 0) return [['share of the quota used', 'none']];
  const windows = Math.floor(elapsedMs / MINUTE_MS) + 1;
  const shareOf = (used: number, limit: number) => percent(used / (limit * windows));
  return [
    ['share of the quota used', `${shareOf(tokens, limits.tokensPerMinute)} of the tokens`],
    ['', `${shareOf(calls, limits.requestsPerMinute)} of the requests`],
    ['', `that ${plural(windows, 'window')} of a minute can grant`],
  ];
}

function refusalsIn({ refusals: { received, sent } }: Report): string {
  return sent === undefined
    ? count(received)
    : `${count(received)}, and ${count(sent)} by the simulator's own count`;
}

function table(rows: readonly Row[]): string {
  const [name, value] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  ) as [number, number];
  const rule = (left: string, middle: string, right: string) =>
    `${left}${'─'.repeat(name + 2)}${middle}${'─'.repeat(value + 2)}${right}`;
  return [
    rule('┌', '┬', '┐'),
    ...rows.map((row) => `│ ${row[0].padEnd(name)} │ ${row[1].padEnd(value)} │`),
    rule('└', '┴', '┘'),
  ].join('\n');
}

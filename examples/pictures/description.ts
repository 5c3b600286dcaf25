import { count, percent } from '../summarise/format.js';
import * as calls from './calls-run.js';
import * as minutes from './minutes-run.js';

/** The picture in words, for who does not see it. */
export function descriptionOf(
  { spans }: calls.CallsRun,
  rxllm: minutes.MinutesRun,
  original: minutes.MinutesRun,
): string {
  return [
    `One window of ${count(calls.LIMIT)} tokens in ${count(calls.WINDOW_MS)} ms, with a margin of ${calls.MARGIN_MS} ms.`,
    ...spans.map(journey),
    `Below, the tokens that a provider counts in its last minute, limit ${count(minutes.LIMIT)}:`,
    `rxllm stays right under the limit, the original leaves ${original.lulls.length} gaps of ${secondsOf(original.lulls)} s.`,
    `In ${minutes.MINUTES} minutes rxllm used ${figures(rxllm)}, the original ${figures(original)}.`,
  ].join('\n');
}

function journey({ label, ...span }: calls.CallSpan): string {
  const { queuedAt, startedAt, settledAt, leavesAt, reserved, settledTo } = span;
  const waits = startedAt > queuedAt ? `waits ${count(startedAt - queuedAt)} ms, ` : '';
  const steps = [
    `${waits}reserves ${reserved} at ${count(startedAt)} ms`,
    `is settled to ${settledTo} at ${count(settledAt)} ms`,
    `leaves at ${count(leavesAt)} ms`,
  ];
  return `Call ${label} ${steps.join(', ')}.`;
}

function figures({ usedShare, refusedAt }: minutes.MinutesRun): string {
  return `${percent(usedShare)} and was refused ${refusedAt.length} times`;
}

function secondsOf(lulls: readonly minutes.Lull[]): number {
  const total = lulls.reduce((sum, [from, until]) => sum + until - from, 0);
  return Math.round(total / lulls.length / 1000);
}

import { countBroken } from './check-counts.js';
import { growthOf, LEAST_CALLS, MOST_GROWTH, type Sample } from './memory-growth.js';
import type { SoakRun } from './run-soak.js';
import { sumOf, totalsOf } from './totals.js';

/** What a soak has measured, as a table of two columns. */
export function figuresOf(run: SoakRun): string {
  const rows = [...callRows(run), ...tryRows(run), ...memoryRows(run), ...timeRows(run)];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

type Row = readonly [name: string, value: string];

function callRows({ options, records }: SoakRun): Row[] {
  const { told, crossed, tooLate } = totalsOf(records);
  const { calls, inFlight, faults, seed } = options;
  const lost = countBroken(records, 'lost: its caller was told nothing');
  const twice = countBroken(records, 'its caller was told twice', 'the provider answered it twice');
  return [
    ['soak', `${calls} calls, ${inFlight} in flight, faults ${percent(faults)}, seed ${seed}`],
    ['callers were told', counts(told)],
    ['lost, told or answered twice', `${lost}, ${twice}`],
    ['answers in vain', `${crossed} to who had just left, ${tooLate} to tries given up for others`],
  ];
}

function tryRows({ records, stats, caller, idle }: SoakRun): Row[] {
  const totals = totalsOf(records);
  const { started, sent, arrived, retried, stale } = totals;
  const early = `${started - sent} given up before they were sent, ${sent - arrived - stale} on their way`;
  const closed = `${stale} on a connection that was being closed (${idle} were closed as idle)`;
  const { mostInFlight, meanInFlight } = caller;
  return [
    ['tries', `${started} started (${retried} failed and tried again), ${arrived} came`],
    ['tries that never came', `${early}, ${closed}`],
    ['answers by status', counts(totals.finished)],
    ['cut', `${totals.cutByCaller} by callers, ${totals.cutByProvider} by the provider`],
    ['faults met', `${sumOf(stats.faults)}: ${counts(stats.faults)}`],
    ['in flight', `at most ${mostInFlight}, ${meanInFlight.toFixed(0)} in the mean`],
    ['at the provider', `at most ${stats.maxInFlight}`],
  ];
}

function memoryRows({ samples, caller, provider }: SoakRun): Row[] {
  return [
    ['memory of the caller', memory(samples.caller, caller.peakRss)],
    ['memory of the provider', memory(samples.provider, provider.peakRss)],
  ];
}

function timeRows({ options, caller, provider, wallMs }: SoakRun): Row[] {
  const rate = (options.calls / caller.busyMs) * 1000;
  const cpu = `${seconds(caller.cpuMs)} caller, ${seconds(provider.cpuMs)} provider`;
  return [
    ['time', `${seconds(wallMs)}, ${rate.toFixed(0)} calls a second while they were made`],
    ['CPU', cpu],
  ];
}

function memory(samples: readonly Sample[], peakRss: number): string {
  const [first, last] = [samples[0], samples.at(-1)];
  const isJudged = (last?.calls ?? 0) >= LEAST_CALLS;
  const must = isJudged ? `must: at most ${MOST_GROWTH}` : `not judged below ${LEAST_CALLS} calls`;
  const growth = (part: 'heap' | 'external') => growthOf(samples, part).toFixed(1);
  return (
    `heap ${mega(first?.memory.heap)} to ${mega(last?.memory.heap)}, over the last half ` +
    `${growth('heap')} bytes a call (external ${growth('external')}; ${must}), peak RSS ${mega(peakRss)}`
  );
}

function counts(of: Readonly<Record<string, number>>): string {
  const some = Object.entries(of).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const mega = (bytes = NaN) => `${(bytes / 1e6).toFixed(2)} MB`;

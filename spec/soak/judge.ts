import { brokenRules } from './check-counts.js';
import { leaks } from './memory-growth.js';
import type { SoakRun } from './run-soak.js';
import { disagreements, totalsOf, unexplained } from './totals.js';

const MOST_TOLD = 20;

/** What was wrong with a soak, one line each; nothing where all was well. */
export function judge(run: SoakRun): string[] {
  const { options, records, stats, samples, remains, caller } = run;
  const totals = totalsOf(records);
  const wrong = [
    ...brokenRules(records),
    ...unexplained(totals, run.idle),
    ...disagreements(totals, stats).map((what) => `the simulator's count and the journal: ${what}`),
    ...leaks('caller', samples.caller),
    ...leaks('provider', samples.provider),
    ...remains,
    ...overbooked(options.inFlight, caller.mostInFlight),
  ];
  const more = wrong.length - MOST_TOLD;
  return more > 0 ? [...wrong.slice(0, MOST_TOLD), `and ${more} more`] : wrong;
}

function overbooked(permits: number, most: number): string[] {
  return most > permits ? [`${most} calls in flight with ${permits} permits`] : [];
}

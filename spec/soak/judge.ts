import { brokenRules } from './check-counts.js';
import { leaks } from './memory-growth.js';
import type { SoakRun } from './run-soak.js';
import { disagreements, totalsOf, unexplained } from './totals.js';

const MOST_TOLD = 20;

/** What was wrong with a soak, one line each; nothing where all was well. */
export function judge({ records, stats, samples, remains }: SoakRun): string[] {
  const totals = totalsOf(records);
  const wrong = [
    ...brokenRules(records),
    ...unexplained(totals),
    ...disagreements(totals, stats).map((what) => `the simulator's count and the journal: ${what}`),
    ...leaks('caller', samples.caller),
    ...leaks('provider', samples.provider),
    ...remains,
  ];
  const more = wrong.length - MOST_TOLD;
  return more > 0 ? [...wrong.slice(0, MOST_TOLD), `and ${more} more`] : wrong;
}

import { casesOfBudgets } from './cases-of-budgets.js';
import { casesOfCosts } from './cases-of-costs.js';
import { casesOfFlight } from './cases-of-flight.js';
import { casesOfForecasts } from './cases-of-forecasts.js';
import { casesOfGranting } from './cases-of-granting.js';
import { casesOfHearing } from './cases-of-hearing.js';
import { casesOfLimits } from './cases-of-limits.js';
import { casesOfMoments } from './cases-of-moments.js';
import { casesOfQuotas } from './cases-of-quotas.js';
import { casesOfRefusing } from './cases-of-refusing.js';
import { casesOfSettling } from './cases-of-settling.js';
import { casesOfShowing } from './cases-of-showing.js';
import { casesOfStorms } from './cases-of-storms.js';
import { casesOfTurns } from './cases-of-turns.js';
import { checkSubject } from './check-subject.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

const GROUPS = [
  casesOfGranting,
  casesOfTurns,
  casesOfRefusing,
  casesOfQuotas,
  casesOfBudgets,
  casesOfCosts,
  casesOfSettling,
  casesOfMoments,
  casesOfFlight,
  casesOfLimits,
  casesOfShowing,
  casesOfForecasts,
  casesOfHearing,
  casesOfStorms,
] as const;

/**
 * What every rate tracker promises, as a list of cases for any test framework.
 *
 * Whoever writes a store of quotas of his own (in Redis, in a database) runs all of them against it: what fits goes
 * at once, nobody overtakes, all quotas or none, who leaves has taken nothing, settlements and debt, limits that
 * change, budgets, what is shown, and random storms in which every charge is counted once more. Optional parts of the
 * seam (`revise`, `arrived`, `hear`, `forecast`, `gate`) are tried where they are there.
 *
 * Each case makes a tracker of its own and closes it. In virtual time all of them take some seconds at the most; where
 * waits are real give short windows, say how long answers may be on their way, and let your test framework wait for 10 s
 * in each case: with windows of 400 ms and 60 ms for answers all of them take about half a minute.
 *
 * @example
 * const time = new VirtualTime();
 * const contract = rateTrackerContract({
 *   make: (quotas) => new InMemoryRateTracker({ quotas, scheduler: time }),
 *   wait: (ms) => time.advance(ms),
 *   now: () => time.now(),
 *   timers: () => time.timers,
 * });
 * for (const { name, run } of contract) it(name, run); // jest, vitest, mocha, jasmine, node:test
 *
 * @throws InvalidOptionError naming what is missing, unknown or out of range in the subject.
 */
export function rateTrackerContract(subject: RateTrackerSubject): readonly ContractCase[] {
  checkSubject(subject);
  return GROUPS.flatMap((casesOf) => casesOf(subject));
}

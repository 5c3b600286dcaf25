import { caseMaker } from './case-of.js';
import { casesOfGranting } from './cases-of-granting.js';
import { casesOfLimits } from './cases-of-limits.js';
import { casesOfSettling } from './cases-of-settling.js';
import { casesOfShowing } from './cases-of-showing.js';
import type { ContractCase } from './contract-case.js';
import { Storm } from './storm.js';
import type { RateTrackerSubject } from './subject.js';

const SEEDS = [1, 2, 3] as const;

/**
 * What every rate tracker promises, as a list of cases for any test framework.
 *
 * Whoever writes a store of quotas of his own (in Redis, in a database) runs all of them against it: what fits goes
 * at once, nobody overtakes, all quotas or none, who leaves has taken nothing, settlements and debt, limits that
 * change, what is shown, and random storms in which every charge is counted once more. Optional parts of the seam
 * (`revise`, `forecast`, `gate`) are tried where they are there.
 *
 * Each case makes a tracker of its own and closes it. In virtual time all of them take milliseconds; with real
 * waits give short windows and how long answers may be on their way.
 *
 * @example
 * const time = new VirtualTime();
 * const contract = rateTrackerContract({
 *   make: (quotas) => new InMemoryRateTracker({ quotas, scheduler: time }),
 *   wait: (ms) => time.advance(ms),
 *   now: () => time.now(),
 * });
 * for (const { name, run } of contract) it(name, run); // jest, vitest, mocha, jasmine, node:test
 */
export function rateTrackerContract(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    ...casesOfGranting(it),
    ...casesOfSettling(it),
    ...casesOfLimits(subject),
    ...casesOfShowing(it),
    ...SEEDS.map((seed) =>
      it(
        `keeps every window within its limit, and serves everybody in the end (storm ${seed})`,
        { tokens: 100 },
        async (trial) => {
          const storm = new Storm(trial, seed);
          await storm.rage();
          await storm.calmDown();
        },
      ),
    ),
  ];
}

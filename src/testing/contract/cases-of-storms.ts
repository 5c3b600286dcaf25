import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import { Storm } from './storm.js';
import type { RateTrackerSubject } from './subject.js';

const SEEDS = [1, 2, 3] as const;

/** Everything at once, at random, and the same in every run. */
export function casesOfStorms(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return SEEDS.map((seed) =>
    it(
      `keeps every window within its limit, and serves everybody in the end (storm ${seed})`,
      { tokens: 100 },
      async (trial) => {
        const storm = new Storm(trial, seed);
        await storm.rage();
        await storm.calmDown();
      },
    ),
  );
}

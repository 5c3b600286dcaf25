import type { Quota } from '../../index.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';
import { quotaOf, Trial } from './trial.js';

/** So much of each unit: a number, or one that changes. */
export type Limits = Readonly<Record<string, Quota['limit']>>;

/** One case over a tracker of its own with these limits, all over one length of window. */
export type MakeCase = (
  name: string,
  limits: Limits,
  tried: (trial: Trial) => Promise<void>,
) => ContractCase;

/** Makes cases for one kind of tracker. */
export function caseMaker(subject: RateTrackerSubject): MakeCase {
  return (name, limits, tried) => ({
    name,
    run: async () => {
      const quotas = Object.entries(limits).map(([unit, limit]) => quotaOf(subject, unit, limit));
      await inTrial(subject, quotas, tried);
    },
  });
}

/** Tries a tracker with these quotas, and closes it whatever happens. */
export async function inTrial(
  subject: RateTrackerSubject,
  quotas: readonly Quota[],
  tried: (trial: Trial) => Promise<void>,
): Promise<void> {
  const trial = new Trial(subject, await subject.make(quotas));
  try {
    await tried(trial);
  } finally {
    trial.end();
  }
}

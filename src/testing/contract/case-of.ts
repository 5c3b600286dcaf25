import { InvalidOptionError, type Quota, quota } from '../../index.js';
import { ContractViolationError } from '../contract-violation-error.js';
import { checkTracker } from './check-tracker.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';
import { Trial } from './trial.js';
import { NOW, TrialClock } from './trial-clock.js';

/** So much of each unit, over one length of window. */
export type Limits = Readonly<Record<string, number>>;

/** A quota whose window is so many times as long as the subject's. */
export interface TriedQuota {
  readonly unit: string;
  readonly limit: Quota['limit'];
  /** Default 1; Infinity for a budget. */
  readonly windows?: number;
  /** Default 0. */
  readonly marginMs?: number;
}

/** What is tried with one tracker. */
export type Tried = (trial: Trial) => Promise<void>;

/** One case over a tracker of its own with these limits. */
export type MakeCase = (name: string, limits: Limits, tried: Tried) => ContractCase;

/** Makes cases for one kind of tracker. */
export function caseMaker(subject: RateTrackerSubject): MakeCase {
  return (name, limits, tried) => {
    const quotas = Object.entries(limits).map(([unit, limit]) => ({ unit, limit }));
    return { name, run: () => inTrial(subject, quotas, tried) };
  };
}

/** Tries a tracker with these quotas, and closes it whatever happens. */
export async function inTrial(
  subject: RateTrackerSubject,
  quotas: readonly TriedQuota[],
  tried: Tried,
): Promise<void> {
  const clock = new TrialClock(subject);
  const made = await subject.make(quotas.map((tried) => quotaOf(tried, clock.windowMs)));
  const trial = new Trial(checkTracker(made), clock);
  try {
    await tried(trial);
  } catch (error) {
    const violation = violationOf(error, trial);
    // How it closes matters less than what was found.
    await trial.end().catch(() => undefined);
    throw violation;
  }
  await trial.end().catch((error: unknown) => {
    throw violationOf(error, trial);
  });
}

function quotaOf({ unit, limit, windows = 1, marginMs = 0 }: TriedQuota, windowMs: number): Quota {
  return quota({ unit, limit, windowMs: windows * windowMs, marginMs });
}

/** What the tracker throws where nobody expects it is a violation too; only of the subject's time it is not its fault. */
function violationOf(error: unknown, trial: Trial): unknown {
  const isViolation = error instanceof ContractViolationError;
  const isOfSubject = error instanceof InvalidOptionError && error.option === NOW;
  return isViolation || isOfSubject ? error : trial.violation('what is thrown', error, 'nothing');
}

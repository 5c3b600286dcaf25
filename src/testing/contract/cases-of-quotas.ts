import { caseMaker, inTrial } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** Several quotas at once, of several units and of one, and the margin of a window. */
export function casesOfQuotas(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it('takes from all quotas or from none', { requests: 10, tokens: 100 }, async (trial) => {
      await trial.ask('a', { requests: 1, tokens: 60 });
      await trial.ask('b', { requests: 1, tokens: 60 });
      trial.expectGranted('a');
      trial.expectUsed(1, 60);
    }),
    it('waits for the quota that has room last', { requests: 1, tokens: 100 }, async (trial) => {
      await trial.ask('a', { requests: 1, tokens: 10 });
      await trial.ask('b', { requests: 1, tokens: 10 });
      await trial.settle('a', { tokens: 0 });
      trial.expectGranted('a');
      await trial.waitForAWindow();
      trial.expectGranted('a', 'b');
    }),
    severalOfOneUnit(subject),
    margin(subject),
  ];
}

function severalOfOneUnit(subject: RateTrackerSubject): ContractCase {
  const short = { unit: 'tokens', limit: 60 };
  const long = { unit: 'tokens', limit: 100, windows: 2 };
  return {
    name: 'counts all quotas of one unit, as one of a minute and one of a day',
    run: () =>
      inTrial(subject, [short, long], async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('b', { tokens: 40 });
        trial.expectGranted('a');
        await trial.ask('c', { tokens: 10 });
        await trial.waitForAWindow();
        trial.expectGranted('a', 'b');
        trial.expectUsed(40, 100);
        await trial.waitForAWindow();
        trial.expectGranted('a', 'b', 'c');
      }),
  };
}

function margin(subject: RateTrackerSubject): ContractCase {
  const marginMs = 10 + 5 * (subject.slackMs ?? 0);
  return {
    name: 'grants nothing before the margin of a window has passed too',
    run: () =>
      inTrial(subject, [{ unit: 'tokens', limit: 100, marginMs }], async (trial) => {
        await trial.ask('a', { tokens: 100 });
        await trial.ask('b', { tokens: 100 });
        await trial.waitUntilBefore('a', marginMs);
        trial.expectGranted('a');
        await trial.waitUntilAfter('a', marginMs);
        trial.expectGranted('a', 'b');
      }),
  };
}

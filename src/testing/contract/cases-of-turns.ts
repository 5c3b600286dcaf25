import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** In which order those are served who wait, and what becomes of who leaves. */
export function casesOfTurns(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it(
      'grants in the order of asking: nobody overtakes, though it would fit',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('large', { tokens: 60 });
        await trial.ask('small', { tokens: 10 });
        trial.expectGranted('a');
        await trial.waitForAWindow();
        trial.expectGranted('a', 'large', 'small');
      },
    ),
    it(
      'lets nobody overtake whose cost nobody knows, though the usage is below the limit',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('large', { tokens: 60 });
        await trial.ask('unknown', {});
        trial.expectGranted('a');
        await trial.waitForAWindow();
        trial.expectGranted('a', 'large', 'unknown');
      },
    ),
    it(
      'has taken nothing for one who leaves while waiting, and those behind move up at once',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('b', { tokens: 60 });
        await trial.ask('c', { tokens: 40 });
        await trial.leave('b');
        trial.expectGranted('a', 'c');
        trial.expectUsed(100);
      },
    ),
    it(
      'takes nothing later either for one who has waited alone and left',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 100 });
        await trial.ask('b', { tokens: 60 });
        await trial.leave('b');
        await trial.waitForAWindow();
        trial.expectUsed(0);
        await trial.ask('c', { tokens: 100 });
        trial.expectGranted('a', 'c');
      },
    ),
  ];
}

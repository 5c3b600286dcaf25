import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What is done in the very moment of a grant. */
export function casesOfMoments(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it('settles what is settled in the moment of its grant', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 80 }, (granted) => granted.settle({ tokens: 10 }));
      await trial.clock.settleDown();
      trial.expectUsed(10);
      await trial.ask('b', { tokens: 80 }, (granted) => granted.giveBack());
      await trial.clock.settleDown();
      trial.expectUsed(10);
    }),
    it(
      'serves those behind one who has waited and settles in the moment of his grant',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 100 });
        await trial.ask('b', { tokens: 80 }, (granted) => granted.settle({ tokens: 20 }));
        await trial.ask('c', { tokens: 80 }, (granted) => granted.giveBack());
        await trial.ask('d', { tokens: 80 });
        await trial.settle('a', { tokens: 0 });
        // What each of them does takes its way, and so does the answer to the next.
        await trial.clock.settleDown();
        await trial.clock.settleDown();
        trial.expectGranted('a', 'b', 'c', 'd');
        trial.expectUsed(100);
      },
    ),
    it('lets who is granted ask again in that moment', { tokens: 100 }, async (trial) => {
      let asked = Promise.resolve();
      const askAgain = () => {
        asked = trial.ask('c', { tokens: 30 });
      };
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 60 }, askAgain);
      await trial.giveBack('a');
      await asked;
      trial.expectGranted('a', 'b', 'c');
      trial.expectUsed(90);
    }),
  ];
}

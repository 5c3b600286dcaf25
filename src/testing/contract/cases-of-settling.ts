import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What a settlement does. */
export function casesOfSettling(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it(
      'gives what a settlement leaves over to those who wait, at once',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 80 });
        await trial.ask('b', { tokens: 60 });
        await trial.settle('a', { tokens: 40 });
        trial.expectGranted('a', 'b');
        trial.expectUsed(100);
      },
    ),
    it('lets usage beyond its estimate delay what follows', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 50 });
      await trial.settle('a', { tokens: 120 });
      await trial.ask('b', { tokens: 10 });
      trial.expectGranted('a');
      trial.expectUsed(120);
      await trial.waitUntilBefore('a');
      trial.expectGranted('a');
      await trial.waitUntilAfter('a');
      trial.expectGranted('a', 'b');
    }),
    it('charges a settlement at the time of its reservation', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.wait(trial.windowMs / 2);
      await trial.settle('a', { tokens: 90 });
      await trial.waitUntilAfter('a');
      trial.expectUsed(0);
    }),
    it(
      'changes nothing by a settlement of what has left the window',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.waitForAWindow();
        await trial.settle('a', { tokens: 90 });
        trial.expectUsed(0);
      },
    ),
    it(
      'keeps the estimate of units that a settlement does not name',
      { requests: 5, tokens: 100 },
      async (trial) => {
        await trial.ask('a', { requests: 2, tokens: 60 });
        await trial.settle('a', { tokens: 10 });
        trial.expectUsed(2, 10);
      },
    ),
    it(
      'returns all that is given back, as if it had not been, and serves those who wait',
      { requests: 5, tokens: 100 },
      async (trial) => {
        await trial.ask('a', { requests: 1, tokens: 80 });
        await trial.ask('b', { requests: 1, tokens: 60 });
        await trial.giveBack('a');
        trial.expectGranted('a', 'b');
        trial.expectUsed(1, 60);
      },
    ),
    it('counts the first end of a reservation only', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 20 });
      await trial.ask('b', { tokens: 20 });
      const [a, b] = [trial.reservationOf('a'), trial.reservationOf('b')];
      await trial.act('a is settled to 10 tokens, then to 30, and given back', () => {
        a.settle({ tokens: 10 });
        a.settle({ tokens: 30 });
        a.giveBack();
      });
      trial.expectUsed(30);
      await trial.act('b is given back, settled to 30 tokens and given back again', () => {
        b.giveBack();
        b.settle({ tokens: 30 });
        b.giveBack();
      });
      trial.expectUsed(10);
    }),
  ];
}

import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** How the cost of a call is read, and what its reservation says of it. */
export function casesOfCosts(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it('counts a request that nobody counted as one', { requests: 2 }, async (trial) => {
      for (const name of ['a', 'b', 'c']) await trial.ask(name, { tokens: 5 });
      trial.expectGranted('a', 'b');
      trial.expectUsed(2);
    }),
    it(
      'grants a cost that nobody knows while the usage is below the limit, and charges it when it is settled',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', {});
        await trial.settle('a', { tokens: 100 });
        await trial.ask('b', {});
        trial.expectGranted('a');
        trial.expectUsed(100);
      },
    ),
    it('counts fractions as they are: three of 0.1 fill 0.3', { usd: 0.3 }, async (trial) => {
      for (const name of ['a', 'b', 'c', 'd']) await trial.ask(name, { usd: 0.1 });
      trial.expectGranted('a', 'b', 'c');
      trial.expectUsed(0.3);
    }),
    it('changes nothing in a cost, and keeps what it was', { tokens: 100 }, async (trial) => {
      const [first, second] = [{ tokens: 60 }, { tokens: 60 }];
      await trial.ask('a', first);
      await trial.ask('b', second);
      trial.expect('the cost that was given', first, { tokens: 60 });
      await trial.act('who asked changes his costs to 1', () => {
        first.tokens = second.tokens = 1;
      });
      trial.expectGranted('a');
      trial.expect('what is reserved', trial.reservationOf('a').cost['tokens'], 60);
      await trial.waitUntilAfter('a');
      trial.expectUsed(60);
      await trial.settle('b', {});
      trial.expectUsed(60);
    }),
    it('takes a cost that cannot be changed', { tokens: 100 }, async (trial) => {
      await trial.ask('a', Object.freeze({ tokens: 60 }));
      await trial.ask('b', Object.freeze({ tokens: 60 }));
      await trial.settle('a', Object.freeze({ tokens: 40 }));
      trial.expectGranted('a', 'b');
    }),
    it('says what was reserved, and when (where it says when)', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 50 });
      await trial.waitUntilAfter('a');
      const [a, b] = [trial.reservationOf('a'), trial.reservationOf('b')];
      trial.expect('the cost of each', [a.cost['tokens'], b.cost['tokens']], [60, 50]);
      if (a.at === undefined || b.at === undefined) return;
      const { windowMs, clock } = trial;
      const { lateMs } = clock;
      trial.expectBetween('how much later b is', b.at - a.at, windowMs, windowMs + lateMs);
      if (!clock.isTrackers) return;
      const answeredAt = trial.grantedAt('a');
      trial.expectBetween('when a was granted', a.at, answeredAt - lateMs, answeredAt + lateMs);
    }),
  ];
}

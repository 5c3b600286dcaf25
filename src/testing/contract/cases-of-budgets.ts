import { inTrial, type Tried } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What never comes back. */
export function casesOfBudgets(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = (name: string, tried: Tried): ContractCase => ({
    name,
    run: () => inTrial(subject, [{ unit: 'tokens', limit: 100, windows: Infinity }], tried),
  });
  return [
    it('brings nothing of a budget back, however long one waits', async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.settle('a', { tokens: 60 });
      await trial.wait(3 * trial.windowMs);
      trial.expectUsed(60);
      trial.expect('resetAt of a budget', trial.tracker.quotas[0]?.resetAt, undefined);
      await trial.ask('b', { tokens: 40 });
      trial.expectGranted('a', 'b');
    }),
    it('refuses at once what a budget that is used up cannot hold', async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.settle('a', { tokens: 60 });
      const refusal = trial.tracker.neverFits({ tokens: 60 });
      trial.expect('the code of neverFits', refusal?.code, 'QUOTA_EXCEEDED');
      await trial.ask('b', { tokens: 60 });
      trial.expectRefused('b QUOTA_EXCEEDED');
      trial.expectUsed(60);
    }),
    it('lets calls wait for what those in flight may give back of a budget', async (trial) => {
      await trial.ask('a', { tokens: 60 });
      trial.expect('neverFits', trial.tracker.neverFits({ tokens: 60 }), undefined);
      await trial.ask('b', { tokens: 60 });
      trial.expectGranted('a');
      trial.expectRefused();
      await trial.giveBack('a');
      trial.expectGranted('a', 'b');
    }),
    it('refuses who waits for a budget when it is used up, and serves those behind', async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 60 });
      await trial.ask('c', { tokens: 40 });
      await trial.settle('a', { tokens: 60 });
      trial.expectRefused('b QUOTA_EXCEEDED');
      trial.expectGranted('a', 'c');
    }),
  ];
}

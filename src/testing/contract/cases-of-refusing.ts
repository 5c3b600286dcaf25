import type { Usage } from '../../index.js';
import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What can never be granted. */
export function casesOfRefusing(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it(
      'refuses at once what no window can ever hold, and charges nothing for it',
      { tokens: 100 },
      async (trial) => {
        const { tracker } = trial;
        trial.expect('neverFits of the limit', tracker.neverFits({ tokens: 100 }), undefined);
        const refusal = tracker.neverFits({ tokens: 101 });
        trial.expect('the code of neverFits of more', refusal?.code, 'QUOTA_EXCEEDED');
        await trial.ask('a', { tokens: 101 });
        trial.expectRefused('a QUOTA_EXCEEDED');
        trial.expectUsed(0);
      },
    ),
    it('refuses it at once even when others wait', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 100 });
      await trial.ask('b', { tokens: 100 });
      await trial.ask('c', { tokens: 101 });
      trial.expectRefused('c QUOTA_EXCEEDED');
      trial.expectGranted('a');
    }),
    ...[{ tokens: NaN }, { tokens: -1 }, { tokens: Infinity }].map((cost: Usage) =>
      it(
        `takes no cost of ${cost['tokens']} tokens: it says so, and charges nothing`,
        { tokens: 100 },
        async (trial) => {
          await trial.ask('a', cost);
          trial.expectRefused('a INVALID_OPTION');
          trial.expectUsed(0);
        },
      ),
    ),
  ];
}

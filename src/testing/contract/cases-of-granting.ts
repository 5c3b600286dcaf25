import { defer, take } from 'rxjs';
import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** Who is granted, and when. */
export function casesOfGranting(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it('grants at once what fits', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 40 });
      trial.expectGranted('a', 'b');
      trial.expectUsed(100);
    }),
    it('answers each question once', { tokens: 100 }, async (trial) => {
      const told: string[] = [];
      await trial.act('somebody asks for 60 tokens', () =>
        // Two are one too many; of an endless answer more would never end.
        defer(() => trial.tracker.reserve({ tokens: 60 }))
          .pipe(take(2))
          .subscribe({
            next: () => told.push('granted'),
            error: () => told.push('refused'),
            complete: () => told.push('complete'),
          }),
      );
      await trial.wait(3 * trial.windowMs);
      trial.expect('what is told of one question', told, ['granted', 'complete']);
    }),
    it(
      'grants what does not fit when enough has left the window, and not before',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('b', { tokens: 60 });
        trial.expectGranted('a');
        await trial.waitUntilBefore('a');
        trial.expectGranted('a');
        await trial.waitUntilAfter('a');
        trial.expectGranted('a', 'b');
        trial.expectUsed(60);
      },
    ),
    it(
      'grants what costs nothing, and everything where there is no quota of its unit',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 100 });
        await trial.ask('b', { tokens: 0, usd: 1e9 });
        trial.expectGranted('a', 'b');
      },
    ),
  ];
}

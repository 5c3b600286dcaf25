import { defer } from 'rxjs';
import type { MakeCase } from './case-of.js';
import type { ContractCase } from './contract-case.js';

/** Who is granted, when, and in which order. */
export function casesOfGranting(it: MakeCase): readonly ContractCase[] {
  return [
    it('grants at once what fits', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 40 });
      trial.expectGranted('a', 'b');
      trial.expectUsed(100);
    }),
    it('answers each question once', { tokens: 100 }, async (trial) => {
      const told: string[] = [];
      defer(() => trial.tracker.reserve({ tokens: 60 })).subscribe({
        next: () => told.push('granted'),
        error: () => told.push('refused'),
        complete: () => told.push('complete'),
      });
      await trial.settleDown();
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
      'grants in the order of asking: nobody overtakes, though it would fit',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.ask('large', { tokens: 60 });
        await trial.ask('small', { tokens: 10 });
        trial.expectGranted('a');
        await trial.wait(trial.windowMs);
        await trial.settleDown();
        trial.expectGranted('a', 'large', 'small');
      },
    ),
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
      await trial.wait(trial.windowMs);
      await trial.settleDown();
      trial.expectGranted('a', 'b');
    }),
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
      'refuses at once what no window can ever hold, and charges nothing for it',
      { tokens: 100 },
      async (trial) => {
        trial.expect(
          'neverFits of the whole limit',
          trial.tracker.neverFits({ tokens: 100 }),
          undefined,
        );
        trial.expect(
          'neverFits of more, its code',
          trial.tracker.neverFits({ tokens: 101 })?.code,
          'QUOTA_EXCEEDED',
        );
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

import type { MakeCase } from './case-of.js';
import type { ContractCase } from './contract-case.js';

/** What a reservation becomes. */
export function casesOfSettling(it: MakeCase): readonly ContractCase[] {
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
      await trial.wait(trial.windowMs / 2);
      trial.expectUsed(0);
    }),
    it(
      'changes nothing by a settlement of what has left the window',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.wait(trial.windowMs);
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
      for (const name of ['a', 'b', 'c']) await trial.ask(name, { tokens: 20 });
      await trial.settle('a', { tokens: 10 });
      await trial.settle('a', { tokens: 30 });
      await trial.giveBack('a');
      await trial.giveBack('b');
      await trial.settle('b', { tokens: 30 });
      await trial.giveBack('b');
      trial.expectUsed(30);
    }),
    it(
      'holds what a reservation is revised to, and settles it as any other (where it can revise)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 80 });
        const reservation = trial.reservationOf('a');
        if (!reservation.revise) return;
        reservation.revise({ tokens: 30 });
        await trial.settleDown();
        trial.expectUsed(30);
        await trial.settle('a', { tokens: 50 });
        trial.expectUsed(50);
      },
    ),
  ];
}

import { map } from 'rxjs';
import type { Usage } from '../../index.js';
import { isSame } from '../marbles/is-same.js';
import type { MakeCase } from './case-of.js';
import type { ContractCase } from './contract-case.js';

/** What a tracker tells of itself, and what it takes. */
export function casesOfShowing(it: MakeCase): readonly ContractCase[] {
  return [
    it(
      'shows what is used, reserved and left of each quota',
      { requests: 5, tokens: 100 },
      async (trial) => {
        await trial.ask('a', { requests: 1, tokens: 60 });
        await trial.ask('b', { requests: 1, tokens: 30 });
        await trial.settle('b', { tokens: 20 });
        const shown = trial.tracker.quotas.map(({ unit, limit, windowMs, used, reserved, remaining }) => [unit, limit, windowMs, used, reserved, remaining]); // prettier-ignore
        trial.expect('unit, limit, windowMs, used, reserved, remaining', shown, [
          ['requests', 5, trial.windowMs, 2, 1, 3],
          ['tokens', 100, trial.windowMs, 80, 60, 20],
        ]);
      },
    ),
    it(
      'tells the latest on subscribing, then each change, also when usage leaves the window',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        const told: number[] = [];
        const watching = trial.tracker.quotas$
          .pipe(map(([tokens]) => tokens?.used ?? NaN))
          .subscribe((used) => told.push(used));
        await trial.settleDown();
        await trial.settle('a', { tokens: 20 });
        await trial.wait(trial.windowMs);
        await trial.settleDown();
        watching.unsubscribe();
        trial.expect('what is told of used', told, [60, 20, 0]);
      },
    ),
    it('shows no debt as room', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.settle('a', { tokens: 130 });
      trial.expect('what remains', trial.tracker.quotas[0]?.remaining, 0);
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
    it(
      'forecasts without a change, and waiting for as long is enough (where it forecasts)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.wait(trial.windowMs / 4);
        const before = trial.tracker.quotas;
        const forecast = trial.tracker.forecast?.({ tokens: 60 });
        if (!forecast) return;
        trial.expect('the quotas after it', isSame(trial.tracker.quotas, before), true);
        await trial.wait(forecast.waitMs);
        await trial.ask('b', { tokens: 60 });
        trial.expectGranted('a', 'b');
      },
    ),
    it(
      'closes its gate for all when the provider refuses, until the time that was told (where it has one)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 10 });
        const reservation = trial.reservationOf('a');
        if (!reservation.hear || !trial.tracker.gate) return;
        const retryAfterMs = trial.windowMs / 2;
        reservation.hear({ limits: [], retryAfterMs, shouldPause: true, retryable: true });
        await trial.ask('b', { tokens: 10 });
        trial.expect('the gate', trial.tracker.gate.status, 'closed');
        trial.expectGranted('a');
        await trial.wait(retryAfterMs);
        await trial.settleDown();
        trial.expectGranted('a', 'b');
      },
    ),
  ];
}

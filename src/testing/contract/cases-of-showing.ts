import { distinctUntilChanged, map } from 'rxjs';
import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What a tracker tells of its quotas. */
export function casesOfShowing(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
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
        const used$ = trial.tracker.quotas$.pipe(map(([tokens]) => tokens?.used ?? NaN));
        const watcher = used$.pipe(distinctUntilChanged()).subscribe((used) => told.push(used));
        await trial.clock.settleDown();
        await trial.settle('a', { tokens: 20 });
        await trial.waitForAWindow();
        watcher.unsubscribe();
        trial.expect('what is told of used', told, [60, 20, 0]);
      },
    ),
    it('shows no debt as room', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      await trial.settle('a', { tokens: 130 });
      trial.expect('what remains', trial.tracker.quotas[0]?.remaining, 0);
    }),
    it(
      'counts nothing any more at resetAt, and something until then (where it says)',
      { tokens: 100 },
      async (trial) => {
        const resetAt = () => trial.tracker.quotas[0]?.resetAt;
        trial.expect('resetAt when nothing is charged', resetAt(), undefined);
        await trial.ask('a', { tokens: 60 });
        await trial.wait(trial.windowMs / 4);
        await trial.ask('b', { tokens: 30 });
        const at = resetAt();
        // What is told is in the tracker's time, which not every subject tells.
        if (at === undefined || !trial.clock.isTrackers) return;
        const { lateMs, shortlyMs } = trial.clock;
        const leavesAt = trial.grantedAt('b') + trial.windowMs;
        trial.expectBetween('resetAt', at, leavesAt - lateMs, Math.ceil(leavesAt) + lateMs);
        await trial.waitUntil(at - shortlyMs);
        trial.expectUsed(30);
        await trial.waitUntil(at + trial.clock.slackMs);
        trial.expectUsed(0);
        trial.expect('resetAt when nothing is charged', resetAt(), undefined);
      },
    ),
    it(
      'sets no timer while nobody waits or watches, and none after close (where the subject tells)',
      { tokens: 100 },
      async (trial) => {
        const noTimers = () => trial.expect('how many timers are set', trial.clock.timers ?? 0, 0);
        await trial.ask('a', { tokens: 60 });
        noTimers();
        await trial.ask('b', { tokens: 60 });
        await trial.leave('b');
        noTimers();
        await trial.act('somebody watches the quotas, and leaves', () =>
          trial.tracker.quotas$.subscribe().unsubscribe(),
        );
        noTimers();
        await trial.ask('c', { tokens: 60 });
        await trial.act('close()', () => trial.tracker.close());
        noTimers();
      },
    ),
  ];
}

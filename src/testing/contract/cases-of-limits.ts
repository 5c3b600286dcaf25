import { BehaviorSubject, Subject } from 'rxjs';
import type { ContractCase } from './contract-case.js';
import { inTrial } from './case-of.js';
import type { RateTrackerSubject } from './subject.js';
import { quotaOf, type Trial } from './trial.js';

type TriedLimit = (trial: Trial, limit$: BehaviorSubject<number>) => Promise<void>;

/** Limits that change while calls wait, and the margin of a window. */
export function casesOfLimits(subject: RateTrackerSubject): readonly ContractCase[] {
  const itLive = (name: string, tried: TriedLimit): ContractCase => ({
    name,
    run: async () => {
      const limit$ = new BehaviorSubject(100);
      const quotas = [quotaOf(subject, 'tokens', limit$)];
      await inTrial(subject, quotas, (trial) => tried(trial, limit$));
    },
  });
  return [
    itLive('serves those who wait when a limit is raised, at once', async (trial, limit$) => {
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 60 });
      limit$.next(120);
      await trial.settleDown();
      trial.expectGranted('a', 'b');
    }),
    itLive('lets a lowered limit delay what follows', async (trial, limit$) => {
      await trial.ask('a', { tokens: 60 });
      limit$.next(70);
      await trial.ask('b', { tokens: 20 });
      trial.expectGranted('a');
      await trial.wait(trial.windowMs);
      await trial.settleDown();
      trial.expectGranted('a', 'b');
    }),
    itLive(
      'refuses who waits for what no longer fits into any window, and serves those behind',
      async (trial, limit$) => {
        await trial.ask('a', { tokens: 20 });
        await trial.ask('b', { tokens: 90 });
        await trial.ask('c', { tokens: 10 });
        limit$.next(50);
        await trial.settleDown();
        trial.expectRefused('b QUOTA_EXCEEDED');
        trial.expectGranted('a', 'c');
      },
    ),
    itLive(
      'tells of a limit that is not allowed, and keeps the last good one',
      async (trial, limit$) => {
        const faults: unknown[] = [];
        const watching = trial.tracker.faults$.subscribe((fault) => faults.push(fault));
        limit$.next(NaN);
        await trial.settleDown();
        watching.unsubscribe();
        trial.expect('how many faults are told', faults.length, 1);
        trial.expect('the limit', trial.tracker.quotas[0]?.limit, 100);
      },
    ),
    itLive('watches a limit no more when it is closed', async (trial, limit$) => {
      trial.tracker.close();
      trial.tracker.close();
      await trial.settleDown();
      trial.expect('whether the limit is watched', limit$.observed, false);
    }),
    unknownLimit(subject),
    margin(subject),
  ];
}

function unknownLimit(subject: RateTrackerSubject): ContractCase {
  return {
    name: 'lets nothing out until a limit is known',
    run: async () => {
      const limit$ = new Subject<number>();
      await inTrial(subject, [quotaOf(subject, 'tokens', limit$)], async (trial) => {
        await trial.ask('a', { tokens: 1 });
        trial.expectGranted();
        limit$.next(100);
        await trial.settleDown();
        trial.expectGranted('a');
      });
    },
  };
}

function margin(subject: RateTrackerSubject): ContractCase {
  return {
    name: 'grants nothing before the margin of a window has passed too',
    run: async () => {
      const marginMs = 10 + 5 * (subject.slackMs ?? 0);
      await inTrial(subject, [quotaOf(subject, 'tokens', 100, marginMs)], async (trial) => {
        await trial.ask('a', { tokens: 100 });
        await trial.ask('b', { tokens: 100 });
        await trial.wait(trial.windowMs);
        trial.expectGranted('a');
        await trial.wait(marginMs);
        await trial.settleDown();
        trial.expectGranted('a', 'b');
      });
    },
  };
}

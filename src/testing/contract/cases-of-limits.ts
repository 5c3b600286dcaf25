import { distinctUntilChanged, map, Subject } from 'rxjs';
import { inTrial, type Tried } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';
import type { Trial } from './trial.js';

/** A limit that lives while it is tried. */
interface TriedLimit {
  readonly limit$: Subject<number>;
  /** What the tracker tells of it. */
  readonly faults: readonly unknown[];
}

/** Limits that change while calls wait. */
export function casesOfLimits(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = (name: string, tried: (trial: Trial, limit: TriedLimit) => Promise<void>) => ({
    name,
    run: async () => {
      const limit$ = new Subject<number>();
      await inTrial(subject, [{ unit: 'tokens', limit: limit$ }], watching(limit$, tried));
    },
  });
  return [
    it('lets nothing out until a limit is known', async (trial, { limit$ }) => {
      await trial.ask('a', { tokens: 1 });
      trial.expectGranted();
      await change(trial, limit$, 100);
      trial.expectGranted('a');
    }),
    it('serves those who wait when a limit is raised, at once', async (trial, { limit$ }) => {
      await change(trial, limit$, 100);
      await trial.ask('a', { tokens: 60 });
      await trial.ask('b', { tokens: 60 });
      await change(trial, limit$, 120);
      trial.expectGranted('a', 'b');
    }),
    it('lets a lowered limit delay what follows', async (trial, { limit$ }) => {
      await change(trial, limit$, 100);
      await trial.ask('a', { tokens: 60 });
      await change(trial, limit$, 70);
      await trial.ask('b', { tokens: 20 });
      trial.expectGranted('a');
      await trial.waitForAWindow();
      trial.expectGranted('a', 'b');
    }),
    it('refuses who waits for what no longer fits into any window, and serves those behind', async (trial, {
      limit$,
    }) => {
      await change(trial, limit$, 100);
      await trial.ask('a', { tokens: 20 });
      await trial.ask('b', { tokens: 90 });
      await trial.ask('c', { tokens: 10 });
      await change(trial, limit$, 50);
      trial.expectRefused('b QUOTA_EXCEEDED');
      trial.expectGranted('a', 'c');
    }),
    it('tells of each change of a limit, though nothing is charged', async (trial, { limit$ }) => {
      await change(trial, limit$, 100);
      const told: unknown[] = [];
      const limits$ = trial.tracker.quotas$.pipe(map(([tokens]) => tokens?.limit));
      const watcher = limits$.pipe(distinctUntilChanged()).subscribe((limit) => told.push(limit));
      await change(trial, limit$, 120);
      await change(trial, limit$, 80);
      watcher.unsubscribe();
      trial.expect('what is told of the limit', told, [100, 120, 80]);
    }),
    it('tells of a limit that is not allowed, and keeps the last good one', async (trial, {
      limit$,
      faults,
    }) => {
      await change(trial, limit$, 100);
      await change(trial, limit$, NaN);
      trial.expect('how many faults are told', faults.length, 1);
      trial.expect('the limit', trial.tracker.quotas[0]?.limit, 100);
    }),
    it('tells of an error that ends the changes of a limit, and keeps the last good one', async (trial, {
      limit$,
      faults,
    }) => {
      await change(trial, limit$, 100);
      const error = new Error('no more limits');
      await trial.act('the limit fails', () => limit$.error(error));
      trial.expect('whether the error is told', faults.includes(error), true);
      trial.expect('the limit', trial.tracker.quotas[0]?.limit, 100);
      await trial.ask('a', { tokens: 100 });
      trial.expectGranted('a');
    }),
    it('watches a limit no more when it is closed, once or twice', async (trial, { limit$ }) => {
      trial.expect('whether the limit is watched', limit$.observed, true);
      await trial.act('close(), twice', () => {
        trial.tracker.close();
        trial.tracker.close();
      });
      trial.expect('whether the limit is watched', limit$.observed, false);
    }),
  ];
}

async function change(trial: Trial, limit$: Subject<number>, limit: number): Promise<void> {
  await trial.act(`the limit becomes ${limit}`, () => limit$.next(limit));
}

function watching(
  limit$: Subject<number>,
  tried: (trial: Trial, limit: TriedLimit) => Promise<void>,
): Tried {
  return async (trial) => {
    const faults: unknown[] = [];
    const watcher = trial.tracker.faults$.subscribe((fault) => faults.push(fault));
    await tried(trial, { limit$, faults });
    watcher.unsubscribe();
  };
}

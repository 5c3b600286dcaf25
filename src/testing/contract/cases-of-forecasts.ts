import { Subject } from 'rxjs';
import { caseMaker, inTrial } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What a tracker foresees, where it can say. */
export function casesOfForecasts(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it('forecasts no wait for what fits (where it forecasts)', { tokens: 100 }, async (trial) => {
      await trial.ask('a', { tokens: 60 });
      const forecast = trial.tracker.forecast?.({ tokens: 40 });
      if (!forecast) return;
      trial.expect('how long it waits', forecast.waitMs, 0);
      trial.expect('what it waits for', forecast.blockedBy, undefined);
      await trial.ask('b', { tokens: 40 });
      trial.expectGranted('a', 'b');
    }),
    it(
      'forecasts without a change; waiting for as long is enough, and 1 ms less is not (where it forecasts)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 60 });
        await trial.wait(trial.windowMs / 4);
        const before = trial.tracker.quotas;
        const forecast = trial.tracker.forecast?.({ tokens: 60 });
        if (!forecast) return;
        const { now, shortlyMs } = trial.clock;
        trial.expect('the quotas after it', trial.tracker.quotas, before);
        trial.expect('what it waits for', forecast.blockedBy, 'quota');
        trial.expectBetween('how long it waits', forecast.waitMs, 1, trial.windowMs);
        await trial.waitUntil(now + forecast.waitMs - shortlyMs);
        await trial.ask('b', { tokens: 60 });
        if (trial.clock.slackMs === 0) trial.expectGranted('a');
        await trial.waitUntil(now + forecast.waitMs);
        await trial.clock.settleDown();
        trial.expectGranted('a', 'b');
      },
    ),
    it(
      'forecasts for who comes behind others (where it forecasts)',
      { tokens: 100 },
      async (trial) => {
        const forecast = trial.tracker.forecast?.({ tokens: 60 }, { tokens: 60 });
        if (!forecast) return;
        trial.expect('what it waits for', forecast.blockedBy, 'quota');
        trial.expectBetween('how long it waits', forecast.waitMs, 1, trial.windowMs);
        await trial.ask('a', { tokens: 60 });
        await trial.ask('b', { tokens: 60 });
        await trial.waitUntilBefore('a');
        trial.expectGranted('a');
      },
    ),
    it(
      'forecasts no longer a wait behind others than there is (where it forecasts)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 20 });
        await trial.wait(trial.windowMs / 4);
        const fitting = trial.tracker.forecast?.({ tokens: 40 }, { tokens: 40 });
        const waiting = trial.tracker.forecast?.({ tokens: 40 }, { tokens: 50 });
        if (!fitting || !waiting) return;
        trial.expect('how long it waits where all fit', fitting.waitMs, 0);
        const { lateMs, passedMs } = trial.clock;
        const mostMs = trial.windowMs - passedMs + lateMs + trial.clock.slackMs;
        trial.expectBetween('how long it waits', waiting.waitMs, 1, mostMs);
      },
    ),
    it(
      'forecasts for a request that nobody counted as for one, ahead of it as for none (where it forecasts)',
      { requests: 2 },
      async (trial) => {
        await trial.ask('a', {});
        const fitting = trial.tracker.forecast?.({}, { tokens: 5 });
        if (!fitting) return;
        trial.expect('how long the second waits', fitting.waitMs, 0);
        await trial.ask('b', {});
        const third = trial.tracker.forecast?.({}).waitMs ?? 0;
        trial.expectBetween('how long the third waits', third, 1, trial.windowMs);
      },
    ),
    unknownLimit(subject),
  ];
}

function unknownLimit(subject: RateTrackerSubject): ContractCase {
  const limit = new Subject<number>();
  return {
    name: 'forecasts that a wait for a limit that nobody knows has no end (where it forecasts)',
    run: () =>
      inTrial(subject, [{ unit: 'tokens', limit }], async (trial) => {
        await trial.clock.settleDown();
        const forecast = trial.tracker.forecast?.({ tokens: 60 });
        if (forecast) trial.expect('how long it waits', forecast.waitMs, Infinity);
      }),
  };
}

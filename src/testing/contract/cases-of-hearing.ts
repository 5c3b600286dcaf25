import type { GateState, RateLimitReading } from '../../index.js';
import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';
import type { Trial } from './trial.js';

/** What a tracker learns from the provider, where it does. */
export function casesOfHearing(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it(
      'closes its gate for all when the provider refuses, until the time that was told (where it has one)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 10 });
        if (!trial.tracker.gate || !trial.reservationOf('a').hear) return;
        const closedAt = trial.clock.now;
        const retryAfterMs = trial.windowMs / 2;
        await hear(trial, 'a', refusal(retryAfterMs));
        await trial.ask('b', { tokens: 10 });
        trial.expect('the gate', trial.tracker.gate.status, 'closed');
        expectReopening(trial, closedAt + retryAfterMs);
        trial.expectGranted('a');
        await trial.waitUntil(closedAt + retryAfterMs - trial.clock.shortlyMs);
        trial.expectGranted('a');
        await trial.waitUntil(closedAt + retryAfterMs + trial.clock.slackMs);
        await trial.clock.settleDown();
        trial.expectGranted('a', 'b');
      },
    ),
    it(
      'tells how its gate stands on subscribing, then each change, also when its time is over (where it has one)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 10 });
        const { gate$ } = trial.tracker;
        if (!gate$ || !trial.reservationOf('a').hear) return;
        const told: GateState['status'][] = [];
        const watcher = gate$.subscribe(({ status }) => told.push(status));
        await trial.clock.settleDown();
        trial.expect('what is told of the gate', told, ['open']);
        await hear(trial, 'a', refusal(trial.windowMs / 2));
        trial.expect('what is told of the gate', told, ['open', 'closed']);
        await trial.wait(trial.windowMs / 2 + trial.clock.slackMs);
        trial.expect('whether it is told that its time is over', told.at(-1) !== 'closed', true);
        await trial.ask('b', { tokens: 10 });
        await hear(trial, 'b', LET_IN);
        watcher.unsubscribe();
        trial.expect('what is told of the gate at last', told.at(-1), 'open');
      },
    ),
    it(
      'forecasts the wait at its gate while that is closed (where it forecasts and has one)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 10 });
        if (!trial.tracker.gate || !trial.reservationOf('a').hear) return;
        const retryAfterMs = trial.windowMs / 2;
        await hear(trial, 'a', refusal(retryAfterMs));
        const forecast = trial.tracker.forecast?.({ tokens: 10 });
        if (!forecast) return;
        const leastMs = retryAfterMs - 2 * trial.clock.lateMs;
        trial.expect('what it waits for', forecast.blockedBy, 'gate');
        trial.expectBetween('how long it waits', forecast.waitMs, leastMs, retryAfterMs);
      },
    ),
    it(
      'keeps to a limit that the provider tells when it is the narrower one (where it hears)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 10 });
        if (!trial.reservationOf('a').hear) return;
        await hear(trial, 'a', narrower(trial.windowMs));
        await trial.ask('b', { tokens: 40 });
        await trial.ask('c', { tokens: 10 });
        trial.expectGranted('a', 'b');
        trial.expect('the limit', trial.tracker.quotas[0]?.limit, 50);
        await trial.waitForAWindow();
        trial.expectGranted('a', 'b', 'c');
      },
    ),
  ];
}

const LET_IN: RateLimitReading = {
  limits: [],
  retryAfterMs: null,
  shouldPause: false,
  retryable: false,
};

function refusal(retryAfterMs: number): RateLimitReading {
  return { limits: [], retryAfterMs, shouldPause: true, retryable: true };
}

function narrower(windowMs: number): RateLimitReading {
  const limit = { dim: 'tokens', limit: 50, remaining: 40, resetMs: null, windowMs };
  return { ...LET_IN, limits: [limit] };
}

/** What is told is in the tracker's time, which not every subject tells. */
function expectReopening(trial: Trial, at: number): void {
  const { isTrackers, lateMs } = trial.clock;
  if (!isTrackers) return;
  const reopensAt = trial.tracker.gate?.reopensAt ?? NaN;
  trial.expectBetween('when the gate reopens', reopensAt, at - lateMs, at + lateMs);
}

async function hear(trial: Trial, name: string, reading: RateLimitReading): Promise<void> {
  const answer = reading.shouldPause ? `refuses for ${reading.retryAfterMs} ms` : 'lets it in';
  await trial.act(`of ${name} the provider ${answer}`, () =>
    trial.reservationOf(name).hear?.(reading),
  );
}

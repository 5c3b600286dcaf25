import { caseMaker } from './case-of.js';
import type { ContractCase } from './contract-case.js';
import type { RateTrackerSubject } from './subject.js';

/** What may become of a reservation while its call is in flight: optional parts of the seam. */
export function casesOfFlight(subject: RateTrackerSubject): readonly ContractCase[] {
  const it = caseMaker(subject);
  return [
    it(
      'holds what a reservation is revised to, and settles it as any other (where it can revise)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 80 });
        const reservation = trial.reservationOf('a');
        if (!reservation.revise) return;
        await trial.act('a is revised to 30 tokens', () => reservation.revise?.({ tokens: 30 }));
        trial.expectUsed(30);
        trial.expect('the estimate', reservation.cost['tokens'], 80);
        await trial.settle('a', { tokens: 50 });
        trial.expectUsed(50);
      },
    ),
    it(
      'lets what is revised upward delay what follows, and downward free it (where it can revise)',
      { requests: 5, tokens: 100 },
      async (trial) => {
        await trial.ask('a', { requests: 2, tokens: 30 });
        const reservation = trial.reservationOf('a');
        if (!reservation.revise) return;
        await trial.act('a is revised to 80 tokens', () => reservation.revise?.({ tokens: 80 }));
        trial.expectUsed(2, 80);
        await trial.ask('b', { requests: 1, tokens: 30 });
        trial.expectGranted('a');
        await trial.act('a is revised to 10 tokens', () => reservation.revise?.({ tokens: 10 }));
        trial.expectGranted('a', 'b');
        trial.expectUsed(3, 40);
      },
    ),
    it(
      'counts a request from when it came to the provider (where it hears of that)',
      { tokens: 100 },
      async (trial) => {
        await trial.ask('a', { tokens: 100 });
        const reservation = trial.reservationOf('a');
        if (!reservation.arrived) return;
        await trial.ask('b', { tokens: 100 });
        await trial.wait(trial.windowMs / 4);
        const arrivedAt = trial.clock.now;
        await trial.act('a has just come to the provider', () => reservation.arrived?.(0));
        const laterMs = arrivedAt - trial.grantedAt('a');
        await trial.waitUntilBefore('a', laterMs);
        trial.expectGranted('a');
        await trial.waitUntilAfter('a', laterMs + trial.clock.slackMs);
        trial.expectGranted('a', 'b');
      },
    ),
  ];
}

import type { Simulation } from './simulation.js';
import type { Story } from './story.js';

const MINUTE_MS = 60_000;

/**
 * A call is let out: notes in all others that had to go first that they were overtaken. By priority; first in,
 * first out within a priority and a tenant.
 */
export function noteOvertaken(
  { id, priority, tenant }: Story,
  others: Iterable<Story>,
  { now: at, slack, meddling }: Simulation,
): void {
  // By then, those who wait have gained on higher priorities.
  if (at + slack.forwardMs >= MINUTE_MS) return;
  for (const other of others) {
    // When it is back after a step of clocks nobody knows.
    if (!slack.isExact && other.state === 'retrying') continue;
    const isSame = other.priority === priority && other.tenant === tenant;
    const isBefore = other.priority > priority || (isSame && other.id < id);
    // What came while this one was let out came after it.
    const isLate = other.waitsSince === at && meddling.isGoingOn;
    if (isBefore && !isLate && other.isQueuedFor(at)) other.overtaken ??= { by: id, at };
  }
}

import type { PriorityLevel } from './priority-level.js';

/**
 * What a `CallQueue` links: it holds its own place, so that queueing allocates nothing and leaving the
 * queue from the middle is O(1).
 */
export abstract class Queueable {
  /** Higher goes first. Any integer. */
  priority = 0;
  /** When it was queued, in ms. */
  queuedAt = 0;
  /** @internal */
  previous: Queueable | undefined = undefined;
  /** @internal */
  next: Queueable | undefined = undefined;
  /** @internal The level that it waits in; undefined while it is in no queue. */
  level: PriorityLevel | undefined = undefined;
}

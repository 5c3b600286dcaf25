import type { Usage } from '../usage/usage.js';

/**
 * What a `CallQueue` links: it holds its own place, so that queueing allocates nothing and leaving the
 * queue from the middle is O(1).
 */
export abstract class Queueable {
  /** Higher goes first. Any integer; not to be changed while it is queued. */
  priority = 0;
  /** Whose it is; calls without one are one tenant of their own. Not to be changed while it is queued. */
  tenant: string | undefined = undefined;
  /** What it counts for its tenant's share: a number > 0; 0 counts as 1. Not to be changed while it is queued. */
  size = 1;
  /** What it takes of each quota; `costOf`, where there is one, is asked instead. */
  cost: Usage | undefined = undefined;
  /** When it was queued, in ms. */
  queuedAt = 0;
  /** @internal Its place in the order of arrival. */
  order = 0;
  /** @internal Whether it was put back since it was queued last. */
  isBack = false;
  /** @internal */
  previous: Queueable | undefined = undefined;
  /** @internal */
  next: Queueable | undefined = undefined;
  /** @internal The line of a queue that it waits in; undefined while it is in none. */
  line: object | undefined = undefined;

  /** Whether it is in a queue now. */
  get isQueued(): boolean {
    return this.line !== undefined;
  }
}

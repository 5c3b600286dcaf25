import type { CallTimeouts, LLMService, RetryOptions } from '../../src/index.js';
import type { Book } from './book.js';
import type { HeldResources } from './held-resources.js';
import type { LiveLimit } from './live-limit.js';
import type { Simulation } from './simulation.js';

/** How one service treats its calls. */
export interface Temper {
  readonly retry: Required<Pick<RetryOptions, 'share' | 'atLeast' | 'maxAttempts'>> & RetryOptions;
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** The times of calls that say nothing else. */
  readonly defaults: CallTimeouts;
}

/** What a station is made of. */
export interface StationParts extends Temper {
  readonly run: Simulation;
  /** Its place among all. */
  readonly index: number;
  readonly service: LLMService<number, string>;
  readonly bound: LiveLimit;
  /** One for each of its quotas. */
  readonly books: readonly Book[];
  readonly resources: HeldResources;
  readonly sharesTracker: boolean;
  /** Tells what must not be. */
  readonly problem: (what: string) => void;
}

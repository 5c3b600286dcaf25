import type { BehaviorSubject } from 'rxjs';
import type { CallTimeouts, LLMService, RetryOptions } from '../../src/index.js';
import type { Book } from './book.js';
import type { Simulation } from './simulation.js';

/** How one service treats its calls. */
export interface Temper {
  readonly retry: RetryOptions & { readonly share: number; readonly atLeast: number };
  readonly queueLimit: number;
  readonly whenQueueFull: 'refuse' | 'drop-oldest';
  /** The times of calls that say nothing else. */
  readonly defaults: CallTimeouts;
}

/** What a station is made of. */
export interface StationParts extends Temper {
  readonly run: Simulation;
  readonly service: LLMService<number, string>;
  readonly bound$: BehaviorSubject<number>;
  /** One for each of its quotas. */
  readonly books: readonly Book[];
  readonly sharesTracker: boolean;
  /** Tells what must not be. */
  readonly problem: (what: string) => void;
}

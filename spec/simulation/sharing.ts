import { InMemoryRateTracker, type LLMServiceOptions, sharedQuota } from '../../src/index.js';
import type { Book } from './book.js';
import { keepBooks } from './keep-books.js';
import { booksOf, type Counted, countedQuota, quotasOf } from './quotas.js';
import type { Simulation } from './simulation.js';

/** What limits one station. */
export interface Limits {
  readonly options: Partial<LLMServiceOptions>;
  /** One for each of its quotas. */
  readonly books: readonly Book[];
  readonly sharesTracker: boolean;
}

/** What the stations of a run have in common: one quota, all that is counted, or nothing. */
export class Sharing {
  private readonly shared: 'quota' | 'tracker' | 'nothing';
  private readonly counted: readonly Counted[];
  private readonly tracker: InMemoryRateTracker;
  private readonly pool: Counted;

  constructor(private readonly run: Simulation) {
    this.shared = run.pick(['quota', 'tracker', 'nothing']);
    this.counted = [countedQuota(run, 'tokens', 300), countedQuota(run, 'requests', 12)];
    this.tracker = new InMemoryRateTracker({
      quotas: quotasOf(this.counted),
      scheduler: run.scheduler,
      gate: { random: () => run.draw() },
    });
    const [tokens] = this.counted;
    this.pool = { ...tokens!, quota: sharedQuota(tokens!.quota) };
    if (this.shared === 'tracker') keepBooks(this.tracker, booksOf(this.counted));
  }

  /** Those of one more station. */
  limits(): Limits {
    const { run, shared, pool } = this;
    const own = [countedQuota(run, 'tokens', 200), countedQuota(run, 'requests', 9)];
    if (shared === 'tracker')
      return {
        options: { rateTracker: this.tracker },
        books: booksOf(this.counted),
        sharesTracker: true,
      };
    const its = shared === 'quota' ? [pool, own[1]!] : own;
    return { options: { quotas: quotasOf(its) }, books: booksOf(its), sharesTracker: false };
  }
}

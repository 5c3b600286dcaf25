import { InMemoryRateTracker, type LLMServiceOptions, sharedQuota } from '../../src/index.js';
import type { Book } from './book.js';
import { keepBooks } from './keep-books.js';
import { FaultyProvider } from './provider.js';
import { booksOf, type Counted, countedQuota, quotasOf } from './quotas.js';
import type { Simulation } from './simulation.js';

/** The longest that anything is waited for which a provider has refused, in ms. */
export const LONGEST_REFUSAL_MS = 3_000;
export const LONGEST_BACK_OFF_MS = 2_000;

/** What limits one station. */
export interface Limits {
  readonly options: Partial<LLMServiceOptions>;
  /** One for each of its quotas. */
  readonly books: readonly Book[];
  readonly sharesTracker: boolean;
  /** Undefined where work is anything. */
  readonly provider: FaultyProvider | undefined;
}

/** What the stations of a run have in common: one quota, all that is counted, or nothing. */
export class Sharing {
  private readonly shared: 'quota' | 'tracker' | 'nothing';
  private readonly counted: readonly Counted[];
  private readonly tracker: InMemoryRateTracker;
  private readonly pool: Counted;
  private readonly provider: FaultyProvider | undefined;

  constructor(private readonly run: Simulation) {
    this.shared = run.pick(['quota', 'tracker', 'nothing']);
    this.counted = [countedQuota(run, 'tokens', 300), countedQuota(run, 'requests', 12)];
    this.tracker = new InMemoryRateTracker({
      quotas: quotasOf(this.counted),
      scheduler: run.scheduler,
      gate: {
        baseMs: 200,
        maxMs: LONGEST_BACK_OFF_MS,
        maxRetryAfterMs: LONGEST_REFUSAL_MS,
        random: () => run.draw(),
      },
    });
    const [tokens] = this.counted;
    this.pool = { ...tokens!, quota: sharedQuota(tokens!.quota) };
    if (this.shared === 'tracker') this.keepBooks();
    // Where requests are each one's own, the provider of all does not count them.
    const isAll = this.shared === 'tracker';
    if (this.shared !== 'nothing') this.provider = this.providerOf(300, isAll ? 12 : undefined);
  }

  /** Those of one more station. */
  limits(): Limits {
    const { run, shared, pool, provider } = this;
    if (shared === 'tracker') {
      const options = { rateTracker: this.tracker };
      return { options, books: booksOf(this.counted), sharesTracker: true, provider };
    }
    const own = [countedQuota(run, 'tokens', 200), countedQuota(run, 'requests', 9)];
    const its = shared === 'quota' ? [pool, own[1]!] : own;
    return {
      options: { quotas: quotasOf(its) },
      books: booksOf(its),
      sharesTracker: false,
      provider: provider ?? this.providerOf(200, 9),
    };
  }

  get isShared(): boolean {
    return this.shared !== 'nothing';
  }

  /** Gives back what no service does. */
  close(): void {
    this.tracker.close();
  }

  private keepBooks(): void {
    this.run.plant.tracker?.(this.tracker, this.run);
    keepBooks(this.run, this.tracker, booksOf(this.counted));
  }

  private providerOf(tokens: number, requests: number | undefined): FaultyProvider | undefined {
    const { run } = this;
    if (!run.features.has('provider')) return undefined;
    const provider = new FaultyProvider(run, {
      tokensPerWindow: tokens * run.scale,
      ...(requests && { requestsPerWindow: requests * run.scale }),
    });
    run.providers.push(provider);
    return provider;
  }
}

import { FairShares } from './fair-shares.js';
import { Line, chargeOf, type WeightOf } from './line.js';
import type { Queueable } from './queueable.js';

/** While it waits this long, a call gains as much as one priority level gives: one usual window. */
export const AGEING_MS = 60_000;

/** Who knows whose call was let out last. */
export interface Served {
  wasLast(tenant: string | undefined): boolean;
}

/** All that is queued with one priority: a line for each tenant. */
export class PriorityLevel {
  /**
   * The lower, the sooner. Time and priority weigh against each other at a fixed rate, so what waits
   * gains on what comes later and nothing starves, yet the key of a waiting call never changes.
   */
  key = Infinity;
  /** Its place in the heap of levels by key. */
  keyPlace = -1;
  /** Its place in the heap of levels by priority. */
  priorityPlace = -1;
  /** Used while one tenant is alone, as is usual: nothing needs to be shared then. */
  private readonly only = new Line(this, undefined);
  /** From when a second tenant comes until the level is empty. */
  private shares: FairShares | undefined = undefined;

  constructor(
    readonly queue: Served,
    public priority: number,
  ) {}

  /** The next to go. */
  get first(): Queueable | undefined {
    return this.shares ? this.shares.next?.first : this.only.first;
  }

  /** What has waited longest. */
  get oldest(): Queueable | undefined {
    return this.shares ? this.shares.oldest?.first : this.only.first;
  }

  /** How many are queued. */
  get queued(): number {
    return (this.shares ?? this.only).queued;
  }

  /** The sum of their sizes. */
  get size(): number {
    return (this.shares ?? this.only).size;
  }

  /** Those that are not empty. */
  get lines(): Iterable<Line> {
    if (this.shares) return this.shares;
    const { only } = this;
    only.turn = this.queue.wasLast(only.tenant) ? 1 : -1;
    return only.first ? [only] : [];
  }

  /** To be told when the oldest is another, if there are levels to compare it with; never when it is empty. */
  updateKey(): void {
    this.key = (this.oldest as Queueable).queuedAt - this.priority * AGEING_MS;
  }

  /** From where a tenant's line goes on, in virtual time. */
  startOf(tenant: string | undefined): number {
    return this.shares?.startOf(tenant) ?? 0;
  }

  append(item: Queueable, weightOf: WeightOf): void {
    const line = this.lineFor(item.tenant, weightOf);
    line.append(item);
    this.shares?.joined(line, item);
  }

  /** Queues by order of arrival within its line. */
  insert(item: Queueable, weightOf: WeightOf): void {
    const line = this.lineFor(item.tenant, weightOf);
    line.insert(item);
    this.shares?.joined(line, item);
  }

  remove(item: Queueable): void {
    const line = item.line as Line;
    line.remove(item);
    if (!this.shares) return;
    if (this.shares.queued > 1) this.shares.left(line, item);
    // When all have left, the next to come are equals again.
    else this.shares = undefined;
  }

  /** Counts the item, which is about to leave, as its tenant's. */
  charge(item: Queueable): void {
    this.shares?.charge(item.line as Line, chargeOf(item));
  }

  private lineFor(tenant: string | undefined, weightOf: WeightOf): Line {
    const { only, shares } = this;
    if (shares) return shares.lineFor(tenant, weightOf);
    if (!only.first) {
      only.weight = weightOf(tenant);
      only.tenant = tenant;
      only.start = 0;
    } else if (only.tenant !== tenant) {
      this.shares = new FairShares(only, this.queue.wasLast(only.tenant));
      return this.shares.lineFor(tenant, weightOf);
    }
    return only;
  }
}

import { type Ahead, aheadOf, type Coming } from './ahead.js';
import type { IndexedHeap } from '../heap/indexed-heap.js';
import { levelsByKey, levelsByPriority } from './level-heaps.js';
import type { Line, WeightOf } from './line.js';
import { PriorityLevel } from './priority-level.js';
import type { Queueable } from './queueable.js';

/** How many are queued of one priority and one tenant. */
export interface QueuedLine {
  readonly priority: number;
  readonly tenant: string | undefined;
  readonly queued: number;
}

/**
 * The queue as a plain data structure: ordered by priority, shared between tenants within one, first in,
 * first out for each of them, and removable.
 *
 * It knows no clock; who queues says when. What waits for `AGEING_MS` (60 s) weighs as much as what comes
 * then with the next higher priority, so nothing starves. Within a priority each tenant gets a share, by its
 * weight, of the sizes that are let out; an idle one's share goes to the others, and it has no credit when it
 * comes back. Appending and taking are O(log p + log t) for p priorities and t tenants in use, as is leaving
 * for the first of a line; leaving from the middle is O(1), and what left is not kept.
 *
 * @example
 * const queue = new CallQueue<Call>((tenant) => (tenant === 'paying' ? 3 : 1));
 * queue.push(call, clock.now());
 * queue.first === call; // true
 * queue.take(call); // let out; or queue.remove(call): cancelled
 */
export class CallQueue<T extends Queueable> implements Iterable<T> {
  private readonly levels = new Map<number, PriorityLevel>();
  private readonly byKey = levelsByKey();
  /** Made when it is asked for first. */
  private byPriority: IndexedHeap<PriorityLevel> | undefined;
  private count = 0;
  private lastOrder = 0;
  private lastTenant: string | undefined;
  private hasLast = false;

  /**
   * `weightOf` says how much of the shares a tenant gets, next to the others: a number > 0, by default 1. It is
   * read when a line opens, that is when a tenant that has none queued of a priority queues one; what it
   * throws leaves the queue as it was.
   */
  constructor(private readonly weightOf: WeightOf = () => 1) {}

  /** How many are queued. */
  get size(): number {
    return this.count;
  }

  /** The next to go. */
  get first(): T | undefined {
    return this.byKey.top?.first as T | undefined;
  }

  /** The oldest of the lowest priority, whatever its tenant: the last that one would miss. */
  get lowest(): T | undefined {
    this.byPriority ??= this.sortByPriority();
    return this.byPriority.top?.oldest as T | undefined;
  }

  /** Queues the item behind all of its priority and tenant; one that is queued already stays where it is. */
  push(item: T, now: number): void {
    if (item.line) return;
    item.queuedAt = now;
    item.order = ++this.lastOrder;
    const level = this.levelFor(item);
    level.append(item, this.weightOf);
    this.joined(level, item);
  }

  /**
   * Queues an item that was taken out again, where it would stand had it stayed: first of its line. What its
   * tenant was charged for it stays charged: it will be let out, and take of the quotas, once more.
   */
  putBack(item: T): void {
    if (item.line) return;
    const level = this.levelFor(item);
    level.insert(item, this.weightOf);
    this.joined(level, item);
  }

  /** Cancels the item, wherever it stands, and charges nobody; false when it is not queued. */
  remove(item: T): boolean {
    const level = this.levelOf(item);
    if (!level) return false;
    this.leave(level, item);
    return true;
  }

  /** Lets the item out, wherever it stands, and counts its size as its tenant's; false when it is not queued. */
  take(item: T): boolean {
    const level = this.levelOf(item);
    if (!level) return false;
    level.charge(item);
    this.leave(level, item);
    this.lastTenant = item.tenant;
    this.hasLast = true;
    return true;
  }

  /** Nothing that was let out is in flight any more: those who come next are equals. */
  rest(): void {
    this.hasLast = false;
  }

  /** @internal Whether the call that was let out last was the tenant's, since the last rest. */
  wasLast(tenant: string | undefined): boolean {
    return this.hasLast && this.lastTenant === tenant;
  }

  /**
   * What would go before such a call if it were pushed now, in O(p + t): all of higher priorities and of its own
   * line, and of each other line what the weights give that while these go. Optimistic: lower priorities that
   * have waited long enough to go first are not counted, nor what is yet to come.
   */
  ahead(coming: Coming): Ahead {
    return aheadOf(coming, this.levels.values(), this.weightOf);
  }

  /** How many are queued of each priority and tenant; none that has nothing queued. */
  *lines(): Generator<QueuedLine> {
    for (const { priority, lines } of this.levels.values()) {
      for (const { tenant, queued } of lines) yield { priority, tenant, queued };
    }
  }

  /** All that are queued, priority by priority and tenant by tenant, each of these in the order of arrival. */
  *[Symbol.iterator](): Generator<T> {
    for (const { lines } of this.levels.values()) {
      for (const line of lines) {
        for (let item = line.first; item; item = item.next) yield item as T;
      }
    }
  }

  private levelOf(item: T): PriorityLevel | undefined {
    const level = (item.line as Line | undefined)?.level as PriorityLevel | undefined;
    return level?.queue === this ? level : undefined;
  }

  private levelFor({ priority }: T): PriorityLevel {
    const { top } = this.byKey;
    return top?.priority === priority ? top : this.otherLevel(priority);
  }

  private otherLevel(priority: number): PriorityLevel {
    return this.levels.get(priority) ?? this.spare(priority) ?? new PriorityLevel(this, priority);
  }

  /** The level that was kept when the queue became empty. */
  private spare(priority: number): PriorityLevel | undefined {
    if (this.count > 0) return undefined;
    const [level] = this.levels.values();
    if (!level) return undefined;
    this.levels.delete(level.priority);
    this.levels.set(priority, level);
    level.priority = priority;
    return level;
  }

  private joined(level: PriorityLevel, item: T): void {
    this.count += 1;
    if (level.keyPlace < 0) this.open(level);
    else if (level.oldest === item) this.moved(level);
  }

  private leave(level: PriorityLevel, item: T): void {
    const wasOldest = level.oldest === item;
    level.remove(item);
    this.count -= 1;
    if (!level.oldest) this.shut(level);
    else if (wasOldest) this.moved(level);
  }

  /** An only level needs no key. */
  private moved(level: PriorityLevel): void {
    if (this.byKey.size === 1) return;
    level.updateKey();
    this.byKey.moved(level);
  }

  private open(level: PriorityLevel): void {
    this.levels.set(level.priority, level);
    this.byKey.top?.updateKey();
    level.updateKey();
    this.byKey.add(level);
    this.byPriority?.add(level);
  }

  /** An empty level is not kept, unless it is the only one: most queues have just one, and it is often empty. */
  private shut(level: PriorityLevel): void {
    if (this.levels.size === 1) return;
    this.levels.delete(level.priority);
    this.byKey.remove(level);
    this.byPriority?.remove(level);
  }

  private sortByPriority(): IndexedHeap<PriorityLevel> {
    const heap = levelsByPriority();
    for (const level of this.levels.values()) heap.add(level);
    return heap;
  }
}

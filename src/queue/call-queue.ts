import { LevelHeap } from './level-heap.js';
import { PriorityLevel } from './priority-level.js';
import type { Queueable } from './queueable.js';

/**
 * The queue as a plain data structure: ordered by priority, first in, first out within one, and removable.
 *
 * It knows no clock; who queues says when. What waits for `AGEING_MS` (60 s) weighs as much as what comes
 * then with the next higher priority, so nothing starves. Appending and taking are O(log p) for p
 * priorities in use, leaving from the middle is O(1) (O(log p) for the first of a level), and what left
 * is not kept.
 *
 * @example
 * const queue = new CallQueue<Call>();
 * queue.push(call, clock.now());
 * queue.first === call; // true
 * queue.remove(call);
 */
export class CallQueue<T extends Queueable> implements Iterable<T> {
  private readonly levels = new Map<number, PriorityLevel>();
  private readonly heap = new LevelHeap();
  private count = 0;
  private lastOrder = 0;

  /** How many are queued. */
  get size(): number {
    return this.count;
  }

  /** The next to go. */
  get first(): T | undefined {
    return this.heap.top?.first as T | undefined;
  }

  /** Queues the item behind all of its priority; one that is queued already stays where it is. */
  push(item: T, now: number): void {
    if (item.level) return;
    item.queuedAt = now;
    item.order = ++this.lastOrder;
    this.count += 1;
    const level = this.levelOf(item);
    const isFirst = !level.first;
    level.append(item);
    if (isFirst) this.heap.rise(level);
  }

  /** Queues an item that was taken out again, where it would stand had it stayed: first of its priority. */
  putBack(item: T): void {
    if (item.level) return;
    this.count += 1;
    const level = this.levelOf(item);
    level.insert(item);
    this.heap.rise(level);
  }

  /** Takes the item out, wherever it stands; false when it is not queued. */
  remove(item: T): boolean {
    const level = this.levels.get(item.priority);
    if (!level || item.level !== level) return false;
    const wasFirst = level.first === item;
    level.remove(item);
    this.count -= 1;
    if (!level.first) this.shut(level);
    else if (wasFirst) this.heap.sink(level);
    return true;
  }

  /** All that are queued, priority by priority; the order between priorities is that of their opening. */
  *[Symbol.iterator](): Generator<T> {
    for (const level of this.levels.values()) {
      for (let item = level.first; item; item = item.next) yield item as T;
    }
  }

  private levelOf({ priority }: T): PriorityLevel {
    const known = this.levels.get(priority);
    if (known) return known;
    const level = new PriorityLevel(priority);
    this.levels.set(priority, level);
    this.heap.add(level);
    return level;
  }

  /** An empty level is not kept, unless it is the only one: most queues have just one, and it is often empty. */
  private shut(level: PriorityLevel): void {
    if (this.levels.size === 1) return;
    this.levels.delete(level.priority);
    this.heap.remove(level);
  }
}

import type { Queueable } from './queueable.js';

/** While it waits this long, a call gains as much as one priority level gives: one usual window. */
export const AGEING_MS = 60_000;

/** All that is queued with one priority: a doubly linked list, first in, first out. */
export class PriorityLevel {
  first: Queueable | undefined = undefined;
  last: Queueable | undefined = undefined;
  /** Its place in the heap of levels. */
  heapIndex = -1;

  constructor(readonly priority: number) {}

  /**
   * The lower, the sooner. Time and priority weigh against each other at a fixed rate, so what waits
   * gains on what comes later and nothing starves, yet the key of a waiting call never changes.
   */
  get key(): number {
    return (this.first?.queuedAt ?? Infinity) - this.priority * AGEING_MS;
  }

  append(item: Queueable): void {
    item.level = this;
    item.previous = this.last;
    if (this.last) this.last.next = item;
    else this.first = item;
    this.last = item;
  }

  /** Queues by order of arrival: behind those that came before it, which are few or none. */
  insert(item: Queueable): void {
    let next = this.first;
    while (next && next.order < item.order) next = next.next;
    if (!next) {
      this.append(item);
      return;
    }
    item.level = this;
    item.next = next;
    item.previous = next.previous;
    if (next.previous) next.previous.next = item;
    else this.first = item;
    next.previous = item;
  }

  remove(item: Queueable): void {
    if (item.previous) item.previous.next = item.next;
    else this.first = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.last = item.previous;
    item.previous = item.next = item.level = undefined;
  }
}

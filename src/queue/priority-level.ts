import type { Queueable } from './queueable.js';

/** While it waits this long, a call gains as much as one priority level gives: one usual window. */
export const AGEING_MS = 60_000;

/** All that is queued with one priority: a doubly linked list, first in, first out. */
export class PriorityLevel {
  first: Queueable | undefined = undefined;
  last: Queueable | undefined = undefined;
  /** Those that were put back, by order of arrival. */
  private readonly back: Queueable[] = [];
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
    item.isBack = false;
    this.link(item, this.last);
  }

  /** Queues by order of arrival, behind those that came before it. */
  insert(item: Queueable): void {
    const place = this.placeOf(item);
    let previous = this.back[place - 1];
    let next = previous ? previous.next : this.first;
    // Of those that were never let out, few or none came before it.
    while (next && next.order < item.order) {
      previous = next;
      next = next.next;
    }
    item.isBack = true;
    this.back.splice(place, 0, item);
    this.link(item, previous);
  }

  remove(item: Queueable): void {
    if (item.isBack) this.back.splice(this.placeOf(item), 1);
    if (item.previous) item.previous.next = item.next;
    else this.first = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.last = item.previous;
    item.previous = item.next = item.level = undefined;
  }

  /** Behind the previous one; before all where there is none. */
  private link(item: Queueable, previous: Queueable | undefined): void {
    const next = previous ? previous.next : this.first;
    item.level = this;
    item.previous = previous;
    item.next = next;
    if (previous) previous.next = item;
    else this.first = item;
    if (next) next.previous = item;
    else this.last = item;
  }

  /** How many of those that were put back came before it: a binary search, as 10,000 may fail at once. */
  private placeOf({ order }: Queueable): number {
    let low = 0;
    let high = this.back.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.back[middle]?.order ?? Infinity) < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

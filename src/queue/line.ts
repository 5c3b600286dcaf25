import type { Queueable } from './queueable.js';

/** How much of the shares a tenant gets, next to the others. */
export type WeightOf = (tenant: string | undefined) => number;

/** What an item counts for its tenant's share. */
export function chargeOf({ size }: { readonly size: number }): number {
  return size > 0 ? size : 1;
}

/** Shared by all lines that nothing was put back into, which are most; never written to. */
const NONE: Queueable[] = [];

/** All that one tenant has queued with one priority: a doubly linked list, first in, first out. */
export class Line {
  first: Queueable | undefined = undefined;
  last: Queueable | undefined = undefined;
  /** How many are in it. */
  queued = 0;
  /** The sum of their sizes. */
  size = 0;
  /** The virtual time at which the tenant has had its share of all that was let out before. */
  start = 0;
  /** When it was served last, or, below 0, opened: tells lines with the same start apart. */
  turn = 0;
  /** Its place in a heap of lines by start: of those that wait, or of those that are idle. */
  startPlace = -1;
  /** Its place in the heap of lines by age. */
  agePlace = -1;
  weight = 1;
  /** Those that were put back, by order of arrival. */
  private back = NONE;

  constructor(
    readonly level: object,
    public tenant: string | undefined,
  ) {}

  append(item: Queueable): void {
    item.isBack = false;
    this.link(item, this.last, undefined);
  }

  /** Queues by order of arrival, behind those that came before it. */
  insert(item: Queueable): void {
    if (this.back === NONE) this.back = [];
    const place = placeIn(this.back, item);
    let previous = this.back[place - 1];
    let next = previous ? previous.next : this.first;
    // Of those that were never let out, few or none came before it.
    while (next && next.order < item.order) {
      previous = next;
      next = next.next;
    }
    item.isBack = true;
    this.back.splice(place, 0, item);
    this.link(item, previous, next);
  }

  remove(item: Queueable): void {
    if (item.isBack) this.back.splice(placeIn(this.back, item), 1);
    if (item.previous) item.previous.next = item.next;
    else this.first = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.last = item.previous;
    item.previous = item.next = item.line = undefined;
    this.queued -= 1;
    // What rounding may have left over does not stay.
    this.size = this.first ? this.size - chargeOf(item) : 0;
  }

  private link(
    item: Queueable,
    previous: Queueable | undefined,
    next: Queueable | undefined,
  ): void {
    item.line = this;
    item.previous = previous;
    item.next = next;
    if (previous) previous.next = item;
    else this.first = item;
    if (next) next.previous = item;
    else this.last = item;
    this.queued += 1;
    this.size += chargeOf(item);
  }
}

/** How many of those that were put back came before it: a binary search, as 10,000 may fail at once. */
function placeIn(back: readonly Queueable[], { order }: Queueable): number {
  let low = 0;
  let high = back.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((back[middle] as Queueable).order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

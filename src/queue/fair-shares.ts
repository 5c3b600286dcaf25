import { Line, chargeOf, type WeightOf } from './line.js';
import { linesByAge, linesByStart } from './line-heaps.js';
import type { Queueable } from './queueable.js';

/** Added to the turn of a line that has only been opened, so that it comes before all that were served. */
const OPENED = 2 ** 52;

/**
 * Whose turn it is among the lines of one priority: each gets its share of the sizes that are let out, by
 * weight, as in stride scheduling (Waldspurger 1995) and weighted fair queueing.
 *
 * What a tenant has had moves the start of its line, and the lowest start goes next. The virtual time moves
 * with all that is let out. A line opens there, not at 0: who was idle has no credit, and however many new
 * tenants come, they line up behind one that waits. Who went idle with more than its share is remembered
 * until the virtual time has made up for it.
 */
export class FairShares {
  /** How many are queued in all lines. */
  queued = 0;
  /** The sum of their sizes. */
  size = 0;
  private readonly lines = new Map<string | undefined, Line>();
  private readonly due = linesByStart();
  private readonly byAge = linesByAge();
  /** Empty lines that have had more than their share. */
  private readonly idle = linesByStart();
  private readonly level: object;
  private virtualTime = 0;
  /** The sum of the weights of all that wait. */
  private weight = 0;
  private turns = 0;

  /**
   * As long as a tenant was alone there was nothing to share: it begins anew, as does virtual time. But if it
   * was served last, it is the other's turn.
   */
  constructor(only: Line, wasServed: boolean) {
    only.start = 0;
    this.level = only.level;
    this.queued = only.queued;
    this.size = only.size;
    this.lines.set(only.tenant, only);
    this.open(only);
    if (wasServed) only.turn = ++this.turns;
  }

  /** The line whose first goes next. */
  get next(): Line | undefined {
    return this.due.top;
  }

  /** The line whose first has waited longest. */
  get oldest(): Line | undefined {
    return this.byAge.top;
  }

  /** From where such a tenant's line goes on, or would. */
  startOf(tenant: string | undefined): number {
    const line = this.lines.get(tenant);
    return line?.first ? line.start : Math.max(line?.start ?? 0, this.virtualTime);
  }

  /** The tenant's line: the one that waits, else the one that is remembered, else a new one. */
  lineFor(tenant: string | undefined, weightOf: WeightOf): Line {
    const known = this.lines.get(tenant);
    if (known?.first) return known;
    const weight = weightOf(tenant);
    const line = known ?? new Line(this.level, tenant);
    line.weight = weight;
    this.lines.set(tenant, line);
    return line;
  }

  *[Symbol.iterator](): Generator<Line> {
    for (const line of this.lines.values()) if (line.first) yield line;
  }

  /** To be told after the item has joined the line. */
  joined(line: Line, item: Queueable): void {
    this.queued += 1;
    this.size += chargeOf(item);
    if (line.queued === 1) this.open(line);
    else if (line.first === item) this.byAge.moved(line);
  }

  /** To be told after the item has left the line. */
  left(line: Line, item: Queueable): void {
    this.queued -= 1;
    this.size -= chargeOf(item);
    if (line.first) this.byAge.moved(line);
    else this.shut(line);
  }

  /** To be told before what is let out leaves the line. */
  charge(line: Line, size: number): void {
    // Beside an immense weight that was in the sum, the others may have been lost by rounding.
    const weight = Math.max(this.weight, line.weight);
    this.virtualTime = Math.max(this.virtualTime + size / weight, line.start);
    line.start += size / line.weight;
    line.turn = ++this.turns;
    this.due.moved(line);
    this.forgetPaid();
  }

  private open(line: Line): void {
    this.idle.remove(line);
    line.start = Math.max(line.start, this.virtualTime);
    line.turn = ++this.turns - OPENED;
    this.weight += line.weight;
    this.due.add(line);
    this.byAge.add(line);
  }

  private shut(line: Line): void {
    this.due.remove(line);
    this.byAge.remove(line);
    this.weight -= line.weight;
    if (line.start > this.virtualTime) this.idle.add(line);
    else this.lines.delete(line.tenant);
  }

  /** An idle line whose debt is paid is as good as a new one. */
  private forgetPaid(): void {
    for (let line = this.idle.top; line; line = this.idle.top) {
      if (line.start > this.virtualTime) return;
      this.idle.remove(line);
      this.lines.delete(line.tenant);
    }
  }
}

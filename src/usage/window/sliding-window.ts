import { ChargeLog, type WindowEntry } from './charge-log.js';
import type { UsageWindow } from './usage-window.js';

/**
 * A sliding window: what was charged counts for `lengthMs`, and then no more.
 *
 * @example
 * const window = new SlidingWindow(60_000);
 * window.charge(800, 0);
 * window.waitUntilAtMost(0, 1_000); // 59_000
 */
export class SlidingWindow extends ChargeLog implements UsageWindow<WindowEntry> {
  /** Moves an amount from where it was charged to `ms` later, but not past `now`. */
  delay(entry: WindowEntry, amount: number, ms: number, now: number): WindowEntry {
    this.total(now);
    if (entry.hasLeft) return entry;
    const later = this.entryFrom(entry, Math.min(entry.at + Math.ceil(ms), Math.ceil(now)));
    this.add(entry, -amount);
    this.add(later, amount);
    return later;
  }

  /** Milliseconds from `now` until the newest charge leaves; 0 when nothing is charged. */
  waitUntilEmpty(now: number): number {
    return this.total(now) !== 0 && this.newest ? this.waitUntilLeft(this.newest, now) : 0;
  }

  /** Milliseconds until `cost` fits behind `ahead`: what is let out in one window leaves it a window later. */
  waitBehind(ahead: number, cost: number, limit: number, now: number): number {
    const amount = ahead + cost;
    const windows = Math.max(0, Math.ceil(amount / limit) - 1);
    const room = Math.max(0, (windows + 1) * limit - amount);
    const wait = this.waitUntilAtMost(room, now);
    // Nothing ever leaves an infinite one, and 0 times that is not a number.
    return windows === 0 ? wait : windows * this.lengthMs + wait;
  }

  /** The first entry of that time or later, sought from one that came before. */
  private entryFrom(entry: WindowEntry, at: number): WindowEntry {
    let later: WindowEntry | undefined = entry;
    while (later && later.at < at) later = later.next;
    return later ?? this.entryFor(at);
  }
}

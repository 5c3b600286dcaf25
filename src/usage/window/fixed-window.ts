import { ExactSum } from './exact-sum.js';
import type { UsageWindow } from './usage-window.js';
import { windowsUntil } from './windows-until.js';

/** What may have been counted in one window of the provider's clock: the one that begins at `index` lengths. */
class ClockWindow {
  readonly charged = new ExactSum();

  constructor(readonly index: number) {}
}

/** The windows in which a charge may have been counted. Who charged it keeps it, to correct it later. */
export type FixedWindowEntry = readonly ClockWindow[];

/**
 * Sums what may be counted in one window of a provider that counts from zero again at each multiple of
 * `windowMs`: of the clock that `now` comes from, so that days are those of UTC when it is the time since
 * the epoch.
 *
 * What is sent at `t` may be counted in any window that holds an instant of `[t - marginMs, t + marginMs]`,
 * as the network delays it and clocks disagree: it is charged to each of them, and the total is the largest
 * of theirs. A window out of reach is forgotten, with its debt: there are four at most.
 *
 * ```text
 * charge(50)   at  0    |50                  |
 * charge(75)   at 90    |75                  |75                  |
 * total                 125                       75                   0
 *                       0                   100  110             200  210    (windowMs = 100, marginMs = 10)
 * ```
 *
 * Where the margin is longer than the window, as many windows as it takes are counted as one, which is safe
 * and lets out less than might fit.
 *
 * @example
 * const window = new FixedWindow(86_400_000, 250);
 * const entry = window.charge(800, Date.UTC(2027, 0, 1, 12));
 * window.correct(entry, -300); // really 500
 * window.total(Date.UTC(2027, 0, 2)); // 500: the clocks may disagree
 * window.total(Date.UTC(2027, 0, 2, 0, 0, 0, 250)); // 0
 */
export class FixedWindow implements UsageWindow<FixedWindowEntry> {
  private windows: readonly ClockWindow[] = [];
  private readonly lengthMs: number;

  constructor(
    windowMs: number,
    private readonly marginMs: number,
  ) {
    this.lengthMs = windowMs * Math.max(1, Math.ceil(marginMs / windowMs));
  }

  /** The most that may be counted in one of the windows in reach. */
  total(now: number): number {
    let most = 0;
    for (const { charged } of this.inReach(now)) most = Math.max(most, charged.value);
    return most;
  }

  /** Charges an amount at `now`, and gives the windows in which it can be corrected. */
  charge(amount: number, now: number): FixedWindowEntry {
    const windows = this.inReach(now);
    this.correct(windows, amount);
    return windows;
  }

  /** Adds `delta` to what was charged then; changes nothing once its windows are out of reach. */
  correct(windows: FixedWindowEntry, delta: number): void {
    for (const { charged } of windows) charged.add(delta);
  }

  /** Milliseconds from `now` until the total is at most `amount`: 0 when it is, Infinity when never. */
  waitUntilAtMost(amount: number, now: number): number {
    return this.waitUntil((total) => total <= amount, now);
  }

  /** Milliseconds from `now` until the total is less than `amount`: 0 when it is, Infinity when never. */
  waitUntilBelow(amount: number, now: number): number {
    return this.waitUntil((total) => total < amount, now);
  }

  /** Milliseconds from `now` until the total next becomes less by itself; Infinity when it is 0. */
  waitUntilNextLeaves(now: number): number {
    return this.waitUntilBelow(this.total(now), now);
  }

  /** Milliseconds from `now` until the last window that holds a charge is out of reach; 0 when none does. */
  waitUntilEmpty(now: number): number {
    return this.waitUntilAtMost(0, now);
  }

  /** Milliseconds until `cost` fits behind `ahead`: the windows follow each other. */
  waitBehind(ahead: number, cost: number, limit: number, now: number): number {
    const windows = this.inReach(now);
    const first = windows[0]?.index ?? 0;
    const charged = windows.map((window) => window.charged.value);
    const inReach = 1 + Math.floor((2 * this.marginMs) / this.lengthMs);
    const windowsToGo = windowsUntil(ahead + cost, charged, limit, inReach);
    return windowsToGo === 0 ? 0 : this.leavesAt(first + windowsToGo - 1) - now;
  }

  private waitUntil(isEnough: (total: number) => boolean, now: number): number {
    if (!isEnough(0)) return Infinity;
    let wait = 0;
    // In the order in which they leave; the windows to come are empty.
    for (const { index, charged } of this.inReach(now)) {
      if (!isEnough(charged.value)) wait = this.leavesAt(index) - now;
    }
    return wait;
  }

  /** The windows that hold an instant within the margin of `now`, oldest first. A changed list is a new one. */
  private inReach(now: number): readonly ClockWindow[] {
    const oldest = this.windows[0];
    const newest = this.windows.at(-1);
    const isSame = oldest && newest && now < this.leavesAt(oldest.index);
    if (!isSame || this.entersAt(newest.index + 1) <= now) this.windows = this.windowsAt(now);
    return this.windows;
  }

  private windowsAt(now: number): readonly ClockWindow[] {
    const windows: ClockWindow[] = [];
    // One before the first, as the division is rounded.
    let index = Math.floor((now - this.marginMs) / this.lengthMs) - 1;
    for (; this.entersAt(index) <= now; index++) {
      if (now < this.leavesAt(index)) windows.push(this.windowOf(index));
    }
    return windows;
  }

  private windowOf(index: number): ClockWindow {
    return this.windows.find((window) => window.index === index) ?? new ClockWindow(index);
  }

  private entersAt(index: number): number {
    return index * this.lengthMs - this.marginMs;
  }

  private leavesAt(index: number): number {
    return (index + 1) * this.lengthMs + this.marginMs;
  }
}

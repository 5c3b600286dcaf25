import type { Charge, Limit } from './limit.js';
import { wholeMsUntil } from './whole-ms-until.js';

class SlidingLog implements Limit {
  private readonly log: Charge[] = [];
  private oldest = 0;
  private used = 0;
  private clock = -Infinity;

  constructor(
    readonly limit: number,
    readonly windowMs: number,
  ) {}

  fits(amount: number, now: number): boolean {
    this.advance(now);
    return this.used + amount <= this.limit;
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.limit) return Infinity;
    this.advance(now);
    let excess = this.used + amount - this.limit;
    let last = -Infinity;
    for (let i = this.oldest; excess > 0 && i < this.log.length; i++) {
      const entry = this.log[i] as Charge;
      excess -= entry.amount;
      last = entry.at + this.windowMs;
    }
    return wholeMsUntil(last, this.clock);
  }

  charge(amount: number, now: number): Charge {
    this.advance(now);
    const entry = { at: this.clock, amount };
    this.log.push(entry);
    this.used += amount;
    return entry;
  }

  correct(charge: Charge, amount: number, now: number): void {
    this.advance(now);
    if (this.hasLeft(charge)) return;
    this.used += amount - charge.amount;
    charge.amount = amount;
  }

  remaining(now: number): number {
    this.advance(now);
    return this.limit - this.used;
  }

  resetMs(now: number): number {
    this.advance(now);
    const newest = this.log.at(-1);
    return newest && this.used > 0 ? newest.at + this.windowMs - this.clock : 0;
  }

  private advance(now: number): void {
    this.clock = Math.max(this.clock, now);
    for (let entry = this.log[this.oldest]; entry && this.hasLeft(entry);) {
      this.used -= entry.amount;
      entry = this.log[++this.oldest];
    }
    this.forget();
  }

  private hasLeft(charge: Charge): boolean {
    return charge.at + this.windowMs <= this.clock;
  }

  /** Drops what has left once it is more than half of the log, so that each entry is moved once. */
  private forget(): void {
    if (this.oldest * 2 <= this.log.length) return;
    this.log.splice(0, this.oldest);
    this.oldest = 0;
    // Fractions would otherwise leave a rounding error behind for ever.
    if (this.log.length === 0) this.used = 0;
  }
}

/**
 * The strictest way to count: what was charged in the last `windowMs` never exceeds `limit`,
 * wherever the window is laid.
 *
 * @example
 * const limit = slidingLog(100, 60_000);
 * limit.charge(80, 0);
 * limit.waitMs(30, 10_000); // 50_000: the 80 leave at 60_000
 */
export function slidingLog(limit: number, windowMs: number): Limit {
  return new SlidingLog(limit, windowMs);
}

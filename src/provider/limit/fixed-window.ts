import type { Charge, Limit } from './limit.js';
import { wholeMsUntil } from './whole-ms-until.js';

class FixedWindow implements Limit {
  private used = 0;
  private clock = -Infinity;
  private start = -Infinity;

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
    return this.fits(amount, now) ? 0 : wholeMsUntil(this.start + this.windowMs, this.clock);
  }

  charge(amount: number, now: number): Charge {
    this.advance(now);
    this.used += amount;
    return { at: this.clock, amount };
  }

  correct(charge: Charge, amount: number, now: number): void {
    this.advance(now);
    if (charge.at < this.start) return;
    this.used += amount - charge.amount;
    charge.amount = amount;
  }

  remaining(now: number): number {
    this.advance(now);
    return this.limit - this.used;
  }

  resetMs(now: number): number {
    this.advance(now);
    return this.used > 0 ? this.start + this.windowMs - this.clock : 0;
  }

  private advance(now: number): void {
    this.clock = Math.max(this.clock, now);
    const start = Math.floor(this.clock / this.windowMs) * this.windowMs;
    if (start === this.start) return;
    this.start = start;
    this.used = 0;
  }
}

/**
 * Counts from zero again at every multiple of `windowMs` on the clock that `now` comes from.
 *
 * The loosest way to count: twice the limit may pass around the edge between two windows. Debt is
 * forgotten with its window.
 *
 * @example
 * const limit = fixedWindow(100, 60_000);
 * limit.charge(100, 59_000);
 * limit.waitMs(1, 59_000); // 1_000
 */
export function fixedWindow(limit: number, windowMs: number): Limit {
  return new FixedWindow(limit, windowMs);
}

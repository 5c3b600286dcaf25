import type { Charge, Limit } from './limit.js';

/**
 * Holds what is missing from the bucket, multiplied by `windowMs`, so that whole amounts and whole
 * milliseconds stay whole numbers: in one millisecond exactly `limit` of it comes back.
 */
class TokenBucket implements Limit {
  private missing = 0;
  private clock = -Infinity;

  constructor(
    readonly limit: number,
    readonly windowMs: number,
  ) {}

  fits(amount: number, now: number): boolean {
    return this.excess(amount, now) <= 0;
  }

  waitMs(amount: number, now: number): number {
    if (amount > this.limit) return Infinity;
    return Math.max(0, Math.ceil(this.excess(amount, now) / this.limit));
  }

  charge(amount: number, now: number): Charge {
    this.refill(now);
    this.missing += amount * this.windowMs;
    return { at: this.clock, amount };
  }

  correct(charge: Charge, amount: number, now: number): void {
    this.refill(now);
    this.missing = Math.max(0, this.missing + (amount - charge.amount) * this.windowMs);
    charge.amount = amount;
  }

  remaining(now: number): number {
    this.refill(now);
    return this.limit - this.missing / this.windowMs;
  }

  resetMs(now: number): number {
    this.refill(now);
    return this.missing / this.limit;
  }

  private excess(amount: number, now: number): number {
    this.refill(now);
    return this.missing + (amount - this.limit) * this.windowMs;
  }

  private refill(now: number): void {
    if (now <= this.clock) return;
    this.missing = Math.max(0, this.missing - (now - this.clock) * this.limit);
    this.clock = now;
  }
}

/**
 * OpenAI's way to count: a bucket of `limit` that is refilled continuously, `limit` per `windowMs`.
 *
 * A bucket left alone is full, so one window may see up to `limit` and what was refilled meanwhile.
 * Recorded headers show this rule: 26 of 160,000 used, `reset` 9 ms (sample `openai-chat-12ms-9ms`).
 *
 * @example
 * const limit = tokenBucket(30_000, 60_000);
 * limit.charge(25_339, 0);
 * limit.waitMs(5_560, 0); // 1_798, as in the recorded 429 `openai-429-message-only`
 */
export function tokenBucket(limit: number, windowMs: number): Limit {
  return new TokenBucket(limit, windowMs);
}

import type { RateLimit } from './rate-limit-reading.js';

/** What the provider's newest answer has told of one quota. */
export class ToldLimit {
  /** The most that there can be, in the provider's words. */
  limit: number | undefined;
  /** The ticket of the call whose answer told it: what was sent later knows more. */
  private ticket = -1;
  private others = 0;
  private othersUntil = -Infinity;

  /** What others have used, as far as it still counts. */
  usedByOthers(now: number): number {
    return now < this.othersUntil ? this.others : 0;
  }

  /** Milliseconds until what others have used counts no more. */
  waitUntilOthersLeft(now: number): number {
    return Math.max(0, this.othersUntil - now);
  }

  /**
   * Hears an answer to the call with this ticket, which was let out when `used` of ours was charged, its
   * own cost included. What the provider counts beyond that was used by others; it counts until all is full
   * again. Answers whether it was news.
   */
  hear(
    told: RateLimit,
    used: number,
    ticket: number,
    until: (resetMs: number | null) => number,
  ): boolean {
    if (ticket < this.ticket) return false;
    this.ticket = ticket;
    if (told.limit !== null && told.limit > 0) this.limit = told.limit;
    const { limit } = this;
    if (told.remaining === null || limit === undefined) return true;
    this.others = Math.max(0, limit - told.remaining - used);
    this.othersUntil = this.others > 0 ? until(told.resetMs) : -Infinity;
    return true;
  }
}

import { isToldAmount, isToldLimit } from './told-quota.js';
import type { RateLimit } from './rate-limit-reading.js';

/** What is known here when the provider's answer to a call is heard. */
export interface Heard {
  /** Of the call that was answered: what was sent later knows more. */
  readonly ticket: number;
  /** What of ours is charged without all that was let out after the call. */
  readonly used: number;
  /** The limit that was configured; undefined while it is unknown. */
  readonly ownLimit: number | undefined;
  /** Whether there is no doubt that this very quota was told of. */
  readonly isSure: boolean;
  /** When what others have used will count no more. */
  readonly othersUntil: number;
}

/** What the provider's newest answer has told of one quota. */
export class ToldLimit {
  /** The most that there can be, in the provider's words. */
  limit: number | undefined;
  /** Whether it may also raise what was configured. */
  isSure = false;
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

  /** What the provider grants us, as others use the rest; Infinity where it told nothing. */
  granted(ownLimit: number, now: number): number {
    const others = this.usedByOthers(now);
    return this.limit === undefined && others === 0
      ? Infinity
      : Math.max(0, (this.limit ?? ownLimit) - others);
  }

  /**
   * Takes what the provider counts beyond what is ours for used by others: it counts until all is full again.
   * Answers whether it was news.
   */
  hear(told: RateLimit, heard: Heard): boolean {
    if (heard.ticket < this.ticket) return false;
    const isLimitTold = isToldLimit(told.limit);
    if (!isLimitTold && !isToldAmount(told.remaining)) return false;
    this.ticket = heard.ticket;
    if (isLimitTold) {
      this.limit = told.limit;
      this.isSure = heard.isSure;
    }
    this.hearRemaining(told, heard);
    return true;
  }

  private hearRemaining({ remaining }: RateLimit, { used, ownLimit, othersUntil }: Heard): void {
    const limit = this.limit ?? ownLimit;
    if (!isToldAmount(remaining) || limit === undefined) return;
    this.others = Math.max(0, limit - remaining - used);
    this.othersUntil = this.others > 0 ? othersUntil : -Infinity;
  }
}

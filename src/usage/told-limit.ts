import { isToldAmount, isToldLimit } from './told-quota.js';
import type { RateLimit } from './rate-limit-reading.js';

/** What is known here when the provider's answer to a call is heard. */
export interface Heard {
  /** Of the call that was answered: what was sent later knows more. */
  readonly ticket: number;
  /** What of ours is charged without all that was let out after the call. */
  readonly used: number;
  /** Whether no other of ours can have overtaken the call on its way, or have been overtaken. */
  readonly isExact: boolean;
  /** The limit that was configured; undefined while it is unknown. */
  readonly ownLimit: number | undefined;
  /** Whether there is no doubt that this very quota was told of. */
  readonly isSure: boolean;
  /** When what others have used will count no more. */
  readonly othersUntil: number;
  /** When the limit is forgotten, where nothing more is heard of it. */
  readonly limitUntil: number;
}

/** What counts until then. */
interface Passing {
  readonly amount: number;
  readonly until: number;
}

const NONE: Passing = { amount: 0, until: -Infinity };

function at({ amount, until }: Passing, now: number): number {
  return now < until ? amount : 0;
}

/** What the provider's newest answer has told of one quota. */
export class ToldLimit {
  /** The most that there can be, in the provider's words. */
  limit: number | undefined;
  /** Whether it may also raise what was configured. */
  isSure = false;
  private limitUntil = -Infinity;
  private ticket = -1;
  /** What others have used, by the newest answer, and by the newest that leaves no doubt. */
  private others = NONE;
  private known = NONE;

  /** Forgets a limit of which nothing was heard since all was full again: who waits may ask anew. */
  forgetOld(now: number): void {
    if (now >= this.limitUntil) this.limit = undefined;
  }

  /** Milliseconds until the limit is forgotten; Infinity where none is known. */
  waitUntilOld(now: number): number {
    return this.limit === undefined ? Infinity : this.limitUntil - now;
  }

  /** What others have used, as far as it still counts. */
  usedByOthers(now: number): number {
    return Math.max(at(this.others, now), at(this.known, now));
  }

  /** Milliseconds until less of what others have used counts; 0 when nothing does. */
  waitUntilOthersLeft(now: number): number {
    const waits = [this.others.until - now, this.known.until - now].filter((wait) => wait > 0);
    return waits.length > 0 ? Math.min(...waits) : 0;
  }

  /** Milliseconds until nothing counts of what others have used; 0 when nothing does. */
  waitUntilOthersAreGone(now: number): number {
    return Math.max(0, this.others.until - now, this.known.until - now);
  }

  /** What the provider grants us, as others use the rest; our own limit where it told nothing. */
  granted(ownLimit: number, now: number): number {
    return Math.max(0, (this.limit ?? ownLimit) - this.usedByOthers(now));
  }

  /**
   * Takes what the provider counts beyond what is ours for used by others: it counts until all is full again.
   * Requests overtake each other on their way, so that answers to a burst tell now too much and now too little:
   * they lower nothing of what an answer to a call apart has told. Answers whether it was news.
   */
  hear(told: RateLimit, heard: Heard): boolean {
    if (heard.ticket < this.ticket) return false;
    const isLimitTold = isToldLimit(told.limit);
    if (!isLimitTold && !isToldAmount(told.remaining)) return false;
    this.ticket = heard.ticket;
    if (isLimitTold) {
      this.limit = told.limit;
      this.limitUntil = heard.limitUntil;
      this.isSure = heard.isSure;
    }
    this.hearRemaining(told, heard);
    return true;
  }

  private hearRemaining({ remaining }: RateLimit, heard: Heard): void {
    const limit = this.limit ?? heard.ownLimit;
    if (!isToldAmount(remaining) || limit === undefined) return;
    const amount = Math.max(0, limit - remaining - heard.used);
    this.others = { amount, until: amount > 0 ? heard.othersUntil : -Infinity };
    if (heard.isExact) this.known = this.others;
  }
}

import type { LiveNumber } from '../time/live-number.js';
import type { RateLimit } from './rate-limit-reading.js';
import { type Heard, ToldLimit } from './told-limit.js';

/** The limit that holds: the user's, narrowed by the provider's, or the provider's where it is learned. */
export class QuotaLimit {
  private readonly told = new ToldLimit();
  private users = 0;

  constructor(
    readonly live: LiveNumber,
    /** Whether what the provider tells may also raise it. */
    private readonly isLearning: boolean,
  ) {}

  /** Watches a live limit, for one more who uses it. */
  open(): void {
    this.users += 1;
    this.live.open();
  }

  /** Watches it no more when the last of them has closed it. */
  close(): void {
    if (--this.users === 0) this.live.close();
  }

  /** Undefined while it is unknown. */
  get value(): number | undefined {
    const own = this.live.value;
    const { limit: told, isSure } = this.told;
    if (told === undefined || own === undefined) return own;
    return this.isLearning && isSure ? told : Math.min(own, told);
  }

  forgetOld(now: number): void {
    if (this.forgets) this.told.forgetOld(now);
  }

  /** Milliseconds until the limit is again what the user configured; Infinity where it is, or never will be. */
  waitUntilOld(now: number): number {
    return this.forgets ? this.told.waitUntilOld(now) : Infinity;
  }

  /** Where there is a limit of the user's to go back to, what the provider told is not kept for ever. */
  private get forgets(): boolean {
    return !this.isLearning && this.live.value !== Infinity;
  }

  /** What of the limit is ours now, as others use some of what the provider grants. */
  granted(limit: number, now: number): number {
    return Math.min(limit, this.told.granted(limit, now));
  }

  usedByOthers(now: number): number {
    return this.told.usedByOthers(now);
  }

  /** Milliseconds until less of what others have used counts; 0 when nothing does. */
  waitUntilOthersLeft(now: number): number {
    return this.told.waitUntilOthersLeft(now);
  }

  /** Milliseconds until nothing counts of what others have used; 0 when nothing does. */
  waitUntilOthersAreGone(now: number): number {
    return this.told.waitUntilOthersAreGone(now);
  }

  /** Hears what the provider told. Answers whether it was news. */
  hear(told: RateLimit, heard: Omit<Heard, 'ownLimit'>): boolean {
    return this.told.hear(told, { ...heard, ownLimit: this.live.value });
  }
}

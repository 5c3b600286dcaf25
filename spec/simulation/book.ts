import type { QuotaState, Usage } from '../../src/index.js';
import type { Slack } from './slack.js';

/** Timers are for whole ms. */
const LATE_MS = 1;

/** What one call has taken of one quota. */
interface Entry {
  readonly at: number;
  readonly reserved: number;
  amount: number;
  isOpen: boolean;
}

/** What a book must know of its quota. */
interface BookParts {
  readonly unit: string;
  /** With its margin. */
  readonly windowMs: number;
  readonly limit: () => number;
  readonly now: () => number;
  readonly slack: Slack;
  readonly problem: (what: string) => void;
}

/**
 * One quota, counted once more: every charge in a list, every total a walk over it.
 *
 * Where the clock of services steps, an entry leaves the book as soon as it may have left their window, so that the
 * book holds no more than that.
 */
export class Book {
  private entries: Entry[] = [];
  /** By how much calls have turned out larger than reserved, in the latest instant in which any has. */
  private overrun = { at: -1, amount: 0 };

  constructor(readonly parts: BookParts) {}

  get unit(): string {
    return this.parts.unit;
  }

  get limit(): number {
    return this.parts.limit();
  }

  get used(): number {
    const from = this.from;
    this.entries = this.entries.filter(({ at, isOpen }) => isOpen || at > from - LATE_MS);
    return this.sum(({ at }) => at > from);
  }

  /** How many reservations have not ended. */
  get open(): number {
    return this.entries.filter(({ isOpen }) => isOpen).length;
  }

  get reserved(): number {
    // What has left the window is reserved no more.
    return Math.min(
      this.used,
      this.sum(({ isOpen }) => isOpen),
    );
  }

  /** The call is let out: whatever is in the window now must fit. */
  charge(cost: Usage): Entry {
    const { unit, now, limit, problem } = this.parts;
    const reserved = this.amountIn(cost) ?? 0;
    const entry = { at: this.stamp, reserved, amount: reserved, isOpen: true };
    this.entries.push(entry);
    const late = this.overrun.at === now() ? this.overrun.amount : 0;
    if (this.used > limit() + late)
      problem(`is over its limit of ${limit()} ${unit}: ${this.used}`);
    return entry;
  }

  revise(entry: Entry, held: Usage): void {
    this.correct(entry, held[this.parts.unit] ?? entry.amount);
  }

  close(entry: Entry, usage: Usage | undefined): void {
    if (!entry.isOpen) this.parts.problem('settles a reservation twice');
    entry.isOpen = false;
    this.correct(entry, usage ? (usage[this.parts.unit] ?? entry.reserved) : 0);
  }

  /** What the service says of the quota must be what is written here. */
  compare({ unit, used, reserved }: QuotaState): void {
    const { problem, slack } = this.parts;
    if (slack.isExact ? used !== this.used : used < this.used)
      problem(`says ${used} ${unit} are used, of ${this.used}`);
    if (slack.isExact && reserved !== this.reserved)
      problem(`says ${reserved} ${unit} are reserved, of ${this.reserved}`);
  }

  /** Whether so much more has fitted for a whole ms, in which whoever waits for it is woken. */
  hasRoomFor(cost: Usage): boolean {
    const from = this.from - LATE_MS;
    return this.sum(({ at }) => at > from) + (this.amountIn(cost) ?? 0) <= this.limit;
  }

  /** In the time of services: a step forward of their clock counts, a step back does not. */
  private get clock(): number {
    return this.parts.now() + this.parts.slack.forwardMs;
  }

  private get stamp(): number {
    return this.parts.slack.isExact ? Math.ceil(this.clock) : this.clock;
  }

  private get from(): number {
    const { slack, windowMs } = this.parts;
    // A step back leaves their clock at the end of a ms.
    return this.clock - windowMs + (slack.isExact ? 0 : slack.roundingMs);
  }

  private correct(entry: Entry, amount: number): void {
    const at = this.parts.now();
    const more = Math.max(0, amount - entry.amount);
    this.overrun = { at, amount: more + (this.overrun.at === at ? this.overrun.amount : 0) };
    entry.amount = amount;
  }

  private amountIn(usage: Usage): number | undefined {
    return usage[this.parts.unit] ?? (this.parts.unit === 'requests' ? 1 : undefined);
  }

  private sum(counts: (entry: Entry) => boolean): number {
    return this.entries.filter(counts).reduce((sum, { amount }) => sum + amount, 0);
  }
}

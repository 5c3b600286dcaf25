import { RetryAfterTooLongError } from '../errors.js';
import { backOffMs } from '../time/back-off.js';

/** How a gate behaves. */
export interface GateOptions {
  /**
   * The longest that calls wait at a closed gate, in ms; behind one that stays closed longer they fail with
   * `RetryAfterTooLongError`. Default 600,000: ten minutes.
   */
  readonly maxRetryAfterMs: number;
  /** Where the provider does not say how long: half to all of this, doubled with each refusal. Default 1,000 ms. */
  readonly baseMs: number;
  /** The most that doubling makes of it, in ms. Default 60,000. */
  readonly maxMs: number;
  /** Draws from 0 to 1. Default `Math.random`. */
  readonly random: () => number;
  /** Whether the first call of all is a probe. Default false. */
  readonly isUnproven: boolean;
}

const DEFAULTS: GateOptions = {
  maxRetryAfterMs: 600_000,
  baseMs: 1_000,
  maxMs: 60_000,
  random: Math.random,
  isUnproven: false,
};

/** What a gate is doing. */
export interface GateState {
  /** `proving`: it has reopened, and waits for the answer to one probing call. */
  readonly status: 'open' | 'closed' | 'proving';
  /** When it reopens, in ms of the scheduler; undefined unless it is closed. */
  readonly reopensAt: number | undefined;
}

/** A provider that refuses answers at once: a probe that has been out for so long was let in, in ms. */
const PROBE_IS_IN_MS = 10_000;

interface Probe {
  readonly ticket: number;
  readonly at: number;
}

/**
 * Closes after a provider's refusal, for everything that shares a quota: pure, time is an argument.
 *
 * Calls carry tickets in the order in which they were let out. A refusal of one that was let out before the
 * gate closed says nothing new. Once the time is over one call probes, and the rest follow when it is in.
 *
 * ```text
 * calls      a b c                    d       e f
 * refused        a(30 s) b(30 s)
 * gate       open|closed             |proving|open
 *                |──── 30 s ─────────|       d is answered
 * ```
 */
export class Gate {
  private closedUntil = -Infinity;
  /** The newest ticket when it closed. */
  private lastBefore = -1;
  private isUnproven: boolean;
  private probe: Probe | undefined;
  /** How often it has closed since a call was last let in. */
  private closings = 0;
  private readonly options: GateOptions;

  constructor(options: Partial<GateOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.isUnproven = this.options.isUnproven;
  }

  /** Whether calls pass without being looked at. */
  get isOpen(): boolean {
    return !this.isUnproven;
  }

  /** Milliseconds until a call may pass: 0 when one may. */
  waitMs(now: number): number {
    if (!this.isUnproven) return 0;
    const reopensIn = Math.max(0, this.closedUntil - now);
    return this.probe ? Math.max(reopensIn, this.probe.at + PROBE_IS_IN_MS - now) : reopensIn;
  }

  /** Why calls should not even wait; undefined when they should. */
  refusal(now: number): RetryAfterTooLongError | undefined {
    const wait = this.closedUntil - now;
    const { maxRetryAfterMs } = this.options;
    return wait > maxRetryAfterMs ? new RetryAfterTooLongError(wait, maxRetryAfterMs) : undefined;
  }

  /** Lets the call with this ticket out; after a refusal it is the probe. */
  pass(ticket: number, now: number): void {
    // A probe that was out for long was let in; there is nothing left to prove.
    if (this.probe) this.reopen();
    else if (this.isUnproven) this.probe = { ticket, at: now };
  }

  /** The provider refused the call, and told to wait so long, or did not say. Answers whether it closed. */
  refused(ticket: number, lastTicket: number, waitMs: number | null, now: number): boolean {
    if (ticket <= this.lastBefore) return false;
    this.lastBefore = lastTicket;
    this.closings += 1;
    this.isUnproven = true;
    this.probe = undefined;
    this.closedUntil = now + (waitMs ?? this.backOffMs());
    return true;
  }

  /** The provider has let the call in. Answers whether that reopened the gate. */
  admitted(ticket: number): boolean {
    if (this.probe?.ticket !== ticket) return false;
    this.reopen();
    return true;
  }

  /** The call has ended and nobody knows whether it was let in: another may probe. Answers whether it was one. */
  gone(ticket: number): boolean {
    if (this.probe?.ticket !== ticket) return false;
    this.probe = undefined;
    return true;
  }

  state(now: number): GateState {
    if (!this.isUnproven) return { status: 'open', reopensAt: undefined };
    return this.closedUntil > now
      ? { status: 'closed', reopensAt: this.closedUntil }
      : { status: 'proving', reopensAt: undefined };
  }

  private reopen(): void {
    this.isUnproven = false;
    this.probe = undefined;
    this.closings = 0;
  }

  /** At least half of it, as knocking again at once helps nobody. */
  private backOffMs(): number {
    const { random } = this.options;
    return backOffMs(this.closings, this.options, () => (1 + random()) / 2);
  }
}

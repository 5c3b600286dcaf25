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
  random: () => Math.random(),
  isUnproven: false,
};

/** What a gate is doing. */
export interface GateState {
  /** `proving`: it has reopened, and waits for the answer to one probing call. */
  readonly status: 'open' | 'closed' | 'proving';
  /** When it reopens, in ms of the scheduler; undefined unless it is closed. */
  readonly reopensAt: number | undefined;
}

/** A refusal by the provider. */
export interface Refusal {
  /** The call that was refused. */
  readonly ticket: number;
  /** The newest that was let out until then. */
  readonly lastTicket: number;
  /** How long the provider tells to wait, in ms; null where it does not say. */
  readonly waitMs: number | null;
}

/** A provider that refuses answers at once: a probe that has been out for so long was let in, in ms. */
const PROBE_IS_IN_MS = 10_000;

const DAY_MS = 86_400_000;
/** No provider has a longer window: what tells to wait for longer is no wait that anybody means. */
const LONGEST_WAIT_MS = 31 * DAY_MS;

interface Probe {
  readonly ticket: number;
  readonly isInAt: number;
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
 *
 * What its own options leave open is decided by those of whoever asks, as a gate may be shared.
 */
export class Gate {
  private closedUntil = -Infinity;
  /** The newest ticket when it closed. */
  private lastBefore = -1;
  private isUnproven: boolean;
  private probe: Probe | undefined;
  /** How often it has closed since a call was last let in. */
  private closings = 0;

  constructor(readonly options: Partial<GateOptions> = {}) {
    this.isUnproven = options.isUnproven ?? DEFAULTS.isUnproven;
  }

  /** Whether calls pass without being looked at. */
  get isOpen(): boolean {
    return !this.isUnproven;
  }

  /** Milliseconds until a call may pass: 0 when one may. */
  waitMs(now: number): number {
    if (this.isProven(now)) return 0;
    return Math.max(0, (this.probe?.isInAt ?? this.closedUntil) - now);
  }

  /** Why calls should not even wait; undefined when they should. */
  refusal(now: number, asker: Partial<GateOptions> = {}): RetryAfterTooLongError | undefined {
    const wait = this.closedUntil - now;
    const longest = this.option('maxRetryAfterMs', asker);
    return wait > longest ? new RetryAfterTooLongError(wait, longest) : undefined;
  }

  /** Lets the call with this ticket out; after a refusal it is the probe. */
  pass(ticket: number, now: number): void {
    if (!this.isProven(now)) this.probe = { ticket, isInAt: now + this.probeMs };
  }

  /** A first call of all proves nothing until it is answered: there may be limits that nobody knows yet. */
  private get probeMs(): number {
    return this.lastBefore < 0 ? this.option('maxRetryAfterMs', {}) : PROBE_IS_IN_MS;
  }

  /** The provider refused a call. Answers whether that closed the gate. */
  refused(
    { ticket, lastTicket, waitMs }: Refusal,
    now: number,
    asker: Partial<GateOptions> = {},
  ): boolean {
    if (ticket <= this.lastBefore) return false;
    this.lastBefore = lastTicket;
    this.closings = this.isProven(now) ? 1 : this.closings + 1;
    this.isUnproven = true;
    this.probe = undefined;
    this.closedUntil = now + (toldWaitMs(waitMs) ?? this.backOffMs(asker));
    return true;
  }

  /** The provider has let the call in. Answers whether that reopened the gate. */
  admitted(ticket: number): boolean {
    if (this.probe?.ticket !== ticket) return false;
    this.reopen();
    return true;
  }

  /** The call has ended and nobody knows whether it was let in: another may probe. Answers whether it was one. */
  gone(ticket: number, now: number): boolean {
    if (this.isProven(now) || this.probe?.ticket !== ticket) return false;
    this.probe = undefined;
    return true;
  }

  state(now: number): GateState {
    if (this.isProven(now)) return { status: 'open', reopensAt: undefined };
    return this.closedUntil > now
      ? { status: 'closed', reopensAt: this.closedUntil }
      : { status: 'proving', reopensAt: undefined };
  }

  /** Milliseconds until its state changes by itself; Infinity when it does not. */
  waitUntilItChanges(now: number): number {
    const wait = this.waitMs(now);
    return wait > 0 ? wait : Infinity;
  }

  /** Whether all may pass: a probe that has been out for long was let in. */
  private isProven(now: number): boolean {
    if (this.probe && this.probe.isInAt <= now) this.reopen();
    return !this.isUnproven;
  }

  private reopen(): void {
    this.isUnproven = false;
    this.probe = undefined;
  }

  /** At least half of it, as knocking again at once helps nobody. */
  private backOffMs(asker: Partial<GateOptions>): number {
    const random = this.option('random', asker);
    const backOff = { baseMs: this.option('baseMs', asker), maxMs: this.option('maxMs', asker) };
    return backOffMs(this.closings, backOff, () => (1 + random()) / 2);
  }

  private option<Name extends keyof GateOptions>(
    name: Name,
    asker: Partial<GateOptions>,
  ): GateOptions[Name] {
    return this.options[name] ?? asker[name] ?? DEFAULTS[name];
  }
}

/**
 * How long the gate closes for what was told: a day for more than anybody means, so that calls fail rather than
 * wait and yet one asks again. Undefined where it says nothing: who refuses and tells to wait for nothing does not.
 */
function toldWaitMs(waitMs: unknown): number | undefined {
  if (typeof waitMs !== 'number' || !(waitMs > 0 && waitMs < Infinity)) return undefined;
  return waitMs <= LONGEST_WAIT_MS ? waitMs : DAY_MS;
}

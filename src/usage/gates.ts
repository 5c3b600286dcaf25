import type { RetryAfterTooLongError } from '../errors.js';
import type { Gate, GateState } from './gate.js';
import type { Lane } from './lane.js';
import type { RateLimit, RateLimitReading } from './rate-limit-reading.js';
import { unitOf } from './told-quota.js';

/** All the gates that a call passes: its tracker's own, and those of what it shares with others. */
export class Gates {
  private readonly all: readonly Gate[];

  constructor(
    readonly own: Gate,
    private readonly lanes: readonly Lane[],
  ) {
    this.all = [own, ...lanes.flatMap(({ shared }) => shared?.gate ?? [])];
  }

  /** Whether calls pass without being looked at. */
  get areOpen(): boolean {
    for (const { isOpen } of this.all) if (!isOpen) return false;
    return true;
  }

  /** Milliseconds until all let a call pass: 0 when they do. */
  waitMs(now: number): number {
    let longest = 0;
    for (const gate of this.all) longest = Math.max(longest, gate.waitMs(now));
    return longest;
  }

  /** Why calls should not even wait; undefined when they should. */
  refusal(now: () => number): RetryAfterTooLongError | undefined {
    if (this.areOpen) return undefined;
    const at = now();
    return this.all
      .map((gate) => gate.refusal(at, this.own.options))
      .find((error) => error !== undefined);
  }

  /** Lets the call with this ticket out. */
  pass(ticket: number, now: number): void {
    for (const gate of this.all) gate.pass(ticket, now);
  }

  /** The call has ended. Answers whether that changes who may go. */
  gone(ticket: number, now: number): boolean {
    let hasChanged = false;
    for (const gate of this.all) hasChanged = gate.gone(ticket, now) || hasChanged;
    return hasChanged;
  }

  /** Hears what the provider has answered to the call. Answers whether a gate has closed or reopened. */
  hear(ticket: number, lastTicket: number, reading: RateLimitReading, now: number): boolean {
    const { limits, shouldPause, retryable, retryAfterMs } = reading;
    let hasChanged = false;
    if (shouldPause) {
      const refusal = { ticket, lastTicket, waitMs: retryAfterMs };
      for (const gate of this.usedUp(limits))
        hasChanged = gate.refused(refusal, now, this.own.options) || hasChanged;
    } else if (!retryable) {
      for (const gate of this.all) hasChanged = gate.admitted(ticket) || hasChanged;
    }
    return hasChanged;
  }

  /** The state of the one that stays shut longest. */
  state(now: number): GateState {
    const states = this.all.map((gate) => gate.state(now));
    return states.reduce((one, other) => (isShutLonger(other, one) ? other : one));
  }

  /** Milliseconds until one of them changes by itself; Infinity when none does. */
  waitUntilOneChanges(now: number): number {
    return Math.min(...this.all.map((gate) => gate.waitUntilItChanges(now)));
  }

  /** Those of the quotas that the provider says are used up; all where it names none of them. */
  private usedUp(limits: readonly RateLimit[]): readonly Gate[] {
    const units = limits.filter(({ remaining }) => remaining === 0).map(unitOf);
    const named = this.lanes.filter(({ meter }) => units.includes(meter.unit));
    if (named.length === 0) return this.all;
    return [this.own, ...named.flatMap(({ shared }) => shared?.gate ?? [])];
  }
}

function isShutLonger(one: GateState, other: GateState): boolean {
  const rank = { open: 0, proving: 1, closed: 2 };
  if (one.status !== other.status) return rank[one.status] > rank[other.status];
  return (one.reopensAt ?? 0) > (other.reopensAt ?? 0);
}

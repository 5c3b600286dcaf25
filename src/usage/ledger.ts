import type { Subject } from 'rxjs';
import type { QuotaExceededError, RetryAfterTooLongError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { Gate, GateState } from './gate.js';
import type { Lane } from './lane.js';
import { LedgerReservation, type ReservationOwner } from './ledger-reservation.js';
import { type LearnLane, LimitLearner } from './limit-learner.js';
import type { MeterEntry } from './quota-meter.js';
import type { QuotaState } from './quota-state.js';
import type { RateLimit, RateLimitReading } from './rate-limit-reading.js';
import type { Reservation } from './reservation.js';
import { unitOf } from './told-quota.js';
import type { Usage } from './usage.js';

/** What a ledger reads and tells. */
export interface LedgerParts {
  /** One for each quota; learned ones are added. */
  readonly lanes: Lane[];
  readonly gate: Gate;
  readonly clock: Clock;
  /** Emits after each change of what is charged, and of the gate. */
  readonly changes: Subject<void>;
  /** Makes the lane of a limit that the provider told and nobody configured; undefined where none is wanted. */
  readonly learn?: LearnLane | undefined;
}

/** Tickets are in the order in which calls were let out, whichever ledger let them. */
let lastTicket = 0;

/** Several quotas charged together, all or nothing, at the time of its clock. It never waits. */
export class Ledger implements ReservationOwner {
  private readonly gates: readonly Gate[];
  private readonly learner: LimitLearner;
  /** What the last question found it must wait for longest. */
  private bottleneck: Lane | undefined;

  constructor(readonly parts: LedgerParts) {
    this.gates = [parts.gate, ...parts.lanes.flatMap(({ shared }) => shared?.gate ?? [])];
    this.learner = new LimitLearner(parts.lanes, parts.learn);
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    for (const { meter } of this.parts.lanes) {
      const error = meter.neverFits(cost);
      if (error) return error;
    }
    return undefined;
  }

  /** Why a call should not even wait now; undefined when it should. */
  refusal(cost: Usage): QuotaExceededError | RetryAfterTooLongError | undefined {
    return this.neverFits(cost) ?? this.gateRefusal();
  }

  /**
   * Charges the cost if it fits into every quota now; otherwise the milliseconds until it does. Of what is
   * shared it takes nothing that one with an earlier turn waits for.
   */
  reserve(cost: Usage, turn = Infinity): Reservation | number {
    const now = this.parts.clock.now();
    const wait = this.waitAt(now, cost, turn);
    if (wait > 0) return wait;
    const ticket = ++lastTicket;
    for (const gate of this.gates) gate.pass(ticket, now);
    const entries: MeterEntry[] = [];
    for (const { meter } of this.parts.lanes) entries.push(meter.charge(cost, now));
    const reservation = new LedgerReservation(cost, now, ticket, entries, this);
    this.changed();
    return reservation;
  }

  /** Keeps the turn in what the last question was about: what is shared is then taken in order. */
  claim(turn: number): void {
    if (this.bottleneck?.shared) this.bottleneck.shared.turns.claim(turn);
    else this.release(turn);
  }

  /** Gives the turn up. */
  release(turn: number): void {
    for (const { shared } of this.parts.lanes) {
      if (shared?.turns.release(turn)) shared.changes.next();
    }
  }

  /** Replaces what was charged by the usage: by nothing where there is none. */
  settle({ entries, ticket }: LedgerReservation, usage: Usage | undefined): void {
    const now = this.parts.clock.now();
    let hasChanged = false;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as MeterEntry;
      hasChanged =
        (this.parts.lanes[index]?.meter.settle(entry, usage, now) ?? false) || hasChanged;
    }
    for (const gate of this.gates) hasChanged = gate.gone(ticket) || hasChanged;
    if (hasChanged) this.changed();
  }

  /** Hears what the provider has answered to the call. */
  hear(reservation: LedgerReservation, reading: RateLimitReading): void {
    const now = this.parts.clock.now();
    const hasLearned = this.learner.learn(reservation, reading.limits, now);
    if (this.hearAtGates(reservation.ticket, reading, now) || hasLearned) this.changed();
  }

  /** Milliseconds until the next charge leaves any window. */
  waitUntilNextLeaves(): number {
    const now = this.parts.clock.now();
    return Math.min(...this.parts.lanes.map(({ meter }) => meter.waitUntilNextLeaves(now)));
  }

  /** Milliseconds until a closed gate reopens; Infinity when none is closed. */
  waitUntilGateReopens(): number {
    const { reopensAt = Infinity } = this.gate;
    return reopensAt - this.parts.clock.now();
  }

  get quotas(): readonly QuotaState[] {
    const now = this.parts.clock.now();
    return this.parts.lanes.map(({ meter }) => meter.state(now));
  }

  /** The one that stays shut longest. */
  get gate(): GateState {
    const now = this.parts.clock.now();
    const states = this.gates.map((gate) => gate.state(now));
    return states.reduce((one, other) => (isShutLonger(other, one) ? other : one));
  }

  private waitAt(now: number, cost: Usage, turn: number): number {
    let longest = 0;
    this.bottleneck = undefined;
    for (const gate of this.gates) longest = Math.max(longest, gate.waitMs(now));
    for (const lane of this.parts.lanes) {
      const isTaken = lane.shared?.turns.isClaimedBefore(turn) ?? false;
      const wait = isTaken ? Infinity : lane.meter.waitFor(cost, now);
      if (wait > longest) {
        longest = wait;
        this.bottleneck = lane;
      }
    }
    return longest;
  }

  private gateRefusal(): RetryAfterTooLongError | undefined {
    if (this.gates.every(({ isOpen }) => isOpen)) return undefined;
    const now = this.parts.clock.now();
    return this.gates.map((gate) => gate.refusal(now)).find((error) => error !== undefined);
  }

  private hearAtGates(ticket: number, reading: RateLimitReading, now: number): boolean {
    const { limits, shouldPause, retryable, retryAfterMs } = reading;
    let hasChanged = false;
    if (shouldPause) {
      for (const gate of this.gatesOf(limits))
        hasChanged = gate.refused(ticket, lastTicket, retryAfterMs, now) || hasChanged;
    } else if (!retryable) {
      for (const gate of this.gates) hasChanged = gate.admitted(ticket) || hasChanged;
    }
    return hasChanged;
  }

  /** Those of the quotas that the provider says are used up; all where it does not say which. */
  private gatesOf(limits: readonly RateLimit[]): readonly Gate[] {
    const usedUp = limits.filter(({ remaining }) => remaining === 0).map(unitOf);
    const isMeant = ({ meter }: Lane) => usedUp.length === 0 || usedUp.includes(meter.unit);
    const shared = this.parts.lanes.filter(isMeant).flatMap((lane) => lane.shared?.gate ?? []);
    return [this.parts.gate, ...shared];
  }

  private changed(): void {
    this.parts.changes.next();
    for (const { shared } of this.parts.lanes) shared?.changes.next();
  }
}

function isShutLonger(one: GateState, other: GateState): boolean {
  const rank = { open: 0, proving: 1, closed: 2 };
  if (one.status !== other.status) return rank[one.status] > rank[other.status];
  return (one.reopensAt ?? 0) > (other.reopensAt ?? 0);
}

import type { Subject } from 'rxjs';
import type { QuotaExceededError, RetryAfterTooLongError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import { Claims } from './claims.js';
import type { Forecast } from './forecast.js';
import { forecastOf } from './forecast-of.js';
import type { Gate, GateState } from './gate.js';
import { Gates } from './gates.js';
import type { Lane } from './lane.js';
import { LedgerReservation, type ReservationOwner } from './ledger-reservation.js';
import { type LearnLane, LimitLearner } from './limit-learner.js';
import type { MeterEntry } from './quota-meter.js';
import type { QuotaState } from './quota-state.js';
import type { RateLimitReading } from './rate-limit-reading.js';
import type { Reservation } from './reservation.js';
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
  private readonly gates: Gates;
  private readonly claims: Claims;
  private readonly learner: LimitLearner;
  private readonly readClock = () => this.now;
  /** What the last question found it must wait for longest. */
  private bottleneck: Lane | undefined;

  constructor(readonly parts: LedgerParts) {
    const { gate, lanes, learn } = parts;
    this.gates = new Gates(gate, lanes);
    this.claims = new Claims(lanes);
    this.learner = new LimitLearner(lanes, learn);
  }

  neverFits(cost: Usage): QuotaExceededError | undefined {
    for (const { meter } of this.parts.lanes) {
      const error = meter.neverFits(cost, this.readClock);
      if (error) return error;
    }
    return undefined;
  }

  /** Why a call should not even wait now; undefined when it should. */
  refusal(cost: Usage): QuotaExceededError | RetryAfterTooLongError | undefined {
    return this.neverFits(cost) ?? this.gates.refusal(this.readClock);
  }

  /**
   * Charges the cost if it fits into every quota now; otherwise the milliseconds until it does. Of what is
   * shared it takes nothing that one with an earlier turn waits for.
   */
  reserve(cost: Usage, turn = Infinity): Reservation | number {
    const { now } = this;
    const wait = this.waitAt(now, cost, turn);
    if (wait > 0) return wait;
    const ticket = ++lastTicket;
    this.gates.pass(ticket, now);
    const entries: MeterEntry[] = [];
    for (const { meter } of this.parts.lanes) entries.push(meter.charge(cost, now));
    const sent = this.learner.send(cost);
    const reservation = new LedgerReservation(cost, now, ticket, entries, sent, this);
    this.changed();
    return reservation;
  }

  /** When a call could go that comes after `ahead`, in the line whose first has the turn. */
  forecast(cost: Usage, ahead: Usage, turn = Infinity): Forecast {
    const { now } = this;
    // Behind a gate that stays closed for longer than calls wait they fail.
    const gateMs = this.gates.refusal(this.readClock) ? Infinity : this.gates.waitMs(now);
    return forecastOf({ cost, ahead, turn, gateMs }, this.parts.lanes, now);
  }

  /** Keeps the turn in what the last question was about. Asked for the first time it has no other to keep. */
  claim(turn: number, isFirst: boolean): void {
    this.claims.keep(turn, this.bottleneck, isFirst);
  }

  /** The same as if it was asked now. */
  lineUp(turn: number, cost: Usage): void {
    this.waitAt(this.now, cost, turn);
    this.claim(turn, true);
  }

  /** Gives the turn up, to the next in line if there is one. */
  release(turn: number, next?: number): void {
    this.claims.pass(turn, next);
  }

  /** Replaces what was charged by the usage: by nothing where there is none. */
  settle({ entries, ticket }: LedgerReservation, usage: Usage | undefined): void {
    const { lanes, clock } = this.parts;
    let hasChanged = false;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as MeterEntry;
      const { meter } = lanes[index] as Lane;
      hasChanged = meter.settle(entry, usage, clock) || hasChanged;
    }
    if (!this.gates.areOpen) hasChanged = this.gates.gone(ticket, this.now) || hasChanged;
    if (hasChanged) this.changed();
  }

  /** Replaces what is charged for a call in flight. */
  revise({ entries }: LedgerReservation, held: Usage): void {
    const { lanes, clock } = this.parts;
    let hasChanged = false;
    for (const [index, { meter }] of lanes.entries()) {
      const entry = entries[index];
      if (entry) hasChanged = meter.revise(entry, held, clock) || hasChanged;
    }
    if (hasChanged) this.changed();
  }

  /** The provider has had the request for so long: what came late counts from then. */
  arrived({ entries, at }: LedgerReservation, msAgo: number): void {
    const { now } = this;
    const lateMs = now - msAgo - at;
    for (const [index, { meter }] of this.parts.lanes.entries()) {
      const entry = entries[index];
      if (entry) meter.delay(entry, lateMs, now);
    }
  }

  /** Hears what the provider has answered to the call. */
  hear(reservation: LedgerReservation, reading: RateLimitReading): void {
    // Of most answers there is nothing to hear.
    if (!reading.shouldPause && reading.limits.length === 0 && this.gates.areOpen) return;
    const { now } = this;
    const { ticket } = reservation;
    const hasMoved = this.gates.hear(ticket, lastTicket, reading, now);
    // After a refusal the gate decides when to try again, whatever is left then.
    const othersMs = reading.shouldPause ? this.gates.own.waitMs(now) : Infinity;
    if (this.learner.learn(reservation, reading.limits, othersMs, now) || hasMoved) this.changed();
  }

  /** A live limit has changed. */
  limitChanged(): void {
    const { now } = this;
    for (const { meter } of this.parts.lanes) meter.limitChanged(now);
  }

  /** Milliseconds until the next charge leaves any window. */
  waitUntilNextLeaves(): number {
    const { now } = this;
    return Math.min(...this.parts.lanes.map(({ meter }) => meter.waitUntilNextLeaves(now)));
  }

  /** Milliseconds until a gate changes by itself; Infinity when none does. */
  waitUntilGateChanges(): number {
    return this.gates.waitUntilOneChanges(this.now);
  }

  get quotas(): readonly QuotaState[] {
    const { now } = this;
    return this.parts.lanes.map(({ meter }) => meter.state(now));
  }

  /** The one that stays shut longest. */
  get gate(): GateState {
    return this.gates.state(this.now);
  }

  private get now(): number {
    return this.parts.clock.now();
  }

  private waitAt(now: number, cost: Usage, turn: number): number {
    let longest = this.gates.own.waitMs(now);
    this.bottleneck = undefined;
    for (const lane of this.parts.lanes) {
      const wait = waitFor(lane, cost, turn, now);
      if (wait > longest) {
        longest = wait;
        this.bottleneck = lane;
      }
    }
    return longest;
  }

  private changed(): void {
    this.parts.changes.next();
    for (const { shared } of this.parts.lanes) shared?.changes.next();
  }
}

function waitFor({ meter, shared }: Lane, cost: Usage, turn: number, now: number): number {
  if (shared?.turns.isClaimedBefore(turn)) return Infinity;
  const wait = meter.waitFor(cost, now);
  return shared ? Math.max(wait, shared.gate.waitMs(now)) : wait;
}

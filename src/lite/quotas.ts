import type { QuotaExceededError } from '../errors.js';
import type { BlockedBy } from '../telemetry/blocked-by.js';
import type { Clock } from '../time/clock.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { type Charge, Meter } from './meter.js';
import type { Passage, PassedGate } from './passed-gate.js';
import type { FixedQuota } from './quota.js';
import type { QuotaState } from './service-state.js';

/** All quotas of a service, charged together, all or nothing, behind the gate if there is one. It never waits. */
export class Quotas {
  readonly units: readonly string[];
  readonly #meters: readonly Meter[];
  readonly #clock: Clock;
  readonly #gate: PassedGate | undefined;
  readonly #onChange: () => void;

  constructor(
    quotas: readonly FixedQuota[],
    clock: Clock,
    gate: PassedGate | undefined,
    /** Told when what is charged has changed after the fact. */
    onChange: () => void,
  ) {
    this.units = [...new Set(quotas.map(({ unit }) => unit))];
    this.#meters = quotas.map((quota) => new Meter(quota));
    this.#clock = clock;
    this.#gate = gate;
    this.#onChange = onChange;
  }

  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage): QuotaExceededError | undefined {
    for (const meter of this.#meters) {
      const error = meter.neverFits(cost);
      if (error) return error;
    }
    return undefined;
  }

  /** Charges the cost if it fits; otherwise the milliseconds until it does, or why it should not even wait. */
  reserve(cost: Usage): Reservation | number | Error {
    const now = this.#clock.now();
    const refusal = this.neverFits(cost) ?? this.#gate?.refusal(now);
    return refusal ?? (Math.max(...this.#waits(cost, now)) || this.#charge(cost, now));
  }

  /** What a call of this cost waits for longest, and until when; undefined when it fits. */
  blocking(cost: Usage): BlockedBy | undefined {
    const now = this.#clock.now();
    const waits = this.#waits(cost, now);
    const wait = Math.max(...waits);
    if (wait === 0) return undefined;
    const until = wait < Infinity ? now + wait : undefined;
    const meter = this.#meters[waits.indexOf(wait) - 1];
    if (!meter) return { reason: 'gate', until };
    const { unit, windowMs } = meter.quota;
    return { reason: 'quota', unit, windowMs, until };
  }

  /** Milliseconds until something changes by itself: less is charged, the gate opens; Infinity when nothing does. */
  waitUntilItChanges(): number {
    const now = this.#clock.now();
    const leaves = this.#meters.map((meter) => meter.waitUntilNextLeaves(now));
    return Math.min(this.#gate?.waitUntilItChanges(now) ?? Infinity, ...leaves);
  }

  state(now: number): readonly QuotaState[] {
    return this.#meters.map((meter) => meter.state(now));
  }

  /** That of the gate, then that of each quota. */
  #waits(cost: Usage, now: number): readonly number[] {
    const waits = this.#meters.map((meter) => meter.waitMs(cost, now));
    return [this.#gate?.waitMs(now) ?? 0, ...waits];
  }

  #charge(cost: Usage, at: number): Reservation {
    const passage = this.#gate?.pass(at);
    let charges: readonly Charge[] | undefined = this.#meters.map((meter) =>
      meter.charge(cost, at),
    );
    const settle = (usage?: Usage) => {
      if (charges) this.#settle(charges, usage, passage);
      charges = undefined;
    };
    return { cost, at, settle, giveBack: settle, ...passage };
  }

  #settle(
    charges: readonly Charge[],
    usage: Usage | undefined,
    passage: Passage | undefined,
  ): void {
    const now = this.#clock.now();
    const changes = charges.map((charge, index) => this.#meters[index]?.settle(charge, usage, now));
    if (passage?.left(now) || changes.includes(true)) this.#onChange();
  }
}

import type { QuotaExceededError } from '../errors.js';
import type { BlockedBy } from '../telemetry/blocked-by.js';
import type { Clock } from '../time/clock.js';
import type { Reservation } from '../usage/reservation.js';
import type { Usage } from '../usage/usage.js';
import { meterOf } from './meter.js';
import type { PassedGate } from './passed-gate.js';
import type { FixedQuota } from './quota.js';
import type { QuotaState } from './service-state.js';

/** All quotas of a service, charged together, all or nothing, behind the gate if there is one. It never waits. */
export interface Quotas {
  readonly units: readonly string[];
  /** Why waiting cannot help; undefined when it can. */
  neverFits(cost: Usage): QuotaExceededError | undefined;
  /** Charges the cost if it fits; otherwise the milliseconds until it does, or why it should not even wait. */
  reserve(cost: Usage): Reservation | number | Error;
  /** What a call of this cost waits for longest, and until when; undefined when it fits. */
  blocking(cost: Usage): BlockedBy | undefined;
  /** Milliseconds until something changes by itself: less is charged, the gate opens; Infinity when nothing does. */
  readonly waitUntilItChanges: () => number;
  state(now: number): readonly QuotaState[];
}

/** @param onChange Told when what is charged has changed after the fact. */
export function quotasOf(
  quotas: readonly FixedQuota[],
  clock: Clock,
  gate: PassedGate | undefined,
  onChange: () => void,
): Quotas {
  const meters = quotas.map(meterOf);

  const neverFits = (cost: Usage) => {
    for (const meter of meters) {
      const error = meter.neverFits(cost);
      if (error) return error;
    }
    return undefined;
  };

  /** That of the gate, then that of each quota. */
  const waits = (cost: Usage, now: number) => [
    gate?.waitMs(now) ?? 0,
    ...meters.map((meter) => meter.waitMs(cost, now)),
  ];

  const charge = (cost: Usage, at: number): Reservation => {
    const passage = gate?.pass(at);
    const charges = meters.map((meter) => meter.charge(cost, at));
    // Once: a run settles when it has ended, and is live no more then.
    const settle = (usage?: Usage) => {
      const now = clock.now();
      const changes = charges.map((settleOne) => settleOne(usage, now));
      if (passage?.left(now) || changes.includes(true)) onChange();
    };
    return { cost, at, settle, giveBack: settle, ...passage };
  };

  const reserve = (cost: Usage) => {
    const now = clock.now();
    const refusal = neverFits(cost) ?? gate?.refusal(now);
    return refusal ?? (Math.max(...waits(cost, now)) || charge(cost, now));
  };

  const blocking = (cost: Usage): BlockedBy | undefined => {
    const now = clock.now();
    const all = waits(cost, now);
    const wait = Math.max(...all);
    const meter = meters[all.indexOf(wait) - 1];
    const until = wait < Infinity ? Math.ceil(now + wait) : undefined;
    if (wait === 0) return undefined;
    if (!meter) return { reason: 'gate', until };
    return { reason: 'quota', unit: meter.unit, windowMs: meter.windowMs, until };
  };

  return {
    units: [...new Set(quotas.map(({ unit }) => unit))],
    neverFits,
    reserve,
    blocking,
    waitUntilItChanges: () => {
      const now = clock.now();
      const leaves = meters.map((meter) => meter.waitUntilNextLeaves(now));
      return Math.min(gate?.waitUntilItChanges(now) ?? Infinity, ...leaves);
    },
    state: (now) => meters.map((meter) => meter.state(now)),
  };
}

import type { SchedulerLike } from 'rxjs';
import { InvalidOptionError } from '../errors.js';
import { Clock } from '../time/clock.js';
import type { GateOptions } from './gate.js';
import type { Lane } from './lane.js';
import { laneOf } from './lane-of.js';
import { type Quota, quota } from './quota.js';
import { Shared } from './shared.js';

/** What a shared quota has become, once a tracker has asked for it. */
interface SharedLane {
  readonly gate: Partial<GateOptions>;
  lane?: Lane;
  /** That of the first tracker: what is in a window was charged at its time. */
  scheduler?: SchedulerLike;
}

const lanes = new WeakMap<Quota, SharedLane>();
const clocks = new WeakMap<SchedulerLike, Clock>();

/**
 * A quota that several services share: whoever is given this very object draws on one window.
 *
 * For what a provider pools: a family of models, a project, an organisation. Beside it each service may
 * have quotas of its own. Those who wait for it take turns in the order in which they came, and a refusal by
 * the provider closes its gate for all of them.
 *
 * ```text
 * organisation: 3 per 6 ms      east: 2 per 6 ms
 * east    ab                    c
 * west      d                    e
 *         0 1 2 3 4 5           6
 * ```
 *
 * @example
 * const organisation = sharedQuota(tokensPerMinute(2_000_000));
 * const large = new Model({ modelName: 'large', quotas: [organisation, requestsPerMinute(500)] });
 * const small = new Model({ modelName: 'small', quotas: [organisation, requestsPerMinute(5_000)] });
 *
 * @throws InvalidOptionError naming the option, its value and what is allowed.
 */
export function sharedQuota(options: Quota, gate: Partial<GateOptions> = {}): Quota {
  const shared = quota(options);
  lanes.set(shared, { gate });
  return shared;
}

/**
 * @internal The one clock of all who share quotas: its steps back are the same for all of them. Undefined where
 * none of these is shared.
 *
 * @throws InvalidOptionError where one of them is shared with somebody of another time.
 */
export function sharedClockOf(
  quotas: readonly Quota[],
  scheduler: SchedulerLike,
): Clock | undefined {
  const shared = quotas.flatMap((quota) => lanes.get(quota) ?? []);
  for (const { scheduler: theirs = scheduler } of shared)
    if (theirs !== scheduler) throw new InvalidOptionError('scheduler', OTHER, ONE_FOR_ALL);
  if (shared.length === 0) return undefined;
  const clock = clocks.get(scheduler) ?? new Clock(scheduler);
  clocks.set(scheduler, clock);
  return clock;
}

const OTHER = 'not that of the others who share a quota';
const ONE_FOR_ALL = 'one scheduler for all who share it';

/** @internal The one lane of a shared quota; undefined for any other. */
export function sharedLaneOf(quota: Quota, scheduler: SchedulerLike): Lane | undefined {
  const shared = lanes.get(quota);
  if (!shared) return undefined;
  shared.scheduler = scheduler;
  // Not before: a live limit is subscribed to then.
  shared.lane ??= laneOf(quota, { name: 'quota', shared: new Shared(shared.gate) });
  return shared.lane;
}

import type { Lane } from './lane.js';
import { laneOf } from './lane-of.js';
import { type Quota, quota } from './quota.js';
import { Shared } from './shared.js';
import type { GateOptions } from './gate.js';

/** Made when the first tracker asks, as a live limit is subscribed to then. */
const lanes = new WeakMap<Quota, () => Lane>();

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
  let lane: Lane | undefined;
  lanes.set(shared, () => (lane ??= laneOf(shared, { name: 'quota', shared: new Shared(gate) })));
  return shared;
}

/** @internal The one lane of a shared quota; undefined for any other. */
export function sharedLaneOf(quota: Quota): Lane | undefined {
  return lanes.get(quota)?.();
}

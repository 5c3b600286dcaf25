import type { QuotaState } from './quota-state.js';
import type { Usage } from './usage.js';

/** A unit with several quotas shows the usage of its shortest window, the one that moves. */
export function usageOfQuotas(
  quotas: readonly Pick<QuotaState, 'unit' | 'windowMs' | 'used'>[],
): Usage {
  const longestFirst = [...quotas].sort((one, other) => other.windowMs - one.windowMs);
  return Object.fromEntries(longestFirst.map(({ unit, used }) => [unit, used]));
}

import type { Usage } from '../usage/usage.js';

/**
 * What a call counts for its tenant's share: its tokens; where it names none, its first unit that is not
 * `requests`; otherwise 1, so that calls count. Never 0: a call takes a permit, whatever else.
 */
export function sizeOf(cost: Usage): number {
  const { tokens = 0, inputTokens = 0, outputTokens = 0 } = cost;
  return tokens || inputTokens + outputTokens || ofAnyUnit(cost) || 1;
}

function ofAnyUnit(cost: Usage): number | undefined {
  for (const unit in cost) if (unit !== 'requests' && cost[unit]) return cost[unit];
  return undefined;
}

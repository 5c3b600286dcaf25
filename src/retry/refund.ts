import type { Usage } from '../usage/usage.js';
import type { FailureKind } from './failure.js';

const REFUSED: ReadonlySet<FailureKind> = new Set([
  'rate',
  'concurrency',
  'overloaded',
  'quota-exhausted',
  'too-large',
  'rejected',
]);

/**
 * What a failed call stays charged where nothing was reported: undefined gives all back.
 *
 * - never sent: nothing
 * - refused before any work: the request, as providers count those too, and nothing else
 * - anything else: its whole estimate, as the provider may have counted it
 */
export function usageOfFailed(kind: FailureKind, cost: Usage): Usage | undefined {
  if (kind === 'not-sent') return undefined;
  if (!REFUSED.has(kind)) return {};
  const usage: Record<string, number> = {};
  for (const unit in cost) if (unit !== 'requests') usage[unit] = 0;
  return usage;
}

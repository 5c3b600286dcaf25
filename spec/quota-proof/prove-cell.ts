import type { Cell } from './cells.js';
import { type Policy, proveQuota, type QuotaProof } from './prove-quota.js';

/** One run for each seed. */
export function proveCell(
  { kind, limit, requestLimit }: Cell,
  policy: Policy,
  seeds: readonly number[],
): readonly QuotaProof[] {
  return seeds.map((seed) => proveQuota({ ...kind, limit, requestLimit, policy, seed }));
}

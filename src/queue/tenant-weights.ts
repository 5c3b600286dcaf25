import { parseTenantWeight } from '../options/tenant-weights.js';
import type { WeightOf } from './line.js';

/** Weights by tenant, or a function that knows them. */
export type TenantWeights =
  Readonly<Record<string, number>> | ((tenant: string | undefined) => number);

/** What a tenant weighs; undefined where all weigh the same. */
export function weightOf(weights: TenantWeights | undefined): WeightOf | undefined {
  if (!weights) return undefined;
  if (typeof weights === 'function') return (tenant) => parseTenantWeight(weights(tenant));
  return (tenant) =>
    tenant !== undefined && Object.hasOwn(weights, tenant) ? (weights[tenant] ?? 1) : 1;
}

/** Of weights that were looked at when a call came: a user's function may give anything the next time. */
export function safeWeights(
  weightOf: WeightOf | undefined,
  onFault: (error: unknown) => void,
): WeightOf | undefined {
  if (!weightOf) return undefined;
  return (tenant) => {
    try {
      return weightOf(tenant);
    } catch (error) {
      onFault(error);
      return 1;
    }
  };
}

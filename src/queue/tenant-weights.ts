import { parseTenantWeight } from '../options.js';

/** Weights by tenant, or a function that knows them. */
export type TenantWeights =
  Readonly<Record<string, number>> | ((tenant: string | undefined) => number);

/** What a tenant weighs: 1 where nothing else is said. */
export function weightOf(weights: TenantWeights = {}): (tenant: string | undefined) => number {
  if (typeof weights === 'function') return (tenant) => parseTenantWeight(weights(tenant));
  return (tenant) =>
    tenant !== undefined && Object.hasOwn(weights, tenant) ? (weights[tenant] ?? 1) : 1;
}

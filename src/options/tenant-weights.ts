import { isFinitePositive, isFunction, isObject } from './is.js';
import type { Kind } from './kind.js';
import { parseValue } from './parse-value.js';

const tenantWeight: Kind = { isAllowed: isFinitePositive, allowed: 'a finite number above 0' };

export const tenantWeights: Kind = {
  isAllowed: (v) => isFunction(v) || Object.prototype.toString.call(v) === '[object Object]',
  allowed: 'finite numbers above 0 by tenant, or a function from tenant to such a number',
};

/** One by one, so that the error names the tenant. */
export function checkWeights(weights: unknown): void {
  if (!isObject(weights)) return;
  for (const [tenant, weight] of Object.entries(weights))
    parseValue(tenantWeight, `tenantWeights['${tenant}']`, weight);
}

/** Of a function of a user's own, which may give anything. */
export function parseTenantWeight(value: number): number {
  return parseValue(tenantWeight, 'tenantWeights(tenant)', value);
}

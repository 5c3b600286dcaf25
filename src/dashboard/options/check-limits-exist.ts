import { InvalidOptionError, type QuotaState } from '../../index.js';
import type { DashboardOptions } from '../dashboard-options.js';
import type { DashboardService } from '../dashboard-service.js';
import { isLimitOf } from './is-limit-of.js';

/**
 * A limit that pages may change must be one that a service has.
 *
 * @internal
 */
export function checkLimitsExist(
  { limits = [] }: DashboardOptions,
  services: readonly DashboardService[],
): void {
  const known = services.flatMap((service) =>
    service.toJSON().quotas.map((quota) => ({ name: service.name, quota })),
  );
  for (const [index, limit] of limits.entries()) {
    if (known.some(({ name, quota }) => isLimitOf(limit, name, quota))) continue;
    throw new InvalidOptionError(`limits[${index}]`, 'of no quota', shown(known));
  }
}

function shown(known: readonly { readonly name: string; readonly quota: QuotaState }[]): string {
  const all = known.map(
    ({ name, quota: { unit, windowMs } }) =>
      `{ service: '${name}', unit: '${unit}', windowMs: ${windowMs} }`,
  );
  return all.length > 0 ? `one of ${all.join(', ')}` : 'none, as no service has a quota';
}

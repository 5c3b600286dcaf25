import type { QuotaState } from '../../index.js';
import type { ChangeableLimit } from '../dashboard-options.js';

/**
 * Whether a limit that pages may change is the one of this quota.
 *
 * @internal
 */
export function isLimitOf(
  { service, unit, windowMs }: ChangeableLimit,
  name: string,
  quota: QuotaState,
): boolean {
  return (
    (service ?? name) === name &&
    unit === quota.unit &&
    (windowMs ?? quota.windowMs) === quota.windowMs
  );
}

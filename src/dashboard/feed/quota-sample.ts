import type { QuotaState, ServiceState } from '../../index.js';
import type { QuotaSample } from '../protocol.js';

const WINDOWS: ReadonlyMap<number, string> = new Map([
  [1_000, 'second'],
  [60_000, 'minute'],
  [3_600_000, 'hour'],
  [86_400_000, 'day'],
]);

/**
 * A service's quotas as a page shows them; those that are alike are told apart by their order.
 *
 * @internal
 */
export function quotaSamples(
  { quotas, at }: ServiceState,
  canSetLimit: (quota: QuotaState) => boolean,
): QuotaSample[] {
  return keyed(quotas).map(([key, quota]) => {
    const { unit, limit = null, windowMs, used, reserved, usedByOthers, remaining } = quota;
    return {
      ...{ key, name: quotaName(unit, windowMs), unit, limit },
      windowMs: windowMs === Infinity ? null : windowMs,
      ...{ used, reserved, usedByOthers, remaining },
      resetsInMs: quota.resetAt === undefined ? null : Math.max(0, quota.resetAt - at),
      canSetLimit: canSetLimit(quota),
    };
  });
}

/**
 * Quotas by what tells them apart: unit and window, and their order where these are the same.
 *
 * @internal
 */
export function keyed(quotas: readonly QuotaState[]): (readonly [key: string, QuotaState])[] {
  const seen = new Map<string, number>();
  return quotas.map((quota) => {
    const key = `${quota.unit}/${quota.windowMs}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return [times === 1 ? key : `${key}/${times}`, quota] as const;
  });
}

/**
 * `tokens per minute`, `requests per 10 s`, `usd budget`.
 *
 * @internal
 */
export function quotaName(unit: string, windowMs: number): string {
  if (windowMs === Infinity) return `${unit} budget`;
  return `${unit} per ${WINDOWS.get(windowMs) ?? `${windowMs / 1_000} s`}`;
}

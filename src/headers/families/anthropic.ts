import type { RateLimit } from '../../index.js';
import { type Axis, axesOf, type AxisField, limitOf, type Naming } from '../axis.js';
import type { Said } from '../said.js';
import { windowMsOf } from '../window.js';

const HEADER = /^anthropic-(?:ratelimit-)?([a-z\d][a-z\d_-]{1,40})-(limit|remaining|reset|status)$/;
const SUBSCRIPTION_WINDOW = /^unified-(\d{1,3})(h|d)(?:_|$)/;

/**
 * `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}`, the same after
 * `anthropic-priority-` (Priority Tier) and `anthropic-fast-` (fast mode), with resets in RFC 3339; and
 * `anthropic-ratelimit-unified-{5h,7d}-{status,reset}` of subscriptions, which tell no amounts: `rejected`
 * means that nothing is left. What may be bought beyond a subscription is no limit.
 */
export function anthropic({ headers, at }: Said): readonly RateLimit[] {
  return axesOf(headers, naming).flatMap((axis) => readAxis(axis, at) ?? []);
}

const naming: Naming = (header) => {
  const [, dim, field] = HEADER.exec(header) ?? [];
  if (dim === undefined || dim.startsWith('unified-overage')) return undefined;
  const [, count, unit] = SUBSCRIPTION_WINDOW.exec(dim) ?? [];
  const windowMs = windowMsOf(unit === 'h' ? 'hour' : 'day', Number(count ?? 0));
  return { name: { key: dim, dim, windowMs }, field: field as AxisField };
};

function readAxis(axis: Axis, at: number | null): RateLimit | undefined {
  const limit = limitOf(axis, at);
  return limit && axis.texts.get('status') === 'rejected' ? { ...limit, remaining: 0 } : limit;
}

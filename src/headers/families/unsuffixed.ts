import type { RateLimit } from '../../index.js';
import { axesOf, type AxisField, limitOf, type Naming } from '../axis.js';
import type { Said } from '../said.js';

const HEADER = /^(?:x-)?(rate-?limit|tokenlimit)-(limit|remaining|reset)(-dynamic)?$/;

/**
 * Headers that do not say what they count, which is requests: Together, Replicate (without `x-`), OpenRouter
 * (resets in epoch milliseconds). Together also has `x-tokenlimit-*` for tokens, and `*-dynamic` for the
 * limits of the moment.
 */
export function unsuffixed({ headers, at }: Said): readonly RateLimit[] {
  return axesOf(headers, naming).flatMap((axis) => limitOf(axis, at) ?? []);
}

const naming: Naming = (header) => {
  const [, prefix, field, dynamic] = HEADER.exec(header) ?? [];
  if (prefix === undefined) return undefined;
  const counted = prefix === 'tokenlimit' ? 'tokens' : 'requests';
  const dim = dynamic === undefined ? counted : `dynamic-${counted}`;
  return { name: { key: dim, dim }, field: field as AxisField };
};

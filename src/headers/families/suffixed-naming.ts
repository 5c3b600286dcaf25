import type { AxisField, AxisName, Naming } from '../axis.js';
import { windowMsOf } from '../window.js';

const HEADER = /^(?:x-)?rate-?limit-(limit|remaining|reset|renewalperiod)-([a-z\d-]{1,50})$/;
const TURNED = /^(?:x-)?rate-?limit-([a-z\d-]{1,50})-(limit|remaining|reset)$/;
const WINDOW = /-(?:per-)?(?:(\d{1,4})-)?(second|minute|hour|day|week|month)$/;
const DIM = /^(?:[a-z]{1,20}-){0,4}(?:requests|tokens|images|seconds|characters|pages)$/;

/** Words of which others say the same in the common ones. */
const COMMON: ReadonlyMap<string, string> = new Map([
  ['req', 'requests'],
  ['tokens-prompt', 'input-tokens'],
  ['tokens-cache-adjusted-prompt', 'cache-adjusted-input-tokens'],
  ['tokens-generated', 'output-tokens'],
]);

/**
 * `x-ratelimit-{limit,remaining,reset}-` and what is counted, with or without a window: `requests`, `tokens`,
 * `project-tokens` (OpenAI), `tokens-minute` (Cerebras), `req-10-second` (Mistral), `tokens-per-day`
 * (DigitalOcean), `tokens-prompt` (Fireworks). Also what is counted first, as some others have it.
 */
export const suffixedNaming: Naming = (header) => {
  const [, field, key] = HEADER.exec(header) ?? turned(header);
  const name = key === undefined ? undefined : nameOf(key);
  return name && { name, field: field as AxisField };
};

function turned(header: string): readonly (string | undefined)[] {
  const [whole, key, field] = TURNED.exec(header) ?? [];
  return [whole, field, key];
}

function nameOf(key: string): AxisName | undefined {
  const [suffix = '', count, unit = ''] = WINDOW.exec(key) ?? [];
  const counted = key.slice(0, key.length - suffix.length);
  const dim = COMMON.get(counted) ?? counted;
  return DIM.test(dim) ? { key, dim, windowMs: windowMsOf(unit, Number(count ?? 1)) } : undefined;
}

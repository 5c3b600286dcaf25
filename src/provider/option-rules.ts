import { InvalidOptionError, shownName } from '../index.js';
import { FAULTS } from './fault.js';
import { LIMIT_MODELS } from './limit/limit-model.js';
import { CHARGE_MODES } from './charge-mode.js';

interface Rule {
  readonly allowed: string;
  readonly ok: (value: unknown) => boolean;
}

/** @internal */
export type Rules = Readonly<Record<string, Rule>>;

const DAY_MS = 86_400_000;

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
/** @internal */
export const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isMs = (value: unknown) => isNumber(value) && value >= 0 && value <= DAY_MS;
const isRange = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every(isMs) && value[0] <= value[1];

/** @internal */
export const rule = (allowed: string, ok: Rule['ok']): Rule => ({ allowed, ok });
const above = (least: number) => rule(`a number > ${least}`, (v) => isNumber(v) && v > least);
const atLeast = (least: number) => rule(`a number >= ${least}`, (v) => isNumber(v) && v >= least);
/** @internal */
export const whole = (least: number, most: number) =>
  rule(
    `a whole number from ${least} to ${most}`,
    (v) => isNumber(v) && Number.isInteger(v) && v >= least && v <= most,
  );
const oneOf = (names: readonly string[]) =>
  rule(names.join(', '), (v) => names.includes(v as string));
const ms = rule(`milliseconds from 0 to ${DAY_MS}`, isMs);
const share = rule('a number from 0 to 1', (v) => isNumber(v) && v >= 0 && v <= 1);
const group = rule('an object', (v) => typeof v === 'object' && v !== null && !Array.isArray(v));

/** @internal */
export const LATENCY_RULES: Rules = {
  baseMs: ms,
  perTokenMs: ms,
  jitter: share,
  slowFactor: atLeast(1),
};

/** @internal */
export const FAULT_RULES: Rules = Object.fromEntries(FAULTS.map((fault) => [fault, share]));

/** @internal */
export const PROVIDER_RULES: Rules = {
  requestsPerWindow: atLeast(1),
  tokensPerWindow: above(0),
  windowMs: above(0),
  limitModel: oneOf(Object.keys(LIMIT_MODELS)),
  charge: oneOf(CHARGE_MODES),
  latency: group,
  networkMs: rule(`${ms.allowed}, or [least, most]`, (v) => isMs(v) || isRange(v)),
  faults: group,
  seed: whole(-(2 ** 31), 2 ** 32 - 1),
};

/**
 * Checks every option that is there; `path` stands before its name in the error.
 *
 * @throws InvalidOptionError for an option that is unknown or not allowed
 * @internal
 */
export function checkOptions(options: object, rules: Rules, path = ''): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) {
      throw new InvalidOptionError(path + name, 'not known', Object.keys(rules).join(', '));
    }
    if (value !== undefined && !rule.ok(value)) {
      throw new InvalidOptionError(path + name, shown(value), rule.allowed);
    }
  }
}

/** A key must never stand in an error, nor anything that could hold one. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === '') return 'empty';
  if (typeof value === 'string') return shownName(value);
  return value === null ? 'null' : `of type ${Array.isArray(value) ? 'array' : typeof value}`;
}

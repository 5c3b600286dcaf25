import { shownName } from '../shown-name.js';
import { LIMIT_MODELS } from '../usage/window/limit-model.js';
import { type Fields, parseFields } from './fields.js';
import { type Kind, oneOf } from './kind.js';
import { margin, timeSpan, unit } from './kinds.js';
import { limit } from './limit.js';
import { parseValue } from './parse-value.js';

export const quotaFields = {
  required: { unit, limit, windowMs: timeSpan },
  optional: { marginMs: margin, model: oneOf(...LIMIT_MODELS) },
} satisfies Fields;

export const modelOfABudget: Kind = {
  isAllowed: (value) => value === undefined || value === 'sliding-window',
  shown: shownName,
  allowed: "'sliding-window', or none, where windowMs is Infinity: a budget never comes back",
};

interface WindowOptions {
  readonly windowMs?: unknown;
  readonly model?: unknown;
}

/** Gives a copy of the quota when it is one. */
export function parseQuota<T extends WindowOptions>(given: T): T {
  const { windowMs, model } = parseFields(quotaFields, given);
  if (windowMs === Infinity) parseValue(modelOfABudget, 'model', model);
  return { ...given };
}

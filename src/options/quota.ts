import * as z from 'zod/mini';
import { LIMIT_MODELS } from '../usage/window/limit-model.js';
import { isText } from './is.js';
import { type Kind, oneOf } from './kind.js';
import { margin, timeSpan } from './kinds.js';
import { limit } from './limit.js';
import { parserOf } from './parser.js';
import { listOf, objectOf, type Schema } from './schema.js';

const unit: Kind = {
  isAllowed: (v) => isText(v) && v.trim() !== '' && !(v in Object.prototype),
  allowed: 'a text that is not empty, and no name that every object has, as constructor',
};

function quota(): Schema {
  const options = objectOf({
    required: { unit, limit, windowMs: timeSpan },
    optional: { marginMs: margin, model: oneOf(...LIMIT_MODELS) },
  });
  const canEnd = ({ windowMs, model }: Record<string, unknown>) =>
    windowMs !== Infinity || !model || model === 'sliding-window';
  return options.check(
    z.refine(canEnd, {
      path: ['model'],
      message: "'sliding-window', or none, where windowMs is Infinity: a budget never comes back",
    }),
  );
}

export function quotas(): Schema {
  return listOf(quota(), 'a list of quotas');
}

const check = parserOf(quota);

export function parseQuota<T extends object>(options: T): T {
  return { ...check(options) };
}

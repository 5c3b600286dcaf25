import * as z from 'zod/mini';
import { modelOfABudget, quotaFields } from './quota.js';
import { listOf, objectOf, type Schema } from './schema.js';

/** Quotas among other options. */
export function quotas(): Schema {
  const canEnd = ({ windowMs, model }: Record<string, unknown>) =>
    windowMs !== Infinity || modelOfABudget.isAllowed(model);
  const quota = objectOf(quotaFields).check(
    z.refine(canEnd, { path: ['model'], message: modelOfABudget.allowed }),
  );
  return listOf(quota, 'a list of quotas');
}

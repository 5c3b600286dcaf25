import type { RateLimit } from '../../index.js';
import { decimal } from '../decimal.js';
import type { Fields } from '../error-body.js';
import type { Said } from '../said.js';
import { windowMsOf } from '../window.js';

/**
 * Gemini sends no headers: a refusal lists the quotas that it violates (`google.rpc.QuotaFailure`), some with
 * their limit in `quotaValue`.
 */
export function gemini({ body }: Said): readonly RateLimit[] {
  return body.records.flatMap((record) => violated(record) ?? []);
}

function violated({ quotaId, quotaValue }: Fields): RateLimit | undefined {
  if (typeof quotaId !== 'string' || typeof quotaValue !== 'string') return undefined;
  const id = quotaId.slice(0, 200);
  const [dim] = /InputTokens|Tokens|Requests/.exec(id) ?? [];
  const limit = decimal(quotaValue);
  if (dim === undefined || limit === null) return undefined;
  const windowMs = windowMsOf(/Per(Minute|Hour|Day)/.exec(id)?.[1] ?? '');
  return {
    dim: dim === 'InputTokens' ? 'input-tokens' : dim.toLowerCase(),
    limit,
    remaining: null,
    resetMs: null,
    ...(windowMs !== undefined && { windowMs }),
  };
}

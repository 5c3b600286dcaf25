import type { RateLimit } from '../../index.js';
import type { Said } from '../said.js';
import { shortageIn } from '../shortage.js';
import { windowMsOf } from '../window.js';

/**
 * The limit that an error message names, for refusals that have no other. Its window is told where it is not
 * the minute, so that a limit per day is not taken for the one that headers without a window mean.
 */
export function prose({ body }: Said): readonly RateLimit[] {
  const shortage = shortageIn(body.text);
  if (!shortage) return [];
  const { dim, limit, used, window } = shortage;
  const windowMs = window.startsWith('min') ? undefined : windowMsOf(window);
  const remaining = used === null ? null : Math.max(0, limit - used);
  return [{ dim, limit, remaining, resetMs: null, ...(windowMs !== undefined && { windowMs }) }];
}

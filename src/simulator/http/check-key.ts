import { RequestError } from '../request-error.js';

const MISSING =
  "You didn't provide an API key. You need to provide your API key in an Authorization header using " +
  'Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from ' +
  'https://platform.openai.com/account/api-keys.';

/**
 * Checks the key that a request carries, where one is demanded.
 *
 * @throws RequestError 401, worded as OpenAI's, which shows of a wrong key what OpenAI shows
 * @internal
 */
export function checkKey(authorization: string | undefined, apiKey: string | undefined): void {
  if (apiKey === undefined) return;
  const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) throw new RequestError(401, MISSING);
  if (key === apiKey) return;
  const message =
    `Incorrect API key provided: ${masked(key)}. ` +
    'You can find your API key at https://platform.openai.com/account/api-keys.';
  throw new RequestError(401, message, 'invalid_api_key');
}

/** The first three and last four characters of a long key, nothing of a short one. */
function masked(key: string): string {
  return key.length < 16 ? '***' : `${key.slice(0, 3)}***${key.slice(-4)}`;
}
